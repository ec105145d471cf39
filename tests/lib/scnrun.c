#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scn.h"

static const char *const head_verbs[] = { "modes", "start", "key", "zone",
	"nozone", "config", "file" };

void
scn_fail(struct scn *s, const char *fmt, ...)
{
	va_list ap;

	fprintf(s->diag, "# %s:%d: ", s->env->file->path, s->line);
	va_start(ap, fmt);
	vfprintf(s->diag, fmt, ap);
	va_end(ap);
	fputc('\n', s->diag);
	s->failed = true;
}

static bool
is_head(const char *verb)
{
	for (size_t i = 0; i < sizeof(head_verbs) / sizeof(char *); i++)
		if (strcmp(verb, head_verbs[i]) == 0)
			return true;
	return false;
}

static void
run_statement(struct scn *s, const struct scnline *l)
{
	char *arg;

	s->line = l->line;
	if (strcmp(l->verb, "only") == 0) {
		s->skipped = !scn_listed(l->arg, s->env->mode);
		return;
	}
	/* the words are cut out of a copy: a file is run in many modes */
	arg = strdup(l->arg);
	if (arg == NULL)
		scn_fail(s, "out of memory");
	else if (strcmp(l->verb, "expect") == 0)
		scn_expect(s, arg);
	else if (!scn_message_verb(s, l->verb, arg, l->block)
	    && !scn_link_verb(s, l->verb, arg, l->block))
		scn_fail(s, "no such verb: %s", l->verb);
	free(arg);
}

/* The statements from i up to the next scenario; returns its index. */
static size_t
run_scenario(struct scn *s, size_t i)
{
	const struct scnfile *f = s->env->file;

	s->failed = s->skipped = false;
	scn_link_reset(s);
	scn_message_reset(s);
	for (; i < f->n && strcmp(f->stmt[i].verb, "scenario") != 0; i++)
		if (!s->skipped)
			run_statement(s, &f->stmt[i]);
	return i;
}

static void
show_log(const struct scn *s, FILE *out)
{
	for (size_t i = 0; i < s->env->daemons; i++) {
		char cmd[256], *text;

		snprintf(cmd, sizeof(cmd), "tail -n 3 '%s' | cut -c 1-300"
		    " | sed 's/^/#   %s: /'", s->env->daemon[i].errors,
		    s->env->daemon[i].name);
		text = scnenv_run(cmd);
		if (text != NULL)
			fputs(text, out);
		free(text);
	}
}

static bool
run_scenarios(struct scnenv *e, FILE *out)
{
	struct scn s = { .env = e };
	bool all = true;

	for (size_t i = 0; i < e->file->n;) {
		const struct scnline *l = &e->file->stmt[i++];
		char *diag = NULL;
		size_t size = 0;

		if (strcmp(l->verb, "scenario") != 0) {
			if (!is_head(l->verb))
				fprintf(out, "not ok - %s:%d: no scenario\n",
				    e->file->path, l->line);
			continue;
		}
		s.diag = open_memstream(&diag, &size);
		i = run_scenario(&s, i);
		fclose(s.diag);
		if (!s.skipped)
			fprintf(out, "%s - %s [%s]: %s\n%s",
			    s.failed ? "not ok" : "ok", e->file->path,
			    e->mode, l->arg, diag);
		if (s.failed)
			show_log(&s, out);
		all = all && !s.failed;
		free(diag);
	}
	scn_free(&s);
	return all;
}

bool
scn_run_file(const struct scnfile *f, const char *mode,
    const struct scnopts *opts, FILE *out)
{
	struct scnenv e = { .file = f, .mode = mode, .opts = opts,
		.silent_fd = -1 };
	char *diag = NULL;
	size_t size = 0;
	FILE *d = open_memstream(&diag, &size);
	bool started, ok;

	if (d == NULL)
		return false;
	started = scnenv_start(&e, d);
	ok = started && run_scenarios(&e, out);
	if (!scnenv_stop(&e, d))
		started = false;
	fclose(d);
	fprintf(out, "%s - %s [%s]: the daemons start and stop\n%s",
	    started ? "ok" : "not ok", f->path, mode, diag);
	free(diag);
	return ok && started;
}

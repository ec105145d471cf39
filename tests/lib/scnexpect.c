/*
 * What a scenario expects of the last message.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "armatch.h"
#include "scn.h"

/* Patience is long: a busy machine takes its time. */
enum { LOG_MS = 20000 };

static const char AR[] = "Authentication-Results";

static const struct {
	const char *name;
	int verdict;
} verdicts[] = {
	{ "accept", SMFIR_ACCEPT }, { "reject", SMFIR_REJECT },
	{ "tempfail", SMFIR_TEMPFAIL }, { "discard", SMFIR_DISCARD },
	{ "reply", SMFIR_REPLYCODE }, { "io", MC_ERR_IO },
	{ "timeout", MC_ERR_TIMEOUT }, { "closed", MC_ERR_CLOSED },
	{ "protocol", MC_ERR_PROTO },
};

static const char *
verdict_name(int verdict)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
		if (verdicts[i].verdict == verdict)
			return verdicts[i].name;
	return verdict == 0 ? "nothing" : "another";
}

/* Show the header, so that a failure explains itself. */
static void
show_header(struct scn *s)
{
	for (size_t i = 0; i < s->msg.n && i < 20; i++) {
		fprintf(s->diag, "#   %s:", s->msg.field[i].name);
		for (size_t j = 0; j < s->msg.field[i].len && j < 600; j++) {
			char c = s->msg.field[i].value[j];

			fputc(isprint((unsigned char)c) ? c : ' ', s->diag);
		}
		fputc('\n', s->diag);
	}
}

static void
failed_with_header(struct scn *s, const char *what, const char *arg)
{
	scn_fail(s, "%s %s", what, arg);
	show_header(s);
}

/* "NAME [at STAGE]"; a refusal may come as a plain verdict or a reply. */
static void
check_verdict(struct scn *s, bool want, char *arg)
{
	const struct fm_outcome *o = &s->fm.out;
	const char *name = scn_word(&arg), *got = verdict_name(o->verdict);
	bool ok;

	if (name == NULL)
		return;
	if (o->verdict == SMFIR_REPLYCODE && strcmp(name, "reply") != 0)
		got = o->text[0] == '4' ? "tempfail" : "reject";
	ok = strcmp(name, got) == 0;
	/* sendmail with F=T makes a 4xx of a filter that fails */
	if (strcmp(name, "fail") == 0)
		ok = o->verdict < 0 || strcmp(got, "tempfail") == 0;
	if (ok && scn_word(&arg) != NULL)
		ok = strcmp(arg, fm_stage_name(o->stage)) == 0;
	if (ok != want)
		scn_fail(s, "verdict %s%s, got %s at %s of %s %s",
		    want ? "" : "not ", name, verdict_name(o->verdict),
		    fm_stage_name(o->stage),
		    o->filter != NULL ? o->filter : "all", o->text);
}

static void
check_reply(struct scn *s, bool want, char *arg)
{
	bool ok = s->fm.out.verdict == SMFIR_REPLYCODE
	    && fnmatch(arg, s->fm.out.text, 0) == 0;

	if (ok != want)
		scn_fail(s, "reply \"%s\", got %s \"%s\"", arg,
		    verdict_name(s->fm.out.verdict), s->fm.out.text);
}

static void
check_quarantine(struct scn *s, bool want, char *arg)
{
	const char *got = s->fm.out.quarantine;
	bool ok = *arg == '\0' ? *got != '\0' : fnmatch(arg, got, 0) == 0;

	if (ok != want)
		scn_fail(s, "quarantine \"%s\", got \"%s\"", arg, got);
}

static void
check_ar(struct scn *s, bool want, char *arg)
{
	const struct fm_field *f;
	size_t pos = 0;
	bool ok = false;

	while (!ok && (f = fmsg_next(&s->msg, AR, &pos)) != NULL)
		ok = armatch(f->value, s->env->authserv_id, arg);
	if (ok != want)
		failed_with_header(s, want ? "ar" : "no ar", arg);
}

/* Without the space in front, folds as one space. */
static char *
unfold(const struct fm_field *f)
{
	char *buf = malloc(f->len + 1), *out = buf;

	if (buf == NULL)
		return NULL;
	for (size_t i = 0; i < f->len; i++) {
		char c = f->value[i];

		if (strchr(" \t\r\n", c) == NULL || c == '\0')
			*out++ = c;
		else if (out > buf && out[-1] != ' ')
			*out++ = ' ';
	}
	while (out > buf && out[-1] == ' ')
		out--;
	*out = '\0';
	return buf;
}

/* One field against "" (is there), ": VALUE" or "~ PATTERN". */
static bool
field_is(const struct fm_field *f, const char *arg)
{
	char *value;
	bool ok;

	if (*arg == '\0')
		return true;
	value = unfold(f);
	if (value == NULL)
		return false;
	if (*arg == '~')
		ok = fnmatch(arg + 2, value, 0) == 0;
	else
		ok = strcmp(arg + 1 + strspn(arg + 1, " "), value) == 0;
	free(value);
	return ok;
}

static void
check_header(struct scn *s, bool want, char *arg)
{
	size_t len = strcspn(arg, ": ~");
	char *name = strndup(arg, len);
	const struct fm_field *f;
	size_t pos = 0;
	bool ok = false;

	if (name == NULL)
		return;
	arg += len;
	arg += strspn(arg, " ");
	while (!ok && (f = fmsg_next(&s->msg, name, &pos)) != NULL)
		ok = field_is(f, arg);
	if (ok != want) {
		scn_fail(s, "%sheader %s %s", want ? "" : "no ", name, arg);
		show_header(s);
	}
	free(name);
}

static void
check_count(struct scn *s, bool want, char *arg)
{
	const char *name = scn_word(&arg);
	size_t got = name != NULL ? fmsg_count(&s->msg, name) : 0;

	if ((got == scn_size(arg)) != want) {
		scn_fail(s, "count %s %s, got %zu", name, arg, got);
		show_header(s);
	}
}

/* The names, each first seen, in that order. */
static void
check_order(struct scn *s, bool want, char *arg)
{
	const struct fm_field *last = NULL;
	bool ok = true;
	char *name;

	while ((name = scn_word(&arg)) != NULL) {
		const struct fm_field *f = fmsg_find(&s->msg, name, 1);

		ok = ok && f != NULL && f > last;
		last = f;
	}
	if (ok != want)
		failed_with_header(s, "order", arg);
}

static void
check_top(struct scn *s, bool want, char *arg)
{
	bool ok = s->msg.n > 0 && strcasecmp(s->msg.field[0].name, arg) == 0;

	if (ok != want)
		failed_with_header(s, want ? "top" : "no top", arg);
}

static void
check_untouched(struct scn *s, bool want, char *arg)
{
	(void)arg;
	if ((s->fm.out.edits == 0) != want) {
		scn_fail(s, "%zu edits", s->fm.out.edits);
		show_header(s);
	}
}

/* Has every filter let go at that stage or before? */
static void
check_released(struct scn *s, bool want, char *arg)
{
	for (size_t i = 0; i < s->fm.n; i++) {
		enum fm_stage at = s->fm.filter[i].accepted, limit = FM_NONE;

		while (limit < FM_EOM
		    && strcmp(fm_stage_name(limit), arg) != 0)
			limit++;
		if ((at != FM_NONE && at <= limit) != want)
			scn_fail(s, "mailvet-%s let go at %s",
			    s->fm.filter[i].name, fm_stage_name(at));
	}
}

static bool
logged(const struct scn *s, const char *words, int ms)
{
	for (;; ms -= 50) {
		for (size_t i = 0; i < s->env->daemons; i++)
			if (daemon_logged(&s->env->daemon[i], s->qid, words))
				return true;
		if (ms <= 0)
			return false;
		usleep(50000);
	}
}

/* The log may lag behind the answer, so the wanted gets some time. */
static void
check_log(struct scn *s, bool want, char *arg)
{
	if (logged(s, arg, want ? LOG_MS : 100) != want)
		scn_fail(s, "%slog line of %s with %s", want ? "" : "no ",
		    s->qid, arg);
}

/* It is there before the answer. */
static void
check_journal(struct scn *s, bool want, char *arg)
{
	if (scn_journal_has(s, "journal", arg) != want)
		scn_fail(s, "%sjournal line of %s with %s", want ? "" : "no ",
		    s->qid, arg);
}

/* Nobody waits for these. */
static void
check_failure(struct scn *s, bool want, char *arg)
{
	bool found = scn_journal_has(s, "failure", arg);

	for (int ms = want ? LOG_MS : 100; !found && ms > 0; ms -= 50) {
		usleep(50000);
		found = scn_journal_has(s, "failure", arg);
	}
	if (found != want)
		scn_fail(s, "%sfailure line of %s with %s", want ? "" : "no ",
		    s->qid, arg);
}

static void
check_time(struct scn *s, bool want, char *arg)
{
	if ((s->elapsed_ms < atol(arg)) != want)
		scn_fail(s, "%stime %s ms, took %ld", want ? "" : "no ",
		    arg, s->elapsed_ms);
}

static void
check_growth(struct scn *s, bool want, char *arg)
{
	for (size_t i = 0; i < s->env->daemons; i++) {
		const struct daemon *d = &s->env->daemon[i];
		long kb = daemon_growth(d);

		if ((kb < (long)(scn_size(arg) / 1024)) != want)
			scn_fail(s, "mailvet-%s grew by %ld kB", d->name, kb);
	}
}

/* "pass DOMAIN", "fail DOMAIN", "none": what dkimpy says of it. */
static void
check_dkim(struct scn *s, bool want, char *arg)
{
	const char *result = scn_word(&arg);
	char path[128], cmd[1024], line[512], *got;
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "%s/verify", s->env->dir);
	f = fopen(path, "we");
	if (f == NULL || result == NULL)
		return;
	fmsg_write(&s->msg, f);
	fclose(f);
	snprintf(cmd, sizeof(cmd), "/usr/bin/python3 %s verify %s <%s",
	    s->env->helper, s->env->dir, path);
	got = scnenv_run(cmd);
	snprintf(line, sizeof(line), "%s %s\n", arg, result);
	ok = got != NULL && (strcmp(result, "none") == 0 ? *got == '\0'
	    : strstr(got, line) != NULL);
	if (ok != want) {
		scn_fail(s, "dkim %s %s, got %s", result, arg,
		    got != NULL ? got : "nothing");
		show_header(s);
	}
	free(got);
}

static const struct {
	const char *what;
	void (*fn)(struct scn *s, bool want, char *arg);
} checks[] = {
	{ "verdict", check_verdict }, { "reply", check_reply },
	{ "quarantine", check_quarantine }, { "ar", check_ar },
	{ "header", check_header }, { "count", check_count },
	{ "order", check_order }, { "top", check_top },
	{ "untouched", check_untouched }, { "released", check_released },
	{ "log", check_log }, { "time", check_time },
	{ "growth", check_growth }, { "dkim", check_dkim },
	{ "journal", check_journal }, { "failure", check_failure },
};

void
scn_expect(struct scn *s, char *arg)
{
	char *what = scn_word(&arg);
	bool want = what == NULL || strcmp(what, "no") != 0;

	if (!want)
		what = scn_word(&arg);
	for (size_t i = 0; what != NULL
	    && i < sizeof(checks) / sizeof(*checks); i++) {
		if (strcmp(checks[i].what, what) != 0)
			continue;
		checks[i].fn(s, want, arg);
		return;
	}
	scn_fail(s, "no such expectation: %s", what != NULL ? what : "");
}

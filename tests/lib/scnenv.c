#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scnenv.h"

enum { READY_MS = 60000, STOP_MS = 30000 };

static const struct scnline *
head(const struct scnfile *f, const char *verb)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->stmt[i].verb, "scenario") == 0)
			break;
		if (strcmp(f->stmt[i].verb, verb) == 0)
			return &f->stmt[i];
	}
	return NULL;
}

char *
scnenv_modes(const struct scnfile *f)
{
	const struct scnline *l = head(f, "modes");

	return strdup(l != NULL ? l->arg : "chain inbound");
}

bool
scn_listed(const char *list, const char *mode)
{
	size_t len = strlen(mode);

	for (const char *s = list; *s != '\0'; s += strcspn(s, " ")) {
		s += strspn(s, " ");
		if (strncmp(s, mode, len) == 0
		    && (s[len] == ' ' || s[len] == '\0'))
			return true;
	}
	return false;
}

char *
scnenv_run(const char *command)
{
	FILE *p = popen(command, "re");
	char *text = NULL;
	size_t size = 0, n;
	char buf[4096];
	FILE *out = open_memstream(&text, &size);

	if (p == NULL || out == NULL) {
		if (p != NULL)
			pclose(p);
		return NULL;
	}
	while ((n = fread(buf, 1, sizeof(buf), p)) > 0)
		fwrite(buf, 1, n, out);
	fclose(out);
	if (pclose(p) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* A bound UDP socket that nobody reads: the dead name server. */
static void
open_silent(struct scnenv *e)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);

	e->silent_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (e->silent_fd < 0
	    || bind(e->silent_fd, (struct sockaddr *)&sin, len) < 0
	    || getsockname(e->silent_fd, (struct sockaddr *)&sin, &len) < 0)
		return;
	e->silent_port = ntohs(sin.sin_port);
}

static FILE *
create(const struct scnenv *e, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", e->dir, name);
	return fopen(path, "we");
}

/* Write a block, with $TMP and $silent replaced. */
static void
write_block(const struct scnenv *e, const char *text, FILE *f)
{
	while (*text != '\0') {
		if (strncmp(text, "$TMP", 4) == 0) {
			fputs(e->dir, f);
			text += 4;
		} else if (strncmp(text, "$silent", 7) == 0) {
			fprintf(f, "127.0.0.1@%d", e->silent_port);
			text += 7;
		} else {
			fputc(*text++, f);
		}
	}
}

/* The helper makes the key and prints the record for the zone. */
static bool
make_key(const struct scnenv *e, const char *arg, FILE *zone)
{
	char cmd[1024], *line;

	snprintf(cmd, sizeof(cmd), "/usr/bin/python3 %s key %s %s",
	    e->helper, e->dir, arg);
	line = scnenv_run(cmd);
	if (line == NULL)
		return false;
	fputs(line, zone);
	free(line);
	return true;
}

static bool
write_zone(const struct scnenv *e)
{
	FILE *f = create(e, "zone");
	bool ok = f != NULL;

	if (!ok)
		return false;
	fputs("$TTL 300\n", f);
	for (size_t i = 0; i < e->file->n && ok; i++) {
		const struct scnline *l = &e->file->stmt[i];

		if (strcmp(l->verb, "zone") == 0)
			write_block(e, l->block, f);
		else if (strcmp(l->verb, "key") == 0)
			ok = make_key(e, l->arg, f);
	}
	return fclose(f) == 0 && ok;
}

/* Does the file set the option itself? */
static bool
sets(const struct scnfile *f, const char *key)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *p = f->stmt[i].block;

		if (strcmp(f->stmt[i].verb, "config") == 0
		    && (p = strstr(p, key)) != NULL
		    && p[strlen(key)] == ' ')
			return true;
	}
	return false;
}

static bool
write_config(const struct scnenv *e)
{
	FILE *f = create(e, "mailvet.conf");

	if (f == NULL)
		return false;
	fputs("[common]\n", f);
	if (!sets(e->file, "authserv-id"))
		fprintf(f, "authserv-id = %s\n", e->authserv_id);
	fprintf(f, "seal-key = %s/seal.key\n", e->dir);
	if (head(e->file, "nozone") == NULL)
		fprintf(f, "zone = %s/zone\n", e->dir);
	for (size_t i = 0; i < e->file->n; i++)
		if (strcmp(e->file->stmt[i].verb, "config") == 0)
			write_block(e, e->file->stmt[i].block, f);
	if (!sets(e->file, "journal-directory"))
		fprintf(f, "[dmarc]\njournal-directory = %s/journal\n"
		    "failure-directory = %s/failure\n", e->dir, e->dir);
	return fclose(f) == 0;
}

static bool
write_files(const struct scnenv *e)
{
	bool ok = true;

	for (size_t i = 0; i < e->file->n && ok; i++) {
		const struct scnline *l = &e->file->stmt[i];
		FILE *f;

		if (strcmp(l->verb, "file") != 0)
			continue;
		f = create(e, l->arg);
		ok = f != NULL;
		if (ok) {
			write_block(e, l->block, f);
			ok = fclose(f) == 0;
		}
	}
	return ok;
}

static bool
make_spools(const struct scnenv *e)
{
	static const char *const names[] = { "journal", "failure" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", e->dir, names[i]);
		if (mkdir(path, 0750) < 0)
			return false;
	}
	return true;
}

static bool
write_seal_key(const struct scnenv *e)
{
	FILE *f = create(e, "seal.key");

	if (f == NULL)
		return false;
	(void)fchmod(fileno(f), 0640);
	for (int i = 0; i < 32; i++)
		fprintf(f, "%02x", (i * 37 + 11) & 0xff);
	fputc('\n', f);
	return fclose(f) == 0;
}

static bool
start_daemons(struct scnenv *e, const char *list, FILE *diag)
{
	const struct scnline *start = head(e->file, "start");
	bool activate = e->opts->activate
	    || (start != NULL && strcmp(start->arg, "activate") == 0);
	char names[64], *save = NULL;

	snprintf(names, sizeof(names), "%s", list);
	for (char *n = strtok_r(names, "+", &save);
	    n != NULL && e->daemons < SCN_DAEMONS;
	    n = strtok_r(NULL, "+", &save))
		if (daemon_start(&e->daemon[e->daemons++], e->opts->bindir,
		    n, e->dir, activate) < 0)
			return false;
	for (size_t i = 0; i < e->daemons; i++) {
		struct daemon *d = &e->daemon[i];

		if (daemon_ready(d, READY_MS))
			continue;
		fprintf(diag, "# mailvet-%s does not come up\n", d->name);
		return false;
	}
	return true;
}

static void
find_helper(struct scnenv *e)
{
	const char *path = e->file->path, *slash = strrchr(path, '/');

	snprintf(e->helper, sizeof(e->helper), "%.*sdkimsign.py",
	    slash != NULL ? (int)(slash + 1 - path) : 0, path);
}

bool
scnenv_start(struct scnenv *e, FILE *diag)
{
	const char *list = e->mode;

	strcpy(e->dir, "/tmp/mv.XXXXXX");
	strcpy(e->authserv_id, "mx.test");
	if (strcmp(list, "chain") == 0)
		list = "spf+dkim+dmarc";
	/* Lists that all users may write are refused. */
	umask(022);
	find_helper(e);
	open_silent(e);
	if (mkdtemp(e->dir) == NULL || !write_zone(e) || !write_config(e)
	    || !write_files(e) || !write_seal_key(e) || !make_spools(e)) {
		fprintf(diag, "# %s: cannot be set up\n", e->file->path);
		return false;
	}
	return start_daemons(e, list, diag);
}

static void
show_errors(const struct daemon *d, FILE *diag)
{
	FILE *f = fopen(d->errors, "re");
	char line[512];
	int n = 0;

	if (f == NULL)
		return;
	while (n++ < 40 && fgets(line, sizeof(line), f) != NULL)
		fprintf(diag, "#   %s", line);
	fclose(f);
}

bool
scnenv_stop(struct scnenv *e, FILE *diag)
{
	bool ok = true;
	char cmd[96];

	/* all at once: libmilter takes up to five seconds to notice */
	for (size_t i = 0; i < e->daemons; i++)
		daemon_term(&e->daemon[i]);
	for (size_t i = 0; i < e->daemons; i++) {
		char why[512];

		if (daemon_wait(&e->daemon[i], STOP_MS, why, sizeof(why)))
			continue;
		ok = false;
		fprintf(diag, "# %s\n", why);
		show_errors(&e->daemon[i], diag);
	}
	if (e->silent_fd >= 0)
		close(e->silent_fd);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", e->dir);
	if (!e->opts->keep)
		free(scnenv_run(cmd));
	else
		fprintf(diag, "# kept %s\n", e->dir);
	return ok;
}

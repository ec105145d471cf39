#include "victim.h"
#include "zone.h"

#include "../lib/armatch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const ALL = "spf+dkim+dmarc+inbound+sign";

const char *const kind_name[KINDS] = { "good", "forged", "chain", "sign" };

static const struct {
	const char *through[4];
	const char *client, *host, *from, *domain;
	const char *results[4];
	bool refused;
} kinds[KINDS] = {
	[KIND_GOOD] = { { "inbound" }, "192.0.2.1", "mail.pass.test",
	    "<alice@pass.test>", "pass.test",
	    { "spf=pass smtp.mailfrom=alice@pass.test",
	      "dkim=pass header.d=pass.test",
	      "dmarc=pass header.from=pass.test" }, false },
	[KIND_FORGED] = { { "inbound" }, "198.51.100.7", "forger.test",
	    "<eve@reject.test>", "reject.test", { NULL }, true },
	[KIND_CHAIN] = { { "spf", "dkim", "dmarc" }, "192.0.2.1",
	    "mail.pass.test", "<alice@pass.test>", "pass.test",
	    { "spf=pass smtp.mailfrom=alice@pass.test",
	      "dkim=pass header.d=pass.test",
	      "dmarc=pass header.from=pass.test" }, false },
	[KIND_SIGN] = { { "sign" }, "127.0.0.1", "localhost",
	    "<alice@sign.test>", "sign.test", { NULL }, false },
};

enum kind
kind_of(const char *name)
{
	for (int i = 0; i < KINDS; i++)
		if (strcmp(kind_name[i], name) == 0)
			return (enum kind)i;
	return KINDS;
}

/* ---- start and stop ------------------------------------------------------ */

static struct inject *
make_inject(const struct victims *v, const char *name)
{
	char path[64];
	void *p = MAP_FAILED;
	int fd;

	snprintf(path, sizeof(path), "%s/mailvet-%s", v->directory, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, sizeof(struct inject)) == 0)
		p = mmap(NULL, sizeof(struct inject), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return p != MAP_FAILED ? p : NULL;
}

static bool
make_injects(struct victims *v)
{
	static const char *const names[SCN_DAEMONS] = { "spf", "dkim",
		"dmarc", "inbound", "sign" };

	strcpy(v->directory, "/tmp/mvi.XXXXXX");
	if (mkdtemp(v->directory) == NULL)
		return false;
	for (size_t i = 0; i < SCN_DAEMONS; i++) {
		v->inject[i] = make_inject(v, names[i]);
		if (v->inject[i] == NULL)
			return false;
	}
	return true;
}

static int
build(struct fmsg *m, enum kind kind, const char *signature)
{
	static const char body[] = "The same text for all.\r\n";
	char from[64];
	int r = 0;

	snprintf(from, sizeof(from), " Alice <alice@%s>", kinds[kind].domain);
	if (signature != NULL)
		r |= fmsg_insert(m, m->n, "DKIM-Signature", signature,
		    strlen(signature));
	r |= fmsg_insert(m, m->n, "From", from, strlen(from));
	r |= fmsg_insert(m, m->n, "Subject", " a test", strlen(" a test"));
	r |= fmsg_body(m, body, sizeof(body) - 1);
	return r;
}

/* Of the good message: the key was made along with the zone. */
static char *
make_signature(const struct victims *v)
{
	struct fmsg m = { 0 };
	char path[128], cmd[1024], *field, *value;
	FILE *f;

	snprintf(path, sizeof(path), "%s/message", v->env.dir);
	f = fopen(path, "we");
	if (f == NULL || build(&m, KIND_GOOD, NULL) < 0)
		return NULL;
	fmsg_write(&m, f);
	fclose(f);
	fmsg_free(&m);
	snprintf(cmd, sizeof(cmd), "/usr/bin/python3 %s sign %s c pass.test"
	    " headers=from:subject <%s", v->env.helper, v->env.dir, path);
	field = scnenv_run(cmd);
	value = field != NULL ? strchr(field, ':') : NULL;
	value = value != NULL ? strdup(value + 1) : NULL;
	free(field);
	if (value != NULL)	/* without its last line end */
		value[strlen(value) - 1] = '\0';
	return value;
}

/* For what is started from now on: inject.so of our build. */
static void
preload(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);

	if (n < 0)
		abort();
	path[n] = '\0';
	strcpy(strrchr(path, '/'), "/../faults/inject.so");
	setenv("LD_PRELOAD", path, 1);
}

bool
victims_has_dns(const struct victims *v)
{
	for (size_t i = 0; i < v->file.n; i++)
		if (strcmp(v->file.stmt[i].verb, "nozone") == 0)
			return true;
	return false;
}

bool
victims_start(struct victims *v, const char *bindir, const char *file)
{
	bool ok;

	*v = (struct victims){ .opts = { .bindir = bindir } };
	if (!scnfile_read(&v->file, file) || !make_injects(v))
		return false;
	setenv(INJECT_ENVIRONMENT, v->directory, 1);
	v->env = (struct scnenv){ .file = &v->file, .mode = ALL,
		.opts = &v->opts, .silent_fd = -1 };
	if (!SANITIZED)
		preload();
	ok = scnenv_start(&v->env, stdout);
	unsetenv("LD_PRELOAD");
	if (ok && victims_has_dns(v)) {
		char zone[sizeof(v->env.dir) + sizeof("/zone")];

		/* In the place of the one that says nothing. */
		close(v->env.silent_fd);
		v->env.silent_fd = -1;
		snprintf(zone, sizeof(zone), "%s/zone", v->env.dir);
		ok = zone_serve(zone, (unsigned)v->env.silent_port);
	}
	v->signature = ok ? make_signature(v) : NULL;
	return v->signature != NULL;
}

bool
victims_stop(struct victims *v)
{
	bool ok = scnenv_stop(&v->env, stdout);
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", v->directory);
	free(scnenv_run(cmd));
	free(v->signature);
	scnfile_free(&v->file);
	return ok;
}

static size_t
index_of(const struct victims *v, const char *name)
{
	for (size_t i = 0; i < v->env.daemons; i++)
		if (strcmp(v->env.daemon[i].name, name) == 0)
			return i;
	abort();
}

struct daemon *
victims_daemon(struct victims *v, const char *name)
{
	return &v->env.daemon[index_of(v, name)];
}

struct inject *
victims_inject(struct victims *v, const char *name)
{
	return v->inject[index_of(v, name)];
}

bool
victims_revive(struct victims *v, const char *name)
{
	struct daemon *d = victims_daemon(v, name);
	bool ok;

	if (waitpid(d->pid, NULL, WNOHANG) != d->pid)
		return false;
	preload();
	ok = daemon_start(d, v->opts.bindir, name, v->env.dir, false) == 0
	    && daemon_ready(d, 20000);
	unsetenv("LD_PRELOAD");
	return ok;
}

/* ---- mail ---------------------------------------------------------------- */

static const char *
queue_id(void)
{
	static atomic_uint number;
	static _Thread_local char text[32];

	snprintf(text, sizeof(text), "F%08u", atomic_fetch_add(&number, 1));
	return text;
}

bool
victims_open(struct victims *v, enum kind kind, struct fakemta *fm,
    int timeout_ms)
{
	struct fm_client c = { .host = kinds[kind].host,
		.family = SMFIA_INET, .port = 40000,
		.addr = kinds[kind].client };

	*fm = (struct fakemta){ 0 };
	for (size_t i = 0; kinds[kind].through[i] != NULL; i++) {
		const char *name = kinds[kind].through[i];

		if (fm_attach(fm, name, victims_daemon(v, name)->socket,
		    &mc_offer_full, timeout_ms) < 0)
			return false;
	}
	fm_macro(fm, "j", "mx.test");
	fm_macro(fm, "{daemon_name}", "MTA");
	return fm_connect(fm, &c) && fm_helo(fm, c.host);
}

enum fate
victims_fate(const struct fakemta *fm)
{
	switch (fm->out.verdict) {
	case SMFIR_TEMPFAIL:
	case MC_ERR_CLOSED:
	case MC_ERR_IO:
		return FATE_DEFERRED;
	case SMFIR_REPLYCODE:
		return fm->out.text[0] == '4' ? FATE_DEFERRED : FATE_WRONG;
	default:
		return FATE_WRONG;
	}
}

bool
victims_has(const struct fmsg *m, const char *cond)
{
	const struct fm_field *f;
	size_t pos = 0;

	while ((f = fmsg_next(m, "Authentication-Results", &pos)) != NULL)
		if (armatch(f->value, "mx.test", cond))
			return true;
	return false;
}

static void
explain(const struct fmsg *m, const char *cond, struct fm_outcome *out)
{
	const struct fm_field *f = fmsg_find(m, "Authentication-Results", 1);

	snprintf(out->text, sizeof(out->text), "accepted, but no %s in \"%s\"",
	    cond, f != NULL ? f->value : "");
}

/* Does the signature that it got hold?  Ask the verifier. */
static bool
verifies(struct victims *v, struct fmsg *m, struct fm_outcome *out)
{
	struct fakemta fm;
	const char *cond = "dkim=pass header.d=sign.test";
	bool ok = victims_open(v, KIND_GOOD, &fm, 20000);

	fm_macro(&fm, "i", queue_id());
	ok = ok && fm_mail(&fm, kinds[KIND_SIGN].from, NULL)
	    && fm_content(&fm, m, FM_EOM);
	if (!ok)
		snprintf(out->text, sizeof(out->text), "verifier: %.900s",
		    fm.out.text);
	else if (!victims_has(m, cond))
		explain(m, cond, out);
	ok = ok && victims_has(m, cond);
	fm_quit(&fm);
	return ok;
}

/* Was it the DNS, as far as one can see? */
static bool
is_unsure(const struct fmsg *m)
{
	return victims_has(m, "spf=temperror") || victims_has(m,
	    "dkim=temperror") || victims_has(m, "dmarc=temperror");
}

static enum fate
judge(struct victims *v, enum kind kind, struct fmsg *m,
    struct fm_outcome *out)
{
	if (kinds[kind].refused)
		return is_unsure(m) ? FATE_UNSURE : FATE_WRONG;
	for (size_t i = 0; kinds[kind].results[i] != NULL; i++) {
		if (victims_has(m, kinds[kind].results[i]))
			continue;
		explain(m, kinds[kind].results[i], out);
		return is_unsure(m) ? FATE_UNSURE : FATE_WRONG;
	}
	if (kind == KIND_SIGN && !verifies(v, m, out))
		return FATE_WRONG;
	return FATE_RIGHT;
}

static bool
is_refusal(const struct fm_outcome *out)
{
	return out->verdict == SMFIR_REJECT
	    || (out->verdict == SMFIR_REPLYCODE && out->text[0] == '5');
}

enum fate
victims_send(struct victims *v, enum kind kind, struct fakemta *fm)
{
	struct fmsg m = { 0 };
	enum fate fate;

	fm_macro(fm, "i", queue_id());
	if (build(&m, kind, kind == KIND_GOOD || kind == KIND_CHAIN ?
	    v->signature : NULL) < 0)
		abort();
	if (fm_mail(fm, kinds[kind].from, NULL)
	    && fm_rcpt(fm, "<bob@mx.test>", NULL) && fm_data(fm)
	    && fm_content(fm, &m, FM_EOM))
		fate = judge(v, kind, &m, &fm->out);
	else if (kinds[kind].refused && is_refusal(&fm->out))
		fate = FATE_RIGHT;
	else
		fate = victims_fate(fm);
	fmsg_free(&m);
	return fate;
}

enum fate
victims_mail(struct victims *v, enum kind kind, int timeout_ms, char *why,
    size_t size)
{
	struct fakemta fm;
	enum fate fate;

	if (victims_open(v, kind, &fm, timeout_ms))
		fate = victims_send(v, kind, &fm);
	else
		fate = victims_fate(&fm);
	snprintf(why, size, "%s: %s (%d)", fm_stage_name(fm.out.stage),
	    fm.out.text, fm.out.verdict);
	fm_quit(&fm);
	return fate;
}

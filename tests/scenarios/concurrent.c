/*
 * concurrent [-r] [-b BINDIR] [-c CONNECTIONS] [-n MESSAGES] [-m MODE] FILE
 * concurrent [-c CONNECTIONS] [-n MESSAGES] -s SOCKET FILE
 *
 * Many connections at once, many messages on each, and each result must be
 * that message's own.  Starts the daemons of MODE (inbound, chain) with
 * what the scenario file (concurrent.scn) declares at its head, or uses a
 * daemon that was started with the same.  With -r the daemons are told to
 * reload all the while, and connections come and go.  Under a build with
 * LeakSanitizer or ThreadSanitizer their reports are failures.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/armatch.h"
#include "../lib/scn.h"

enum { TIMEOUT_MS = 120000, MAX_REPORTS = 10, RECONNECT = 7 };

static struct {
	const char *mode;
	const char *socket[SCN_DAEMONS];
	size_t sockets;
	unsigned connections, messages;
	char *signature;	/* value of a DKIM-Signature */
	bool reloads;
	struct scnenv env;
} run = { .mode = "inbound", .connections = 64, .messages = 100 };

static atomic_uint failures, checked;

/* What kinds of messages there are, and what must come of them. */
static const struct kind {
	const char *domain;
	bool sign;
	const char *spf[2];	/* by the client: listed, stranger */
	const char *dkim;
	const char *dmarc[2];
} kinds[] = {
	{ "pass.test", true, { "pass", "fail" }, "pass",
	    { "pass", "pass" } },
	{ "pass.test", false, { "pass", "fail" }, "none",
	    { "pass", "fail" } },
	{ "soft.test", false, { "pass", "softfail" }, "none",
	    { "none", "none" } },
	{ "none.test", false, { "none", "none" }, "none",
	    { "none", "none" } },
};

struct thread {
	pthread_t id;
	unsigned number;
};

static void
complain(const struct thread *t, unsigned n, const char *what,
    const char *more)
{
	if (atomic_fetch_add(&failures, 1) < MAX_REPORTS)
		printf("# connection %u, message %u: %s %s\n", t->number, n,
		    what, more);
}

/* The part of the message that is signed is the same for all. */
static bool
build(struct fmsg *m, const struct kind *k, const char *subject)
{
	static const char body[] = "The same text for all.\r\n";
	char from[64];
	int r = 0;

	snprintf(from, sizeof(from), " Alice <alice@%s>", k->domain);
	if (k->sign && run.signature != NULL)
		r |= fmsg_insert(m, m->n, "DKIM-Signature", run.signature,
		    strlen(run.signature));
	r |= fmsg_insert(m, m->n, "From", from, strlen(from));
	r |= fmsg_insert(m, m->n, "Subject", subject, strlen(subject));
	r |= fmsg_body(m, body, sizeof(body) - 1);
	return r == 0;
}

static void
expect(const struct thread *t, unsigned n, const struct fmsg *m,
    const char *cond)
{
	const struct fm_field *f;
	size_t pos = 0;

	while ((f = fmsg_next(m, "Authentication-Results", &pos)) != NULL)
		if (armatch(f->value, "mx.test", cond))
			return;
	complain(t, n, "no", cond);
}

static void
check(const struct thread *t, unsigned n, const struct fmsg *m,
    const struct kind *k)
{
	char cond[200];
	unsigned who = t->number & 1;

	snprintf(cond, sizeof(cond), "spf=%s smtp.mailfrom=u%u-%u@%s",
	    k->spf[who], t->number, n, k->domain);
	expect(t, n, m, cond);
	if (run.signature != NULL) {
		snprintf(cond, sizeof(cond), "dkim=%s", k->dkim);
		expect(t, n, m, cond);
		snprintf(cond, sizeof(cond), "dmarc=%s header.from=%s",
		    k->dmarc[who], k->domain);
		expect(t, n, m, cond);
	}
	atomic_fetch_add(&checked, 1);
}

static bool
one_message(struct fakemta *fm, const struct thread *t, unsigned n)
{
	const struct kind *k = &kinds[(t->number / 2 + n)
	    % (sizeof(kinds) / sizeof(*kinds))];
	struct fmsg m = { 0 };
	char from[100], qid[32];
	bool ok;

	snprintf(from, sizeof(from), "<u%u-%u@%s>", t->number, n, k->domain);
	snprintf(qid, sizeof(qid), "5T%03uC%04u", t->number, n);
	fm_macro(fm, "i", qid);
	ok = build(&m, k, k->sign ? " signed" : " plain")
	    && fm_mail(fm, from, NULL) && fm_rcpt(fm, "<bob@mx.test>", NULL)
	    && fm_data(fm);
	/* now and then a message is given up half way */
	if (ok && n % 17 == 5) {
		(void)fm_content(fm, &m, FM_EOH);
		fm_abort(fm);
	} else if (ok && fm_content(fm, &m, FM_EOM)) {
		check(t, n, &m, k);
	} else {
		complain(t, n, "not accepted:", fm->out.text);
		ok = fm->out.verdict > 0;
	}
	fmsg_free(&m);
	return ok;
}

static bool
open_connection(struct fakemta *fm, const struct thread *t)
{
	struct fm_client c = { .host = "client.test", .family = SMFIA_INET,
		.port = (uint16_t)(40000 + t->number),
		.addr = t->number & 1 ? "198.51.100.7" : "192.0.2.1" };

	*fm = (struct fakemta){ 0 };
	for (size_t i = 0; i < run.sockets; i++)
		if (fm_attach(fm, run.socket[i], run.socket[i],
		    &mc_offer_full, TIMEOUT_MS) < 0)
			return false;
	fm_macro(fm, "j", "mx.test");
	fm_macro(fm, "{daemon_name}", "MTA");
	return fm_connect(fm, &c) && fm_helo(fm, "client.test");
}

static void *
work(void *arg)
{
	const struct thread *t = arg;
	struct fakemta fm;
	bool ok = open_connection(&fm, t);

	for (unsigned n = 0; ok && n < run.messages; n++) {
		if (run.reloads && n % RECONNECT == RECONNECT - 1) {
			fm_quit(&fm);
			ok = open_connection(&fm, t);
		}
		if (ok && !one_message(&fm, t, n))
			break;
	}
	if (!ok)
		complain(t, 0, "no connection:", fm.out.text);
	fm_quit(&fm);
	return NULL;
}

static atomic_bool done;

/* New settings, again and again, under the feet of those who use them. */
static void *
reload(void *arg)
{
	const struct timespec moment = { 0, 20 * 1000000 };

	(void)arg;
	while (!atomic_load(&done)) {
		for (size_t i = 0; i < run.env.daemons; i++)
			kill(run.env.daemon[i].pid, SIGHUP);
		nanosleep(&moment, NULL);
	}
	return NULL;
}

/* The last reload may be under way when the mail is through. */
static bool
has_reloaded(const struct daemon *d)
{
	const struct timespec moment = { 0, 20 * 1000000 };

	for (int ms = TIMEOUT_MS; ms > 0; ms -= 20) {
		if (daemon_logged(d, NULL, "configuration reloaded"))
			return !daemon_logged(d, NULL, "reload failed");
		nanosleep(&moment, NULL);
	}
	return false;
}

/* Did all of them, and did they take what they read? */
static bool
reloaded(void)
{
	for (size_t i = 0; i < run.env.daemons; i++) {
		const struct daemon *d = &run.env.daemon[i];

		if (has_reloaded(d))
			continue;
		printf("# mailvet-%s did not reload\n", d->name);
		return false;
	}
	return true;
}

static bool
run_threads(void)
{
	struct thread *t = calloc(run.connections, sizeof(*t));
	unsigned n = 0;

	if (t == NULL)
		return false;
	for (; n < run.connections; n++) {
		t[n].number = n;
		if (pthread_create(&t[n].id, NULL, work, &t[n]) != 0)
			break;
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(t[i].id, NULL);
	free(t);
	return n == run.connections;
}

static bool
run_with_reloads(void)
{
	pthread_t reloader;
	bool ok;

	if (pthread_create(&reloader, NULL, reload, NULL) != 0)
		return false;
	ok = run_threads();
	atomic_store(&done, true);
	pthread_join(reloader, NULL);
	return reloaded() && ok;
}

/* Sign once: the key was made along with the zone. */
static void
make_signature(void)
{
	struct fmsg m = { 0 };
	char path[128], cmd[1024], *field, *end;
	FILE *f;

	snprintf(path, sizeof(path), "%s/message", run.env.dir);
	f = fopen(path, "we");
	if (f == NULL || !build(&m, &kinds[0], " signed"))
		return;
	fmsg_write(&m, f);
	fclose(f);
	fmsg_free(&m);
	snprintf(cmd, sizeof(cmd), "/usr/bin/python3 %s sign %s c pass.test"
	    " headers=from:subject <%s", run.env.helper, run.env.dir, path);
	field = scnenv_run(cmd);
	if (field == NULL)
		return;
	end = field + strlen(field);
	while (end > field && end[-1] == '\n')
		*--end = '\0';
	run.signature = strdup(strchr(field, ':') + 1);
	free(field);
}

static bool
with_daemons(const struct scnopts *opts, const struct scnfile *file)
{
	char *diag = NULL;
	size_t size = 0;
	FILE *d = open_memstream(&diag, &size);
	bool ok;

	run.env = (struct scnenv){ .file = file, .mode = run.mode,
		.opts = opts, .silent_fd = -1 };
	ok = scnenv_start(&run.env, d);
	if (ok) {
		for (size_t i = 0; i < run.env.daemons; i++)
			run.socket[run.sockets++] = run.env.daemon[i].socket;
		make_signature();
		if (run.signature == NULL)
			atomic_fetch_add(&failures, 1);
		ok = run.reloads ? run_with_reloads() : run_threads();
	}
	if (!scnenv_stop(&run.env, d))
		ok = false;
	fclose(d);
	fputs(diag, stdout);
	free(diag);
	free(run.signature);
	return ok;
}

static int
usage(void)
{
	fputs("usage: concurrent [-r] [-b BINDIR] [-c CONNECTIONS] "
	    "[-n MESSAGES] [-m MODE | -s SOCKET] FILE\n", stderr);
	return 2;
}

static bool
take_options(int argc, char **argv, struct scnopts *opts)
{
	int c;

	while ((c = getopt(argc, argv, "b:c:km:n:rs:")) != -1) {
		if (c == 'b')
			opts->bindir = optarg;
		else if (c == 'c')
			run.connections = (unsigned)atoi(optarg);
		else if (c == 'k')
			opts->keep = true;
		else if (c == 'm')
			run.mode = optarg;
		else if (c == 'n')
			run.messages = (unsigned)atoi(optarg);
		else if (c == 'r')
			run.reloads = true;
		else if (c == 's' && run.sockets < SCN_DAEMONS)
			run.socket[run.sockets++] = optarg;
		else
			return false;
	}
	return optind + 1 == argc;
}

int
main(int argc, char **argv)
{
	struct scnopts opts = { .bindir = "build/bin" };
	struct scnfile file;
	bool ok;

	if (!take_options(argc, argv, &opts))
		return usage();
	if (!scnfile_read(&file, argv[optind]))
		return 2;
	setenv("ASAN_OPTIONS", "quarantine_size_mb=16", 0);
	ok = run.sockets > 0 ? run_threads() : with_daemons(&opts, &file);
	ok = ok && atomic_load(&failures) == 0;
	printf("%s - concurrent [%s]: %u connections, %u messages, %u "
	    "checked, %u failures\n", ok ? "ok" : "not ok", run.mode,
	    run.connections, run.messages, atomic_load(&checked),
	    atomic_load(&failures));
	scnfile_free(&file);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

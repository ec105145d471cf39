/*
 * endure [-b BINDIR] [-n MESSAGES] FILE
 *
 * Mail of all kinds, through mailvet-inbound and mailvet-sign, for long: good,
 * forged, signed by us and then verified, from strangers of ever other domains
 * and of all sizes, and given up half-way.  Each gets its own result, and once
 * it is warm no daemon grows.
 */
#include "../faults/victim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SENDERS = 16, PER_CONNECTION = 25, TIMEOUT_MS = 60000, DOMAINS = 8000,
	BODY_MAX = 60000, SETTLE = 3 /* seconds */,
	/* What may come on top of a warm daemon: memory that the allocator
	 * keeps for a thread, and threads that libmilter keeps. */
	GROWTH_MAX_KB = 6 << 10, MORE_FILES = 4, MORE_THREADS = 24,
};

static struct {
	struct victims victims;
	const char *bindir;
	unsigned messages;
	atomic_uint next, wrong;
	unsigned until;
} run = { .bindir = "build/bin", .messages = 20000 };

struct meter {
	long rss_kb, files, threads;
};

static struct meter
measure(const char *name)
{
	pid_t pid = victims_daemon(&run.victims, name)->pid;
	struct meter m = { 0 };
	char command[200], *text;

	snprintf(command, sizeof(command), "cd /proc/%d && awk '/^VmRSS/ "
	    "{ print $2 }' status && ls fd | wc -l && ls task | wc -l",
	    (int)pid);
	text = scnenv_run(command);
	if (text != NULL)
		sscanf(text, "%ld %ld %ld", &m.rss_kb, &m.files, &m.threads);
	free(text);
	return m;
}

static void
complain(const char *what, const struct fakemta *fm)
{
	if (atomic_fetch_add(&run.wrong, 1) < 5)
		printf("# %s: %s: %s\n", what, fm_stage_name(fm->out.stage),
		    fm->out.text);
}

/* ---- strangers ----------------------------------------------------------- */

static int
fill(struct fmsg *m, const char *domain, unsigned *seed)
{
	char from[64], line[80];
	int r = 0;

	snprintf(from, sizeof(from), " <s@%s>", domain);
	r |= fmsg_insert(m, m->n, "From", from, strlen(from));
	for (int i = rand_r(seed) % 40; i > 0; i--)
		r |= fmsg_insert(m, m->n, "X-Trace", " some words", 11);
	memset(line, 'x', sizeof(line));
	memcpy(line + sizeof(line) - 2, "\r\n", 2);
	for (int i = rand_r(seed) % BODY_MAX; i > 0; i -= (int)sizeof(line))
		r |= fmsg_body(m, line, sizeof(line));
	return r;
}

/* Of a domain that nobody knows; now and then it is given up. */
static bool
send_stranger(struct fakemta *fm, unsigned *seed)
{
	char domain[32], from[64], queue_id[32];
	struct fmsg m = { 0 };
	int half = rand_r(seed) % 8;
	bool ok;

	snprintf(domain, sizeof(domain), "d%d.test", rand_r(seed) % DOMAINS);
	snprintf(from, sizeof(from), "<s@%s>", domain);
	snprintf(queue_id, sizeof(queue_id), "S%08x", (unsigned)rand_r(seed));
	fm_macro(fm, "i", queue_id);
	ok = fill(&m, domain, seed) == 0 && fm_mail(fm, from, NULL)
	    && fm_rcpt(fm, "<bob@mx.test>", NULL) && fm_data(fm);
	if (ok && half == 0) {
		(void)fm_content(fm, &m, FM_BODY);
		fm_abort(fm);
	} else {
		ok = ok && fm_content(fm, &m, FM_EOM)
		    && victims_has(&m, "spf=none") && victims_has(&m,
		    "dmarc=none");
	}
	fmsg_free(&m);
	return ok;
}

/* ---- all ----------------------------------------------------------------- */

static bool
send_one(struct fakemta *fm, int kind, unsigned *seed)
{
	if (kind == KINDS)
		return send_stranger(fm, seed);
	return victims_send(&run.victims, (enum kind)kind, fm) == FATE_RIGHT;
}

/* One connection of one kind. */
static void
converse(unsigned *seed)
{
	static const int kinds[] = { KIND_GOOD, KINDS, KIND_FORGED, KINDS,
		KIND_SIGN, KINDS };
	int kind = kinds[rand_r(seed) % 6];
	struct fakemta fm;

	if (!victims_open(&run.victims, kind == KINDS ? KIND_GOOD :
	    (enum kind)kind, &fm, TIMEOUT_MS)) {
		complain("no connection", &fm);
		atomic_fetch_add(&run.next, 1);
	}
	for (int i = rand_r(seed) % PER_CONNECTION; fm.n > 0 && i >= 0; i--) {
		if (atomic_fetch_add(&run.next, 1) >= run.until)
			break;
		if (!send_one(&fm, kind, seed)) {
			complain(kind == KINDS ? "stranger" : kind_name[kind],
			    &fm);
			break;
		}
	}
	fm_quit(&fm);
}

static void *
work(void *arg)
{
	unsigned seed = (unsigned)(size_t)arg * 7919;

	while (atomic_load(&run.next) < run.until)
		converse(&seed);
	return NULL;
}

/* So many in all; then the daemons get time to let go. */
static void
send_until(unsigned until)
{
	pthread_t threads[SENDERS];

	atomic_store(&run.next, run.until);
	run.until = until;
	for (size_t i = 0; i < SENDERS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)(i + until))
		    != 0)
			abort();
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	sleep(SETTLE);
}

static bool
compare(const char *name, const struct meter *warm)
{
	struct meter end = measure(name);
	bool ok = end.rss_kb <= warm->rss_kb + GROWTH_MAX_KB + SANITIZER_KB &&
	    end.files <= warm->files + MORE_FILES &&
	    end.threads <= warm->threads + MORE_THREADS;

	printf("%s - mailvet-%s after %u messages: %ld KB, %ld files, %ld "
	    "threads (warm: %ld KB, %ld, %ld)\n", ok ? "ok" : "not ok", name,
	    run.messages, end.rss_kb, end.files, end.threads, warm->rss_kb,
	    warm->files, warm->threads);
	return ok;
}

static bool
endure(void)
{
	struct meter inbound, sign;
	unsigned wrong;
	bool ok;

	send_until(run.messages / 2);
	inbound = measure("inbound");
	sign = measure("sign");
	send_until(run.messages);
	wrong = atomic_load(&run.wrong);
	printf("%s - %u messages of mixed kinds, %u wrong\n",
	    wrong == 0 ? "ok" : "not ok", run.messages, wrong);
	ok = compare("inbound", &inbound);
	return compare("sign", &sign) && ok && wrong == 0;
}

static bool
take_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "b:n:")) != -1) {
		if (c == 'b')
			run.bindir = optarg;
		else if (c == 'n')
			run.messages = (unsigned)atoi(optarg);
		else
			return false;
	}
	return argc - optind == 1;
}

int
main(int argc, char **argv)
{
	bool ok, lived;

	if (!take_options(argc, argv)) {
		fputs("usage: endure [-b BINDIR] [-n MESSAGES] FILE\n", stderr);
		return 2;
	}
	if (!victims_start(&run.victims, run.bindir, argv[optind]))
		return 2;
	ok = endure();
	lived = victims_stop(&run.victims);
	printf("%s - the daemons lived\n", lived ? "ok" : "not ok");
	return ok && lived ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * exhaust [-k] [-b BINDIR] [-t SECONDS] FILE {KIND DAEMON}...
 *
 * No file can be opened, then no thread be made, for so long, while mail comes
 * in over many connections.  None of it gets another result than its own, and
 * when there are files and threads again, mail goes on within RECOVERY.
 */
#include "victim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SENDERS = 20, PATIENCE_MS = 2000, RECOVERY = 20,
	FILES = 64, HOARD = 80 };

static struct {
	struct victims victims;
	const char *bindir;
	unsigned seconds;
	bool keep;
	enum kind kind;
	atomic_bool over;
	atomic_uint right, deferred, wrong;
} run = { .bindir = "build/bin", .seconds = 5 };

/* An MTA that gets no answer defers, too. */
static enum fate
send_one(char *why, size_t size)
{
	enum fate fate = victims_mail(&run.victims, run.kind, PATIENCE_MS,
	    why, size);

	if (fate == FATE_WRONG && strstr(why, "(-2)") != NULL)
		fate = FATE_DEFERRED;
	return fate;
}

static void *
send_all(void *arg)
{
	char why[1200];

	(void)arg;
	while (!atomic_load(&run.over)) {
		enum fate fate = send_one(why, sizeof(why));

		if (fate == FATE_RIGHT)
			atomic_fetch_add(&run.right, 1);
		else if (fate == FATE_DEFERRED)
			atomic_fetch_add(&run.deferred, 1);
		else if (atomic_fetch_add(&run.wrong, 1) < 5)
			printf("# %s\n", why);
		usleep(10000);
	}
	return NULL;
}

/* Seconds until a message is all right; RECOVERY if that takes too long. */
static int
recover(void)
{
	time_t start = time(NULL);
	char why[1200];

	while (time(NULL) < start + RECOVERY)
		if (send_one(why, sizeof(why)) == FATE_RIGHT)
			return (int)(time(NULL) - start);
	printf("# still: %s\n", why);
	return RECOVERY;
}

/* Connections that say nothing hold all the files that there may be. */
static void
take_files(const char *name, bool away)
{
	static struct mcwire hoard[HOARD];
	static struct rlimit before;
	struct daemon *d = victims_daemon(&run.victims, name);
	struct rlimit limit;

	if (away) {
		(void)prlimit(d->pid, RLIMIT_NOFILE, NULL, &before);
		limit = (struct rlimit){ FILES, before.rlim_max };
		(void)prlimit(d->pid, RLIMIT_NOFILE, &limit, NULL);
	}
	for (int i = 0; i < HOARD; i++) {
		if (!away)
			mcwire_close(&hoard[i]);
		else if (mcwire_open(&hoard[i], d->socket, PATIENCE_MS) < 0)
			hoard[i].fd = -1;
	}
}

static void
take_threads(const char *name, bool away)
{
	atomic_store(&victims_inject(&run.victims, name)->no_threads, away);
}

static bool
exhaust(const char *name, const char *what,
    void (*take)(const char *name, bool away))
{
	pthread_t threads[SENDERS];
	int seconds;
	bool ok;

	atomic_store(&run.over, false);
	atomic_store(&run.right, 0);
	atomic_store(&run.deferred, 0);
	for (int i = 0; i < SENDERS; i++)
		if (pthread_create(&threads[i], NULL, send_all, NULL) != 0)
			abort();
	sleep(1);
	take(name, true);
	sleep(run.seconds);
	take(name, false);
	seconds = recover();
	atomic_store(&run.over, true);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	ok = seconds < RECOVERY && atomic_load(&run.wrong) == 0
	    && atomic_load(&run.deferred) > 0;
	printf("%s - mailvet-%s, no %s for %u s: %u right, %u deferred, "
	    "%u wrong, back after %d s\n", ok ? "ok" : "not ok", name, what,
	    run.seconds, atomic_load(&run.right), atomic_load(&run.deferred),
	    atomic_load(&run.wrong), seconds);
	fflush(stdout);
	return ok;
}

static bool
take_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "b:kt:")) != -1) {
		if (c == 'b')
			run.bindir = optarg;
		else if (c == 'k')
			run.keep = true;
		else if (c == 't')
			run.seconds = (unsigned)atoi(optarg);
		else
			return false;
	}
	return argc - optind >= 3 && (argc - optind) % 2 == 1;
}

int
main(int argc, char **argv)
{
	bool ok = true, lived;

	if (!take_options(argc, argv)) {
		fputs("usage: exhaust [-k] [-b BINDIR] [-t SECONDS] FILE "
		    "{KIND DAEMON}...\n", stderr);
		return 2;
	}
	if (!victims_start(&run.victims, run.bindir, argv[optind]))
		return 2;
	run.victims.opts.keep = run.keep;
	for (int i = optind + 1; i + 1 < argc; i += 2) {
		run.kind = kind_of(argv[i]);
		if (run.kind == KINDS
		    || !exhaust(argv[i + 1], "files", take_files)
		    || !exhaust(argv[i + 1], "threads", take_threads))
			ok = false;
	}
	lived = victims_stop(&run.victims);
	printf("%s - the daemons lived\n", lived ? "ok" : "not ok");
	return ok && lived ? EXIT_SUCCESS : EXIT_FAILURE;
}

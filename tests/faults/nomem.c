/*
 * nomem [-k] [-b BINDIR] [-f FIRST] [-l LAST] FILE KIND DAEMON...
 *
 * Memory runs out, at every allocation: a connection with one message, of
 * which the first allocation of the daemon fails, then the second, until one
 * passes untouched; and again, with all that follow failing, too.  Each time
 * the MTA gets the right result or a deferral, and the next message the right
 * result.
 *
 * With a name server ("nozone"), allocations fail inside libunbound, too: then
 * the right result has to come back within RECOVERY seconds, be it after the
 * daemon was started again, and until then there may be temperrors.
 */
#include "victim.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_MS = 30000, AT_MOST = 20000, COMPLAINTS = 8,
	RECOVERY = 120 /* seconds */ };

static struct {
	struct victims victims;
	const char *bindir;
	long first, last;
	bool keep;
} run = { .bindir = "build/bin", .first = 1, .last = AT_MOST };

struct tally {
	long right, deferred, unsure, wrong, crashes;
};

static void
complain(struct tally *t, long n, const char *when, const char *why)
{
	if (t->wrong++ < COMPLAINTS)
		printf("# allocation %ld: %s: %s\n", n, when, why);
}

/* libunbound says SERVFAIL without memory, and keeps that for a while. */
static bool
is_wrong(enum fate fate)
{
	return fate == FATE_WRONG || (fate == FATE_UNSURE
	    && !victims_has_dns(&run.victims));
}

/*
 * Does a message get its results again, within seconds?  libunbound may also
 * crash: then there is a service manager, as there is in life.
 */
static bool
is_back(const char *name, enum kind kind, struct tally *t, char why[1200])
{
	for (int i = 0; i < RECOVERY * 4; i++) {
		if (victims_mail(&run.victims, kind, TIMEOUT_MS, why, 1200)
		    == FATE_RIGHT)
			return true;
		if (victims_has_dns(&run.victims)
		    && victims_revive(&run.victims, name))
			t->crashes++;
		usleep(250000);
	}
	return false;
}

/* The next message; through libunbound, the one after it was replaced. */
static bool
is_next_right(const char *name, enum kind kind, struct tally *t,
    char why[1200])
{
	if (victims_has_dns(&run.victims))
		return is_back(name, kind, t, why);
	return victims_mail(&run.victims, kind, TIMEOUT_MS, why, 1200)
	    == FATE_RIGHT;
}

/* Allocation n fails; false when there is none. */
static bool
one(const char *name, enum kind kind, long n, bool then_on, struct tally *t)
{
	struct inject *inject = victims_inject(&run.victims, name);
	enum fate fate;
	char why[1200];

	atomic_store(&inject->failed, 0);
	atomic_store(&inject->from_then_on, then_on);
	atomic_store(&inject->allocations, n);
	fate = victims_mail(&run.victims, kind, TIMEOUT_MS, why, sizeof(why));
	atomic_store(&inject->allocations, 0);
	if (is_wrong(fate))
		complain(t, n, "wrong", why);
	else if (fate == FATE_UNSURE)
		t->unsure++;
	else if (fate == FATE_DEFERRED)
		t->deferred++;
	else
		t->right++;
	if (atomic_load(&inject->failed) == 0)
		return false;
	if (!is_next_right(name, kind, t, why))
		complain(t, n, "the next one", why);
	return true;
}

static bool
all(const char *name, enum kind kind, bool then_on)
{
	struct tally t = { 0 };
	long n = run.first;
	char why[1200];
	bool ok;

	while (n < run.last && one(name, kind, n, then_on, &t)) {
		n++;
		if (t.wrong >= COMPLAINTS)
			break;
	}
	ok = is_back(name, kind, &t, why) && t.wrong == 0 && t.deferred > 0;
	printf("%s - mailvet-%s, %s mail: %s of %ld allocations fails: %ld "
	    "deferred, %ld right, %ld temperror, %ld wrong\n",
	    ok ? "ok" : "not ok", name, kind_name[kind],
	    then_on ? "all from one" : "one", n - 1, t.deferred, t.right,
	    t.unsure, t.wrong);
	if (t.crashes > 0)
		printf("# %ld crashes\n", t.crashes);
	fflush(stdout);
	return ok;
}

static bool
take_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "b:f:kl:")) != -1) {
		if (c == 'b')
			run.bindir = optarg;
		else if (c == 'f')
			run.first = atol(optarg);
		else if (c == 'k')
			run.keep = true;
		else if (c == 'l')
			run.last = atol(optarg);
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
		fputs("usage: nomem [-k] [-b BINDIR] [-f FIRST] [-l LAST] FILE "
		    "{KIND DAEMON}...\n", stderr);
		return 2;
	}
	/* -k: their logs stay */
	if (!victims_start(&run.victims, run.bindir, argv[optind]))
		return 2;
	run.victims.opts.keep = run.keep;
	for (int i = optind + 1; i + 1 < argc; i += 2) {
		enum kind kind = kind_of(argv[i]);

		if (kind == KINDS || !all(argv[i + 1], kind, false)
		    || !all(argv[i + 1], kind, true))
			ok = false;
	}
	lived = victims_stop(&run.victims);
	printf("%s - the daemons lived\n", lived ? "ok" : "not ok");
	return ok && lived ? EXIT_SUCCESS : EXIT_FAILURE;
}

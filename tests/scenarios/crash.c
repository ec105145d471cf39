/*
 * crash [-b BINDIR] [-m DAEMON] [-n RUNS] [-r SEED] FILE
 *
 * Kills the daemon (SIGKILL) at a random moment while messages pass through
 * it, again and again, and then compares with the journal: each accepted
 * message has its line, each line is of a message that was tried, none is
 * there twice, and what is no line is what a kill can leave of one.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/journal.h"
#include "../lib/scn.h"

enum { THREADS = 4, TIMEOUT_MS = 20000, READY_MS = 60000, MAX_REPORTS = 10,
	ATTEMPTS_MAX = 200000 };

/* One thread's messages; the id is made of thread and index. */
struct sender {
	pthread_t id;
	unsigned number, attempts;
	bool accepted[ATTEMPTS_MAX];
	unsigned lines[ATTEMPTS_MAX];
	const char *socket;
};

static struct sender senders[THREADS];
static unsigned failures;
/* The longest life in microseconds: longer on a machine on which nothing is
 * accepted in one. */
static unsigned life_us = 120000;

static void
complain(const char *what, const char *more)
{
	if (failures++ < MAX_REPORTS)
		printf("# %s: %.200s\n", what, more);
}

static bool
open_connection(struct fakemta *fm, const char *socket)
{
	struct fm_client c = { .host = "client.test", .family = SMFIA_INET,
		.port = 4711, .addr = "192.0.2.1" };

	*fm = (struct fakemta){ 0 };
	if (fm_attach(fm, socket, socket, &mc_offer_full, TIMEOUT_MS) < 0)
		return false;
	fm_macro(fm, "j", "mx.test");
	fm_macro(fm, "{daemon_name}", "MTA");
	return fm_connect(fm, &c) && fm_helo(fm, "client.test");
}

static bool
one_message(struct fakemta *fm, struct sender *s)
{
	static const char from[] = " Alice <alice@example.org>";
	struct fmsg m = { 0 };
	char qid[32];
	bool ok;

	snprintf(qid, sizeof(qid), "T%uN%u", s->number, s->attempts);
	fm_macro(fm, "i", qid);
	ok = fmsg_insert(&m, 0, "From", from, sizeof(from) - 1) == 0
	    && fm_mail(fm, "<alice@example.org>", NULL)
	    && fm_rcpt(fm, "<bob@mx.test>", NULL) && fm_data(fm);
	s->attempts++;
	ok = ok && fm_content(fm, &m, FM_EOM);
	s->accepted[s->attempts - 1] = ok;
	fmsg_free(&m);
	return ok;
}

/* Until the daemon is killed. */
static void *
work(void *arg)
{
	struct sender *s = arg;
	struct fakemta fm;

	if (open_connection(&fm, s->socket))
		while (s->attempts < ATTEMPTS_MAX && one_message(&fm, s))
			;
	fm_drop(&fm);
	return NULL;
}

static unsigned
accepted_so_far(void)
{
	unsigned accepted = 0;

	for (unsigned t = 0; t < THREADS; t++)
		for (unsigned n = 0; n < senders[t].attempts; n++)
			accepted += senders[t].accepted[n];
	return accepted;
}

static bool
one_life(struct scnenv *e, unsigned *seed)
{
	struct daemon *d = &e->daemon[0];
	unsigned before = accepted_so_far();

	for (unsigned i = 0; i < THREADS; i++) {
		senders[i].number = i;
		senders[i].socket = d->socket;
		if (pthread_create(&senders[i].id, NULL, work, &senders[i]))
			return false;
	}
	usleep((unsigned)rand_r(seed) % life_us);
	kill(d->pid, SIGKILL);
	waitpid(d->pid, NULL, 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(senders[i].id, NULL);
	if (accepted_so_far() == before && life_us < 10 * 1000000)
		life_us *= 2;
	return daemon_start(d, e->opts->bindir, e->mode, e->dir, false) == 0
	    && daemon_ready(d, READY_MS);
}

/* A line of the journal; its id says whose it is. */
static void
take_line(void *arg, const char *line)
{
	unsigned t, n, *torn = arg;
	const char *id = strstr(line, "\"id\":\"");

	if (*line == '\0')
		return;
	if (line[strlen(line) - 1] != '}') {
		++*torn;
		return;
	}
	if (id == NULL || sscanf(id, "\"id\":\"T%uN%u\"", &t, &n) != 2
	    || t >= THREADS || n >= senders[t].attempts)
		complain("a line of no message", line);
	else if (senders[t].lines[n]++ > 0)
		complain("two lines", line);
}

static bool
compare(const struct scnenv *e, unsigned runs)
{
	unsigned attempts = 0, lines = 0, torn = 0;
	unsigned accepted = accepted_so_far();
	char path[128];

	snprintf(path, sizeof(path), "%s/journal", e->dir);
	journal_each(path, take_line, &torn);
	for (unsigned t = 0; t < THREADS; t++) {
		struct sender *s = &senders[t];

		attempts += s->attempts;
		for (unsigned n = 0; n < s->attempts; n++) {
			char id[32];

			lines += s->lines[n];
			snprintf(id, sizeof(id), "T%uN%u", t, n);
			if (s->accepted[n] && s->lines[n] == 0)
				complain("accepted, and no line", id);
		}
	}
	if (torn > runs)
		complain("more broken lines than kills", "");
	if (accepted <= runs)
		printf("# too few accepted to mean anything\n");
	printf("# %u kills: %u accepted <= %u lines <= %u attempts; "
	    "%u broken off\n", runs, accepted, lines, attempts, torn);
	return failures == 0 && accepted > runs && accepted <= lines
	    && lines <= attempts;
}

static bool
run(struct scnenv *e, unsigned runs, unsigned seed)
{
	char *diag = NULL;
	size_t size = 0;
	FILE *d = open_memstream(&diag, &size);
	bool ok = scnenv_start(e, d);

	for (unsigned i = 0; i < runs && ok; i++)
		ok = one_life(e, &seed);
	ok = ok && compare(e, runs);
	if (!scnenv_stop(e, d))
		ok = false;
	fclose(d);
	fputs(diag, stdout);
	free(diag);
	return ok;
}

int
main(int argc, char **argv)
{
	struct scnopts opts = { .bindir = "build/bin" };
	struct scnenv env = { .opts = &opts, .mode = "inbound",
		.silent_fd = -1 };
	unsigned runs = 100, seed = (unsigned)getpid();
	struct scnfile file;
	bool ok;
	int c;

	while ((c = getopt(argc, argv, "b:km:n:r:")) != -1) {
		if (c == 'b')
			opts.bindir = optarg;
		else if (c == 'k')
			opts.keep = true;
		else if (c == 'm')
			env.mode = optarg;
		else if (c == 'n')
			runs = (unsigned)atoi(optarg);
		else if (c == 'r')
			seed = (unsigned)atoi(optarg);
		else
			return 2;
	}
	if (optind + 1 != argc || !scnfile_read(&file, argv[optind]))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	env.file = &file;
	printf("# seed %u\n", seed);
	ok = run(&env, runs, seed);
	printf("%s - crash [%s]: %u kills\n", ok ? "ok" : "not ok", env.mode,
	    runs);
	scnfile_free(&file);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

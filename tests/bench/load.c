/*
 * load [-c CONNECTIONS] [-n MESSAGES] [-i IDLE] [-k METHOD,...] [-o FILE]
 *      [-m PER-CONNECTION] [-u USER] -a AUTHSERV-ID -d CORPUS SOCKET...
 *
 * The load of the benchmarks: an MTA that sends the messages of a corpus, in
 * turn, over many connections, through one filter or a chain of them, and looks
 * at what comes out.  After so many messages a connection is closed and opened
 * anew.  IDLE more connections say HELO and stay, until standard input ends.
 * The filter's wishes (no event, no reply) are honoured, as a real MTA does.
 *
 * CORPUS/list has a line a message, parted by tabs: file, client, HELO,
 * MAIL FROM, results ("spf=pass;dkim=pass").  Of the results those of -k are
 * checked; with -u USER the mail is authenticated, and one DKIM-Signature more
 * must come out.  -o: the results that came out, a line for each message of
 * the corpus.
 *
 * Prints JSON: messages, seconds, p50_us, p99_us (from MAIL to the answer to
 * the end of the message), wrong, failed.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/armatch.h"
#include "../lib/fakemta.h"
#include "corpus.h"

enum { TIMEOUT_MS = 120000, PORT = 40000, MAX_COMPLAINTS = 5 };

static struct {
	unsigned connections, messages, idle, per_connection;
	const char *authserv_id, *methods, *user;
	char **sockets;
	int socket_count;
	struct corpus corpus;
	long *latency;	/* microseconds, one a message */
	_Atomic(char *) *results; /* one a message of the corpus; or NULL */
} run = { .connections = 16, .messages = 1000,
	.per_connection = 50 };

static atomic_uint next, wrong, failed;

static long
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static void
complain(const struct sample *s, const char *what, const char *more)
{
	if (atomic_load(&wrong) + atomic_load(&failed) < MAX_COMPLAINTS)
		fprintf(stderr, "%s: %s %s\n", s->path, what, more);
}

/* Is this result one that -k names? */
static bool
is_asked(const char *cond)
{
	size_t n = strcspn(cond, "=");

	for (const char *p = run.methods; *p != '\0'; p += strcspn(p, ",")) {
		p += *p == ',';
		if (strncmp(p, cond, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	}
	return false;
}

static bool
has_result(const struct fmsg *m, const char *cond)
{
	const struct fm_field *f;
	size_t pos = 0;

	while ((f = fmsg_next(m, "Authentication-Results", &pos)) != NULL)
		if (armatch(f->value, run.authserv_id, cond))
			return true;
	return false;
}

static void
check(const struct sample *s, const struct fmsg *m)
{
	if (run.user != NULL && fmsg_count(m, "DKIM-Signature") <=
	    fmsg_count(&s->message, "DKIM-Signature")) {
		complain(s, "not signed", "");
		atomic_fetch_add(&wrong, 1);
	}
	for (size_t i = 0; i < s->results && run.user == NULL; i++) {
		if (!is_asked(s->result[i]) || has_result(m, s->result[i]))
			continue;
		complain(s, "no", s->result[i]);
		atomic_fetch_add(&wrong, 1);
		break;
	}
}

/* What each method said, whatever was expected. */
static char *
summary(const struct fmsg *m)
{
	static const char *const results[] = { "pass", "fail", "softfail",
		"neutral", "none", "policy", "temperror", "permerror" };
	static const char *const methods[] = { "spf", "dkim", "dmarc" };
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; f != NULL && i < 3; i++)
		for (size_t j = 0; j < 8; j++) {
			char cond[32];

			snprintf(cond, sizeof(cond), "%s=%s", methods[i],
			    results[j]);
			if (has_result(m, cond))
				fprintf(f, "\t%s", cond);
		}
	if (f != NULL)
		fclose(f);
	return text;
}

/* The first result of each message of the corpus. */
static void
keep(const struct sample *s, const struct fmsg *m)
{
	char *expected = NULL, *text;

	if (run.results == NULL)
		return;
	text = summary(m);
	if (!atomic_compare_exchange_strong(
	    &run.results[s - run.corpus.samples], &expected, text))
		free(text);
}

static bool
send_one(struct fakemta *fm, const struct sample *s, unsigned number)
{
	struct fmsg m = { 0 };
	char queue_id[32];
	long start;
	bool ok;

	if (sample_copy(s, &m) < 0)
		return false;
	snprintf(queue_id, sizeof(queue_id), "B%010u", number);
	start = now_us();
	fm_macro(fm, "i", queue_id);
	fm_macro(fm, "{mail_addr}", s->mail_addr);
	ok = fm_mail(fm, s->mail_from, NULL)
	    && fm_rcpt(fm, "<reader@bench.example>", NULL) && fm_data(fm)
	    && fm_content(fm, &m, FM_EOM);
	run.latency[number] = now_us() - start;
	if (ok) {
		check(s, &m);
		keep(s, &m);
	}
	sample_free(&m);
	return ok;
}

static bool
attach(struct fakemta *fm)
{
	*fm = (struct fakemta){ 0 };
	for (int i = 0; i < run.socket_count; i++)
		if (fm_attach(fm, run.sockets[i], run.sockets[i],
		    &mc_offer_full, TIMEOUT_MS) < 0)
			return false;
	fm_macro(fm, "j", run.authserv_id);
	fm_macro(fm, "{daemon_name}", run.user != NULL ? "MSA" : "MTA");
	fm_macro(fm, "{auth_authen}", run.user);
	fm_macro(fm, "{auth_type}", run.user != NULL ? "PLAIN" : NULL);
	return true;
}

static bool
greet(struct fakemta *fm, const struct sample *s, unsigned n)
{
	struct fm_client c = { .host = s->helo, .family = SMFIA_INET,
		.port = (uint16_t)(PORT + n % 20000), .addr = s->client };

	return fm_connect(fm, &c) && fm_helo(fm, s->helo);
}

/* Number n of a connection: one of those that its client sends. */
static const struct sample *
sample_of(const char *client, unsigned *n)
{
	const struct corpus *c = &run.corpus;

	while (strcmp(c->samples[*n % c->count].client, client) != 0)
		(*n)++;
	return &c->samples[*n % c->count];
}

/* One connection; false when all messages are sent. */
static bool
converse(void)
{
	const struct sample *s;
	struct fakemta fm = { 0 };
	const char *client = NULL;
	unsigned number = 0;
	bool ok = true;

	for (unsigned i = 0; i < run.per_connection && ok; i++) {
		unsigned n = number = atomic_fetch_add(&next, 1);

		if (number >= run.messages)
			break;
		if (client == NULL) {
			s = &run.corpus.samples[n % run.corpus.count];
			client = s->client;
			ok = attach(&fm) && greet(&fm, s, n);
		}
		s = sample_of(client, &n);
		ok = ok && send_one(&fm, s, number);
		if (!ok) {
			complain(s, "not accepted:", fm.out.text);
			atomic_fetch_add(&failed, 1);
		}
	}
	fm_quit(&fm);
	return number < run.messages;
}

static void *
work(void *arg)
{
	(void)arg;
	while (converse())
		;
	return NULL;
}

static void
send_all(void)
{
	pthread_t *threads = calloc(run.connections, sizeof(*threads));

	for (unsigned i = 0; i < run.connections; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			abort();
	for (unsigned i = 0; i < run.connections; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static void
open_idle(struct fakemta *idle)
{
	for (unsigned i = 0; i < run.idle; i++)
		if (!attach(&idle[i]) ||
		    !greet(&idle[i], &run.corpus.samples[0], i))
			atomic_fetch_add(&failed, 1);
}

static void
close_idle(struct fakemta *idle)
{
	while (run.idle > 0 && getchar() != EOF)
		;
	for (unsigned i = 0; i < run.idle; i++)
		fm_quit(&idle[i]);
	free(idle);
}

static int
by_value(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static void
print(long us)
{
	qsort(run.latency, run.messages, sizeof(long), by_value);
	printf("{\"messages\": %u, \"seconds\": %.3f, \"p50_us\": %ld, "
	    "\"p99_us\": %ld, \"wrong\": %u, \"failed\": %u}\n",
	    run.messages, (double)us / 1e6, run.latency[run.messages / 2],
	    run.latency[(size_t)run.messages * 99 / 100],
	    atomic_load(&wrong), atomic_load(&failed));
	fflush(stdout);
}

static void
write_results(const char *path)
{
	FILE *f = fopen(path, "w");

	for (size_t i = 0; f != NULL && i < run.corpus.count; i++)
		fprintf(f, "%s%s\n", run.corpus.samples[i].path,
		    run.results[i] != NULL ? run.results[i] : "\t-");
	if (f == NULL || fclose(f) != 0)
		perror(path);
}

static bool
take_options(int argc, char **argv, const char **corpus, const char **output)
{
	int c;

	run.methods = "";
	while ((c = getopt(argc, argv, "a:c:d:i:k:m:n:o:u:")) != -1) {
		switch (c) {
		case 'a': run.authserv_id = optarg; break;
		case 'c': run.connections = (unsigned)atoi(optarg); break;
		case 'd': *corpus = optarg; break;
		case 'i': run.idle = (unsigned)atoi(optarg); break;
		case 'k': run.methods = optarg; break;
		case 'm': run.per_connection = (unsigned)atoi(optarg); break;
		case 'n': run.messages = (unsigned)atoi(optarg); break;
		case 'o': *output = optarg; break;
		case 'u': run.user = optarg; break;
		default: return false;
		}
	}
	run.sockets = argv + optind;
	run.socket_count = argc - optind;
	return run.socket_count > 0 && run.authserv_id != NULL &&
	    *corpus != NULL && run.messages > 0;
}

int
main(int argc, char **argv)
{
	const char *corpus = NULL, *output = NULL;
	struct fakemta *idle;
	long start;

	if (!take_options(argc, argv, &corpus, &output)) {
		fputs("usage: load [options] -a AUTHSERV-ID -d CORPUS "
		    "SOCKET...\n", stderr);
		return 2;
	}
	if (corpus_read(&run.corpus, corpus) < 0) {
		perror(corpus);
		return 2;
	}
	run.latency = calloc(run.messages, sizeof(long));
	if (output != NULL)
		run.results = calloc(run.corpus.count, sizeof(*run.results));
	idle = calloc(run.idle + 1, sizeof(*idle));
	open_idle(idle);
	start = now_us();
	send_all();
	print(now_us() - start);
	if (output != NULL)
		write_results(output);
	close_idle(idle);
	return atomic_load(&failed) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

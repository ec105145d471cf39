/*
 * side-by-side [-b BINDIR] [-n MESSAGES] [-s SEED] FILE
 *
 * The same messages through mailvet-spf and through mailvet-inbound: whatever
 * SPF says and does must be the same, word for word.  Starts both with what the
 * file (side-by-side.scn) declares, and makes the messages up.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/fakemta.h"
#include "../lib/scnenv.h"

enum { TIMEOUT_MS = 60000, MAX_REPORTS = 5, PER_CONNECTION = 5 };

enum { SIDES = 2 };
static const char *const modes[SIDES] = { "spf", "inbound" };

static const char *const results[] = { "none", "pass", "fail", "softfail",
	"neutral", "temperror", "permerror" };

enum { RESULTS = sizeof(results) / sizeof(*results) };

static struct {
	struct scnenv env[SIDES];
	struct fakemta mta[SIDES];
	unsigned messages, seen[RESULTS], refused, reports, differences;
	unsigned seed;
} run = { .messages = 1000, .seed = 7208 };

static const char *
pick(const char *const *list, size_t n)
{
	return list[(unsigned)rand_r(&run.seed) % n];
}

#define PICK(list) pick(list, sizeof(list) / sizeof(*(list)))

/* ---- one message, made up ---- */

struct mail {
	char from[400], subject[200];
	const char *rcpt[3];
	unsigned rcpts;
};

static void
make_up(struct mail *m)
{
	static const char *const locals[] = { "alice", "bob", "friend", "a.b-c",
		"\"a b\"", "\"x\\\"; spf=pass\"", "%s%n", "Q" };
	static const char *const domains[] = { "d0", "d1", "d2", "d3", "d4",
		"d5", "d6", "d7", "d8", "d9", "d10", "d11", "a.partner", "D0",
		"nowhere", "lost" };
	static const char *const rcpts[] = { "<carol@mx.test>",
		"<carol@mx.test>", "<dave@mx.test>", "<abuse@mx.test>",
		"<postmaster@mx.test>" };
	static const char *const subjects[] = { " Lunch?", " [SPF:softfail] x",
		" two\n lines", "" };
	const char *domain = PICK(domains);

	snprintf(m->from, sizeof(m->from), "<%s@%s.test>", PICK(locals),
	    domain);
	if (rand_r(&run.seed) % 12 == 0)
		strcpy(m->from, "<>");
	snprintf(m->subject, sizeof(m->subject), "%s", PICK(subjects));
	m->rcpts = 1 + (unsigned)rand_r(&run.seed) % 3;
	for (unsigned i = 0; i < m->rcpts; i++)
		m->rcpt[i] = PICK(rcpts);
}

static bool
write_message(struct fmsg *msg, const struct mail *m)
{
	static const char from[] = " Alice <alice@d0.test>";
	int r = 0;

	r |= fmsg_insert(msg, msg->n, "From", from, strlen(from));
	if (*m->subject != '\0')
		r |= fmsg_insert(msg, msg->n, "Subject", m->subject,
		    strlen(m->subject));
	r |= fmsg_body(msg, "text\r\n", 6);
	return r == 0;
}

/* ---- what came of it, as text ---- */

/* The words about SPF in our results: "spf=", "smtp.". */
static void
print_results(FILE *f, const char *value)
{
	bool quoted = false, start = true, wanted = false;

	for (; *value != '\0'; value++) {
		bool space = !quoted && (isspace((unsigned char)*value)
		    || *value == ';');

		if (start && !space)
			wanted = strncmp(value, "spf=", 4) == 0
			    || strncmp(value, "smtp.", 5) == 0;
		if (*value == '\\' && quoted && value[1] != '\0')
			value++;
		else if (*value == '"')
			quoted = !quoted;
		if (wanted)
			fputc(space ? '\n' : *value, f);
		start = space;
		wanted = wanted && !space;
	}
}

static void
print_message(FILE *f, const struct fmsg *msg)
{
	const struct fm_field *field;
	size_t pos = 0;

	while ((field = fmsg_next(msg, "Authentication-Results", &pos)))
		print_results(f, field->value);
	for (pos = 0; (field = fmsg_next(msg, "Received-SPF", &pos)); )
		fprintf(f, "Received-SPF:%s\n", field->value);
	for (pos = 0; (field = fmsg_next(msg, "Subject", &pos)); )
		fprintf(f, "Subject:%s\n", field->value);
}

static void
print_outcome(FILE *f, const char *what, const struct fakemta *mta)
{
	const struct fm_outcome *out = &mta->out;

	fprintf(f, "%s: %c %s %s [%s]\n", what,
	    out->verdict > 0 ? out->verdict : '!', fm_stage_name(out->stage),
	    out->verdict == SMFIR_ACCEPT ? "" : out->text, out->quarantine);
}

/* Send it; the envelope may be refused, as a whole or by recipient. */
static void
deliver(struct fakemta *mta, const struct mail *m, FILE *f)
{
	struct fmsg msg = { 0 };
	unsigned taken = 0;

	if (!fm_mail(mta, m->from, NULL)) {
		print_outcome(f, m->from, mta);
		return;
	}
	for (unsigned i = 0; i < m->rcpts; i++) {
		if (fm_rcpt(mta, m->rcpt[i], NULL))
			taken++;
		else
			print_outcome(f, m->rcpt[i], mta);
	}
	if (taken == 0 || !fm_data(mta)) {
		fm_abort(mta);
		return;
	}
	if (write_message(&msg, m) && fm_content(mta, &msg, FM_EOM))
		print_message(f, &msg);
	print_outcome(f, "message", mta);
	fmsg_free(&msg);
}

static char *
outcome(unsigned side, const struct mail *m, unsigned n)
{
	char *text = NULL, id[32];
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		abort();
	snprintf(id, sizeof(id), "5Tsbs%04u", n);
	fm_macro(&run.mta[side], "i", id);
	deliver(&run.mta[side], m, f);
	fclose(f);
	return text;
}

/* ---- side by side ---- */

static void
count(const char *text)
{
	char word[32];

	for (size_t i = 0; i < RESULTS; i++) {
		snprintf(word, sizeof(word), "spf=%s\n", results[i]);
		run.seen[i] += strstr(text, word) != NULL;
	}
	run.refused += strstr(text, "message:") == NULL;
}

static void
compare(const struct mail *m, unsigned n)
{
	char *text[SIDES];

	for (unsigned i = 0; i < SIDES; i++)
		text[i] = outcome(i, m, n);
	count(text[0]);
	if (strcmp(text[0], text[1]) != 0) {
		run.differences++;
		if (run.reports++ < MAX_REPORTS)
			printf("# message %u from %s\n# spf: %s\n"
			    "# inbound: %s\n", n, m->from, text[0], text[1]);
	}
	free(text[0]);
	free(text[1]);
}

static bool
connect_both(void)
{
	static const char *const clients[] = { "192.0.2.1", "192.0.2.1",
		"192.0.2.5", "192.0.2.200", "198.51.100.1", "198.51.100.7",
		"198.51.100.8", "198.51.100.14", "203.0.113.9",
		"2001:db8:1::5", "2001:db8:2::1", "2001:db8:7::1" };
	static const char *const names[] = { "d0.test", "d1.test", "d8.test",
		"mail.nowhere.test", "[192.0.2.1]", "d7.test" };
	const char *addr = PICK(clients), *helo = PICK(names);
	struct fm_client client = { .host = "client.test", .port = 25,
		.addr = addr, .family = strchr(addr, ':') != NULL ?
		    SMFIA_INET6 : SMFIA_INET };

	for (unsigned i = 0; i < SIDES; i++) {
		struct fakemta *mta = &run.mta[i];

		*mta = (struct fakemta){ 0 };
		if (fm_attach(mta, modes[i], run.env[i].daemon[0].socket,
		    &mc_offer_full, TIMEOUT_MS) < 0)
			return false;
		fm_macro(mta, "j", "mx.test");
		fm_macro(mta, "{daemon_name}", "MTA");
		if (!fm_connect(mta, &client) || !fm_helo(mta, helo))
			return false;
	}
	return true;
}

static bool
send_all(void)
{
	for (unsigned n = 0; n < run.messages; n++) {
		struct mail m;

		if (n % PER_CONNECTION == 0 && !connect_both())
			return false;
		make_up(&m);
		compare(&m, n);
		if (n % PER_CONNECTION == PER_CONNECTION - 1
		    || n + 1 == run.messages)
			for (unsigned i = 0; i < SIDES; i++)
				fm_quit(&run.mta[i]);
	}
	return true;
}

/* Did the messages show enough to mean something? */
static bool
was_varied(void)
{
	bool ok = run.refused > 0;

	printf("# %u refused", run.refused);
	for (size_t i = 0; i < RESULTS; i++) {
		printf(", %u %s", run.seen[i], results[i]);
		/* A refused message leaves no header field to look at. */
		if (strcmp(results[i], "temperror") != 0
		    && strcmp(results[i], "permerror") != 0)
			ok = ok && run.seen[i] > 0;
	}
	printf("\n");
	return ok;
}

static bool
run_all(const struct scnopts *opts, const struct scnfile *file)
{
	bool ok = true;

	for (unsigned i = 0; i < SIDES; i++) {
		run.env[i] = (struct scnenv){ .file = file, .mode = modes[i],
			.opts = opts, .silent_fd = -1 };
		ok = scnenv_start(&run.env[i], stdout) && ok;
	}
	ok = ok && send_all();
	for (unsigned i = 0; i < SIDES; i++)
		ok = scnenv_stop(&run.env[i], stdout) && ok;
	return was_varied() && ok && run.differences == 0;
}

int
main(int argc, char **argv)
{
	struct scnopts opts = { .bindir = "build/bin" };
	struct scnfile file;
	bool ok;
	int c;

	while ((c = getopt(argc, argv, "b:n:s:")) != -1) {
		if (c == 'b')
			opts.bindir = optarg;
		else if (c == 'n')
			run.messages = (unsigned)atoi(optarg);
		else if (c == 's')
			run.seed = (unsigned)atoi(optarg);
		else
			return 2;
	}
	if (optind + 1 != argc || !scnfile_read(&file, argv[optind])) {
		fputs("usage: side-by-side [-b BINDIR] [-n MESSAGES] "
		    "[-s SEED] FILE\n", stderr);
		return 2;
	}
	ok = run_all(&opts, &file);
	printf("%s - side-by-side: %u messages through mailvet-spf and "
	    "mailvet-inbound, %u differences\n", ok ? "ok" : "not ok",
	    run.messages, run.differences);
	scnfile_free(&file);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

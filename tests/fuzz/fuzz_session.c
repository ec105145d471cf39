/*
 * A whole connection, with the filters of mailvet-inbound, or of mailvet-sign:
 * the first byte says which.  Then events, a line each, the first byte of which
 * says what it is, in any order and number; and after an empty line the answers
 * of the DNS (answers.h).
 *
 * C connect (the next byte chooses the client), H helo, M mail, R rcpt, L a
 * field, N the end of the header, B body, E the end, A an abort, Q a queue id.
 * In a field and in the body, \1 stands for LF.
 *
 * What must hold is that a message that goes on has its results in one clean
 * field, and that one that does not has a reason.
 */
#include "dkim/session.h"
#include "dmarc/session.h"
#include "fuzz/answers.h"
#include "pipeline/pipeline.h"
#include "pipeline/summary.h"
#include "sign/keygen.h"
#include "sign/session.h"
#include "spf/session.h"

#include <stdio.h>
#include <unistd.h>

static const struct filter *const inbound_filters[] = { &spf_filter,
	&dkim_filter, &dmarc_filter, NULL };
static const struct filter *const sign_filters[] = { &sign_filter, NULL };
static const struct program programs[] = { { "inbound", "", inbound_filters },
	{ "sign", "", sign_filters } };

static struct snapshot *snapshots[2];

/* A file with that text; its name goes into path. */
static void
make_file(char *path, struct str text)
{
	int fd = mkstemp(path);

	must(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
}

/* Once; they stay. */
static void
set_up(void)
{
	char key[] = "/tmp/mailvet-fuzz-XXXXXX", zone[] =
		"/tmp/mailvet-fuzz-XXXXXX";
	const struct conf_setting settings[] = {
		{ "common", "zone", zone, "x" },
		{ "common", "authserv-id", "mx.example", "x" },
		{ "dmarc", "journal", "no", "x" },
		{ "dmarc", "enforce", "reject", "x" },
		{ "spf", "fail", "reject", "x" },
		{ "sign", "domain", "example.com", "x" },
		{ "sign", "selector", "s", "x" },
		{ "sign", "key", key, "x" },
		{ NULL, NULL, NULL, NULL } };
	struct conf_errors errors = { .arena = arena_new(0) };
	struct str pem;

	must(keygen_make(0, &pem) == 0);
	make_file(key, pem);
	make_file(zone, STR("example.com. A 192.0.2.1\n"));
	keygen_free(pem);
	for (int i = 0; i < 2; i++)
		must(snapshot_load(&programs[i], NULL, settings, &errors,
			&snapshots[i]) == 0);
	unlink(key);
	unlink(zone);
	arena_free(errors.arena);
}

/* ---- what must hold ------------------------------------------------------ */

/* One line, or folded with a tab or a space; printable but for UTF-8. */
static bool
is_value(struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		bool folds = i + 1 < value.n && (value.p[i + 1] == '\t' ||
			value.p[i + 1] == ' ');

		if ((c < ' ' && c != '\t' && !(c == '\n' && folds)) ||
			c == 0x7f)
			return false;
	}
	return true;
}

static unsigned
count_added(const struct message *m, struct str name)
{
	unsigned count = 0;

	for (size_t i = 0; i < m->edits.count; i++)
		count += m->edits.list[i].kind == EDIT_ADD &&
			str_ieq(m->edits.list[i].name, name);
	return count;
}

static void
judge(struct pipeline *p, enum verdict verdict, bool inbound)
{
	struct message *m = pipeline_message(p);
	struct log_field fields[LOG_FIELDS_MAX];

	if (m == NULL)
		return;
	must(summary_fields(m, verdict, fields) <= LOG_FIELDS_MAX);
	must(m->reply.text == NULL ||
		is_clean(str_of(m->reply.text), ""));
	for (size_t i = 0; i < m->edits.count; i++)
		must(m->edits.list[i].kind == EDIT_REMOVE ||
			is_value(m->edits.list[i].value));
	if (verdict != VERDICT_CONTINUE || !pipeline_is_wanted(p))
		return;
	must(!m->edits.failed);
	must(count_added(m, STR("Authentication-Results")) == inbound);
	must(count_added(m, STR("DKIM-Signature")) <= !inbound);
}

/* ---- the events ---------------------------------------------------------- */

static void
connect(struct pipeline *p, struct str rest)
{
	static const char *const clients[] = { "192.0.2.1", "127.0.0.1",
		"2001:db8::1", "::1", "198.51.100.7" };
	unsigned which = rest.n > 0 ? (unsigned char)rest.p[0] : 0;
	struct connect_facts facts = { .client_name = str_from(rest, 1),
		.daemon_name = STR("MTA"), .mta_name = STR("mx.example") };

	if (which % 6 < 5)
		must(ipaddr_parse(str_of(clients[which % 6]), &facts.client));
	(void)pipeline_connect(p, &facts);
}

static void
mail(struct pipeline *p, struct str rest)
{
	struct mail_facts facts = { .queue_id = STR("Q1"), .from = rest };

	/* "user!<path>": authenticated */
	if (str_index(rest, '!') < rest.n) {
		facts.auth_user = str_cut(&rest, '!');
		facts.from = rest;
	}
	(void)pipeline_mail(p, &facts);
}

static void
header(struct pipeline *p, struct str rest)
{
	struct str name = str_cut(&rest, ':');

	if (name.n > 0 && rest.p != NULL)
		(void)pipeline_header(p, name, rest);
}

static void
take(struct pipeline *p, struct str line, bool inbound)
{
	struct str rest = str_from(line, 1);

	switch (line.p[0]) {
	case 'C': connect(p, rest); break;
	case 'H': (void)pipeline_helo(p, rest); break;
	case 'M': mail(p, rest); break;
	case 'R': (void)pipeline_rcpt(p, rest); break;
	case 'L': header(p, rest); break;
	case 'N': (void)pipeline_headers(p); break;
	case 'B': (void)pipeline_body(p, rest); break;
	case 'E':
		judge(p, pipeline_end(p), inbound);
		pipeline_reset(p);
		break;
	case 'A': pipeline_reset(p); break;
	case 'Q': if (pipeline_message(p) != NULL)
			pipeline_queue_id(p, rest);
	}
}

/* The input with \1 as LF, after its lines were found. */
static void
converse(struct pipeline *p, char *text, size_t size, bool inbound,
	struct answers *answers)
{
	struct str rest = { text, size };
	size_t end;

	for (end = 0; end + 1 < size; end++)
		if (text[end] == '\n' && text[end + 1] == '\n')
			break;
	answers->rest = str_from(rest, end + 2);
	rest = str_first(rest, end);
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] == '\1')
				((char *)(uintptr_t)line.p)[i] = '\n';
		if (line.n > 0)
			take(p, line, inbound);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answers answers = { { NULL, 0 } };
	bool inbound = size == 0 || data[0] != 'S';
	struct snapshot *snapshot;
	struct dns *dns, *zone;
	struct pipeline *p;
	char *text;

	if (size == 0)
		return 0;
	if (snapshots[0] == NULL)
		set_up();
	snapshot = snapshots[!inbound];
	text = malloc(size);
	must(text != NULL);
	memcpy(text, data + 1, size - 1);
	dns = answers_open(&answers);
	zone = snapshot->dns;
	snapshot->dns = dns;
	p = pipeline_new(snapshot);
	must(p != NULL);
	converse(p, text, size - 1, inbound, &answers);
	pipeline_free(p);
	snapshot->dns = zone;
	dns_close(dns);
	free(text);
	return 0;
}

/*
 * check_host() and the texts made of it, fed by people who mean harm: what has
 * crashed or misled SPF checkers before.
 */
#include "unit/spf/fixture.h"

#include "mail/reply.h"
#include "spf/phrase.h"
#include "spf/received.h"

enum { HUGE = 65536 };

static bool
is_printable(struct str text, const char *more)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] < ' ' || text.p[i] > '~') &&
			(text.p[i] == '\0' || strchr(more, text.p[i]) == NULL))
			return false;
	return true;
}

/* What becomes of an answer; all of it goes to strangers or into a header. */
static void
check_texts(struct arena *arena, const struct spf_query *query,
	const struct spf_answer *answer)
{
	struct str field = spf_received(arena, query, answer);
	struct str text = phrase_fill(arena, STR("{sender} {helo} {domain} "
		"{explanation} {reason}"), query, answer);
	struct reply reply;
	size_t column = 0;

	assert_true(field.p != NULL && is_printable(field, "\n\t"));
	for (size_t i = 0; i < field.n; i++) {
		column = field.p[i] == '\n' ? 0 : column + 1;
		assert_true(column < 998);
		assert_true(field.p[i] != '\n' || field.p[i + 1] == '\t');
	}
	assert_int_equal(reply_make(arena, "550", "5.7.23", text, &reply), 0);
	assert_true(strlen(reply.text) <= REPLY_TEXT_MAX + 9);
	assert_true(is_printable(str_of(reply.text), ""));
	assert_null(strchr(reply.text, '%'));
	assert_true(is_printable(answer->reason, ""));
	assert_true(is_printable(answer->explanation, ""));
}

static enum auth_result
check(struct fixture *f, struct spf_query *query)
{
	struct spf_answer answer;

	query->client = ip("192.0.2.1");
	query->explain = true;
	assert_int_equal(spf_check_host(&f->scope, query, &answer), 0);
	check_texts(f->scope.arena, query, &answer);
	return answer.result;
}

static enum auth_result
check_sender(struct fixture *f, struct str sender)
{
	struct spf_query query = { .sender = sender, .helo = STR("h.test") };

	return check(f, &query);
}

/* The text of a zone, made piece by piece. */
struct zone_text {
	char text[8 * HUGE];
	size_t n;
};

static struct zone_text zone;

static void
add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	zone.n += (size_t)vsnprintf(zone.text + zone.n,
		sizeof(zone.text) - zone.n, format, args);
	va_end(args);
	assert_true(zone.n < sizeof(zone.text));
}

/* A TXT record in strings of size bytes. */
static void
add_txt(const char *name, struct str text, size_t size)
{
	add("%s. IN TXT", name);
	while (text.n > 0) {
		struct str part = str_first(text, size);

		add(" \"");
		for (size_t i = 0; i < part.n; i++)
			add(part.p[i] >= ' ' && part.p[i] <= '~' &&
				strchr("\"\\;", part.p[i]) == NULL ?
				"%c" : "\\%03u",
				(unsigned char)part.p[i]);
		add("\"");
		text = str_from(text, part.n);
	}
	add("\n");
}

/* ---- records ---- */

static const struct str bad_records[] = {
	STR("v=spf1 +all\0"), STR("v=spf1 \0+all"), STR("v=spf1 a\0b +all"),
	STR("v=spf1 +all\n"), STR("v=spf1 +all\r\n"), STR("v=spf1 \t+all"),
	STR("v=spf1 +all \x80"), STR("v=spf1 +all x=\xff"),
	STR("v=spf1 +all x=\xc3\xa4"), STR("v=spf1 +all exp=\xc3\xa4.test"),
	STR("v=spf1 ip4:192.0.2.1\0 +all"), STR("v=spf1 +all\x7f"),
	STR("v=spf1 \xa0+all"), STR("v=spf1 %{d}=x +all"),
	STR("v=spf1 a:%%%%%%%%% +all"), STR("v=spf1 a:%{d +all"),
};

static void
bytes_that_do_not_belong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_records); i++) {
		struct fixture f;

		zone.n = 0;
		add_txt("x.test", bad_records[i], 255);
		fixture_open(&f, zone.text);
		assert_row(i, check_sender(&f, STR("a@x.test")) ==
			AUTH_PERMERROR);
		fixture_close(&f);
	}
}

/* libspf2 keeps about 60 ip4 terms and forgets the rest, a -all with it. */
static void
many_terms(void **state)
{
	static const size_t counts[] = { 1, 62, 63, 64, 100, 1000 };
	static char record[HUGE];
	size_t strings = 255;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(counts); i++) {
		struct fixture f;
		size_t n = (size_t)sprintf(record, "v=spf1");

		for (size_t j = 0; j < counts[i / 2]; j++)
			n += (size_t)sprintf(record + n, " ip4:10.%zu.%zu.0/24",
				j / 256, j % 256);
		n += (size_t)sprintf(record + n, "%s -all",
			i % 2 ? " ip4:192.0.2.1" : "");
		zone.n = 0;
		/* Once in 450 strings and more. */
		strings = strings == 255 ? 3 : 255;
		add_txt("x.test", (struct str){ record, n }, strings);
		fixture_open(&f, zone.text);
		assert_row(i, check_sender(&f, STR("a@x.test")) ==
			(i % 2 ? AUTH_PASS : AUTH_FAIL));
		fixture_close(&f);
	}
}

/* CVE-2023-42118: 509 bytes of explanation overran a buffer of libspf2's. */
static void
long_explanations(void **state)
{
	static const size_t sizes[] = { 200, 255, 256, 400, 500, 508, 509, 510,
		511, 512, 1000, 10000, 60000 };
	static char text[HUGE];

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(sizes); i++) {
		struct spf_answer answer;
		struct fixture f;

		memset(text, 'x', sizeof(text));
		for (size_t j = 0; i % 2 && j + 4 <= sizes[i / 2]; j += 4)
			memcpy(text + j, "%{s}", 4);
		zone.n = 0;
		add_txt("x.test", STR("v=spf1 -all exp=e.test"), 255);
		add_txt("e.test", (struct str){ text, sizes[i / 2] }, 255);
		fixture_open(&f, zone.text);
		assert_row(i, check_sender(&f, STR("a@x.test")) == AUTH_FAIL);
		answer = check_from(&f, "192.0.2.1", "a@x.test");
		assert_row(i, answer.explanation.n > 100 &&
			answer.explanation.n <= MACRO_TEXT_MAX);
		fixture_close(&f);
	}
}

static void
aliases(void **state)
{
	struct fixture f;
	enum auth_result result;

	(void)state;
	zone.n = 0;
	for (int i = 0; i < 100; i++)
		add("c%d.test. IN CNAME c%d.test.\n", i, i + 1);
	add_txt("c100.test", STR("v=spf1 +all"), 255);
	add("r1.test. IN CNAME r2.test.\nr2.test. IN CNAME r1.test.\n");
	add_txt("i.test", STR("v=spf1 include:r1.test +all"), 255);
	fixture_open(&f, zone.text);
	assert_int_equal(check_sender(&f, STR("a@c92.test")), AUTH_PASS);
	assert_int_equal(check_sender(&f, STR("a@c0.test")), AUTH_TEMPERROR);
	assert_int_equal(check_sender(&f, STR("a@r1.test")), AUTH_TEMPERROR);
	result = check_sender(&f, STR("a@i.test"));
	assert_true(result == AUTH_TEMPERROR || result == AUTH_PERMERROR);
	fixture_close(&f);
}

/* ---- what a client says ---- */

#define MACRO_ZONE \
	TXT("x.test", "v=spf1 exists:%{l}.%{s}.%{h}.%{o}.x exists:%{L}.x" \
		" exists:%{S}.x a:%{h}.y -all exp=e.test") \
	TXT("e.test", "%{s} %{l} %{h} %{S} %{L} %{H} %{lr-} %{p} %{c}")

static const struct str senders[] = {
	STR("a\r\nRCPT TO:<b@c>@x.test"), STR("a\nb@x.test"),
	STR("a\rb@x.test"), STR("\0@x.test"), STR("a\0b@x.test"),
	STR("\"a b\"@x.test"), STR("\"a\\\"b\"@x.test"), STR("\"a@x.test"),
	STR("\"\\@x.test"), STR("%@x.test"), STR("%s%n%x%%@x.test"),
	STR("%{s}%{d}@x.test"), STR("a)(b@x.test"), STR("a;b=c@x.test"),
	STR("<a@x.test>"), STR("@@@x.test"), STR("a@b@x.test"),
	STR("\xff\xfe@x.test"), STR("....@x.test"), STR("-+,/_=@x.test"),
	STR("a@x.test\r\n"), STR("a@x.test\0"), STR("a@x%.test"),
	STR("a@\"x.test\""), STR("a@x.test."), STR("a@x.test.."),
	STR("a@.x.test"), STR("a@[IPv6:2001:db8::1]"), STR("@"), STR("\0"),
	STR("\""), STR("\\"), STR("a@%{d}.test"), STR("a@x.te\0st"),
};

static void
strange_senders(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, MACRO_ZONE);
	for (size_t i = 0; i < COUNT(senders); i++) {
		struct spf_query helo = { .identity = SPF_HELO,
			.helo = senders[i], .sender = senders[i],
			.receiver = senders[i] };
		enum auth_result result = check_sender(&f, senders[i]);

		/* A macro cannot make it pass, and not a fault of ours. */
		assert_row(i, result == AUTH_FAIL || result == AUTH_NONE ||
			result == AUTH_PERMERROR);
		assert_row(i, check(&f, &helo) == AUTH_NONE);
	}
	fixture_close(&f);
}

/* All of what a client says, as long as a careless MTA lets it be. */
static void
huge_words(void **state)
{
	static const char bytes[] = { 'a', '.', '%', '"', '-', '\\', '\0',
		'\xff', '\n', '@', ' ' };
	static char text[HUGE + 10];

	(void)state;
	for (size_t i = 0; i < COUNT(bytes); i++) {
		struct spf_query query = { .helo = { text, HUGE },
			.receiver = { text, HUGE },
			.sender = { text, HUGE + 7 } };
		struct fixture f;

		fixture_open(&f, MACRO_ZONE);
		memset(text, bytes[i], HUGE);
		memcpy(text + HUGE, "@x.test", 7);
		(void)check(&f, &query);
		query.identity = SPF_HELO;
		(void)check(&f, &query);
		query = (struct spf_query){ .sender = { text, HUGE } };
		(void)check(&f, &query);
		/* Bounded by a few copies of what came in. */
		assert_row(i, arena_used(f.scope.arena) < 30 * HUGE);
		fixture_close(&f);
	}
}

/* One label of a macro's making may be longer than any name. */
static void
names_that_cannot_be(void **state)
{
	static char from[400];
	struct fixture f;

	(void)state;
	memset(from, 'l', 64);
	strcpy(from + 64, "@x.test");
	fixture_open(&f, TXT("x.test", "v=spf1 exists:%{l}.y.test"
		" exists:%{l}%{l}%{l}%{l}.y.test a:%{l} mx:..%{o} +all"));
	assert_int_equal(check_sender(&f, str_of(from)), AUTH_PASS);
	/* None of them reached the DNS. */
	assert_int_equal(f.scope.asked, 1 + 4);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_that_do_not_belong),
		cmocka_unit_test(many_terms),
		cmocka_unit_test(long_explanations),
		cmocka_unit_test(aliases),
		cmocka_unit_test(strange_senders),
		cmocka_unit_test(huge_words),
		cmocka_unit_test(names_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

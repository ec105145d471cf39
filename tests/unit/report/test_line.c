/* A line of the journal. */
#include "unit/report/fixture.h"

#include "report/tuple.h"

static enum line_verdict
verdict_of(struct arena *arena, const char *text, struct line *line)
{
	enum line_verdict verdict;

	assert_int_equal(line_parse(arena, str_of(text), line, &verdict), 0);
	return verdict;
}

static void
whole(void **state)
{
	struct arena *arena = arena_new(0);
	struct line l;

	(void)state;
	assert_int_equal(verdict_of(arena, LINE_JSON("1795509977", "192.0.2.1",
		",\"envelope-from\":\"a@b\",\"headers\":\"From: x\\n\","
		"\"authres\":\"x\",\"truncated\":true"), &l), LINE_GOOD);
	assert_int_equal(l.time, 1795509977);
	assert_str(l.id, "x");
	assert_str(l.policy.domain, "friend.example");
	assert_str(l.policy.discovery, "treewalk");
	assert_str(l.policy.p, "reject");
	assert_int_equal(l.policy.sp.n, 0);
	assert_str(l.policy.fo, "0");
	assert_false(l.suffix);
	assert_int_equal(l.rua.count, 1);
	assert_str(l.rua.list[0], "mailto:dmarc@friend.example");
	assert_int_equal(l.ruf.count, 1);
	assert_str(l.result, "fail");
	assert_str(l.would, "reject");
	assert_str(l.tuple.disposition, "quarantine");
	assert_str(l.envelope_from, "a@b");
	assert_str(l.headers, "From: x\n");
	assert_true(l.truncated);
	arena_free(arena);
}

/* Whatever a disk left of it. */
static void
every_prefix(void **state)
{
	static const char text[] = LINE_JSON("1795509977", "192.0.2.1", "");
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t n = 0; n + 1 < sizeof(text); n++) {
		enum line_verdict verdict = LINE_GOOD;
		struct line l;

		assert_int_equal(line_parse(arena, (struct str){ text, n },
			&l, &verdict), 0);
		assert_row(n, n == sizeof(text) - 1 ||
			verdict == LINE_CORRUPT);
	}
	arena_free(arena);
}

static void
others(void **state)
{
	static const struct {
		const char *text;
		enum line_verdict verdict;
	} rows[] = {
		{ "{\"v\":2}", LINE_FOREIGN },
		{ "{\"v\":0,\"time\":\"later\"}", LINE_FOREIGN },
		{ "{\"v\":\"1\"}", LINE_CORRUPT },
		{ "{\"v\":1}", LINE_CORRUPT },
		{ "{}", LINE_CORRUPT },
		{ "[1]", LINE_CORRUPT },
		{ "1", LINE_CORRUPT },
		{ "", LINE_CORRUPT },
		{ "{\"v\":1,\"v\":1}", LINE_CORRUPT },
		{ "{\"v\":2} trailing", LINE_CORRUPT },
		{ LINE_JSON("-1", "192.0.2.1", ""), LINE_CORRUPT },
		{ LINE_JSON("1e9", "192.0.2.1", ""), LINE_CORRUPT },
		{ LINE_JSON("99999999999999", "192.0.2.1", ""), LINE_CORRUPT },
		{ LINE_JSON("1", "192.0.2.1", ",\"id\":\"y\""),
			LINE_CORRUPT },
		{ LINE_JSON("1", "192.0.2.1", ",\"headers\":1"),
			LINE_CORRUPT },
		{ LINE_JSON("1", "192.0.2.1", ",\"new\":\"member\""),
			LINE_GOOD },
		{ LINE_JSON("1", "192.0.2", ""), LINE_CORRUPT },
		{ LINE_JSON("1", "192.0.2.1\\u0000", ""), LINE_CORRUPT },
		{ LINE_JSON("1", "192.0.2.1\xff", ""), LINE_CORRUPT },
	};
	struct arena *arena = arena_new(0);
	struct line l;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(i, verdict_of(arena, rows[i].text, &l) ==
			rows[i].verdict);
	arena_free(arena);
}

/* The text with one piece replaced. */
static struct str
replaced(struct arena *arena, const char *text, const char *old,
	const char *new)
{
	const char *at = strstr(text, old);
	struct strbuf sb = sb_new(arena);

	assert_non_null(at);
	sb_add(&sb, (struct str){ text, (size_t)(at - text) });
	sb_addz(&sb, new);
	sb_addz(&sb, at + strlen(old));
	return sb_done(&sb);
}

static void
bad_members(void **state)
{
	static const struct {
		const char *old, *new;
	} rows[] = {
		{ "\"treewalk\"", "\"guess\"" },
		{ "\"p\":\"reject\"", "\"p\":\"Reject\"" },
		{ "\"p\":\"reject\",", "" },
		{ "\"adkim\":\"r\"", "\"adkim\":\"x\"" },
		{ "\"psd\":\"u\"", "\"psd\":1" },
		{ "\"t\":\"n\"", "\"t\":\"maybe\"" },
		{ "\"fo\":\"0\"", "\"fo\":\"<\"" },
		{ "\"fo\":\"0\"", "\"fo\":\"\"" },
		{ "\"fo\":\"0\"", "\"fo\":\":\"" },
		{ "\"fo\":\"0\"", "\"fo\":\"1:\"" },
		{ "\"fo\":\"0\"", "\"fo\":\"ds\"" },
		{ "\"rua\":[", "\"rua\":[1," },
		{ "\"rua\":[\"mailto:dmarc@friend.example\"]",
			"\"rua\":\"x\"" },
		{ "\"policy-domain\":\"friend.example\"",
			"\"policy-domain\":\"../../etc\"" },
		{ "\"policy-domain\":\"friend.example\"",
			"\"policy-domain\":\"a!b\"" },
		{ "\"policy-domain\":\"friend.example\"",
			"\"policy-domain\":\"\"" },
		{ "\"header-from\":\"friend.example\"",
			"\"header-from\":\"<x>\"" },
		{ "\"would\":\"reject\"", "\"would\":\"\"" },
		{ "\"result\":\"fail\"", "\"result\":\"softfail\"" },
	};
	static const char text[] = LINE_JSON("1795509977", "192.0.2.1", "");
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum line_verdict verdict = LINE_GOOD;
		struct line l;

		assert_int_equal(line_parse(arena, replaced(arena, text,
			rows[i].old, rows[i].new), &l, &verdict), 0);
		assert_row(i, verdict == LINE_CORRUPT);
	}
	arena_free(arena);
}

/* A record may be that long, and its messages count. */
static void
many_uris(void **state)
{
	static const char text[] = LINE_JSON("1795509977", "192.0.2.1", "");
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	enum line_verdict verdict;
	struct line l;

	(void)state;
	sb_addz(&sb, "\"rua\":[\"mailto:a@b.example\"");
	for (int i = 0; i < 4000; i++)
		sb_addf(&sb, ",\"mailto:%d@c.example\"", i);
	assert_int_equal(line_parse(arena, replaced(arena, text, "\"rua\":"
		"[\"mailto:dmarc@friend.example\"", sb_done(&sb).p), &l,
		&verdict), 0);
	assert_int_equal(verdict, LINE_GOOD);
	assert_int_equal(l.rua.count, 100);
	assert_str(l.rua.list[0], "mailto:a@b.example");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(every_prefix),
		cmocka_unit_test(others),
		cmocka_unit_test(bad_members),
		cmocka_unit_test(many_uris),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

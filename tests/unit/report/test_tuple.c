/* What makes a record: order, bounds, one way of writing. */
#include "unit/report/fixture.h"

#include "report/tuple.h"

#define DKIM(domain, result, aligned) "{\"domain\":\"" domain "\"," \
	"\"selector\":\"s\",\"result\":\"" result "\",\"aligned\":\"" \
	aligned "\"}"
#define TUPLE(dkim) "{\"ip\":\"192.0.2.1\",\"header-from\":\"A.example.\"," \
	"\"mail-from\":\"b.example\",\"disposition\":\"none\"," \
	"\"reasons\":[],\"dkim\":[" dkim "]}"

static struct tuple
parse(struct arena *arena, const char *text)
{
	struct tuple t;

	assert_int_equal(tuple_from_text(arena, str_of(text), &t), 0);
	return t;
}

static void
order_of_signatures(void **state)
{
	static const char *const wanted[] = { "strict1", "strict2", "relaxed",
		"other", "fail1", "fail2" };
	struct arena *arena = arena_new(0);
	struct tuple t = parse(arena, TUPLE(DKIM("fail1", "fail", "strict") ","
		DKIM("other", "pass", "no") "," DKIM("strict1", "pass",
		"strict") "," DKIM("relaxed", "pass", "relaxed") ","
		DKIM("strict2", "pass", "strict") ","
		DKIM("fail2", "temperror", "no")));

	(void)state;
	assert_int_equal(t.dkim_count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++)
		assert_str(t.dkim[i].domain, wanted[i]);
	assert_true(tuple_dkim_aligned(&t));
	assert_false(tuple_spf_aligned(&t));
	arena_free(arena);
}

static void
at_most_a_hundred(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct tuple t;

	(void)state;
	sb_addz(&sb, "{\"header-from\":\"a\",\"mail-from\":\"\","
		"\"disposition\":\"pass\",\"reasons\":[],\"dkim\":[");
	for (int i = 0; i < 150; i++)
		sb_addz(&sb, DKIM("bad", "fail", "no") ",");
	sb_addz(&sb, DKIM("good", "pass", "strict") "]}");
	t = parse(arena, sb_done(&sb).p);
	assert_int_equal(t.dkim_count, TUPLE_DKIM_MAX);
	assert_str(t.dkim[0].domain, "good");
	assert_int_equal(t.ip.n, 0);
	arena_free(arena);
}

static void
one_way_of_writing(void **state)
{
	struct arena *arena = arena_new(0);
	struct tuple a = parse(arena, TUPLE(DKIM("x", "fail", "no") ","
		DKIM("y", "pass", "no")));
	struct tuple b = parse(arena, "{\"dkim\":[" DKIM("y", "pass", "no") ","
		DKIM("x", "fail", "no") "],\"disposition\":\"none\","
		"\"header-from\":\"a.example\",\"ip\":\"::ffff:192.0.2.1\","
		"\"mail-from\":\"b.example\",\"reasons\":[],\"id\":\"new\"}");
	struct str text = tuple_to_text(arena, &a);

	(void)state;
	assert_str(tuple_to_text(arena, &b), text.p);
	b = parse(arena, text.p);
	assert_str(tuple_to_text(arena, &b), text.p);
	arena_free(arena);
}

static void
round_trip(void **state)
{
	static const char text[] = "{\"disposition\":\"none\",\"dkim\":[],"
		"\"header-from\":\"a.example\",\"ip\":\"2001:db8::1\","
		"\"mail-from\":\"<&>\\\"\\u0007\",\"reasons\":[{"
		"\"comment\":\"<b>\",\"type\":\"mailing_list\"}],"
		"\"spf\":{\"aligned\":true,\"domain\":\"\xc3\xa4\","
		"\"result\":\"pass\"}}";
	struct arena *arena = arena_new(0);
	struct tuple t = parse(arena, text);

	(void)state;
	assert_true(tuple_spf_aligned(&t));
	assert_int_equal(t.reason_count, 1);
	assert_str(tuple_to_text(arena, &t), text);
	arena_free(arena);
}

/* A stranger's text is cut, and not within a character. */
static void
long_texts(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct tuple t;

	(void)state;
	sb_addz(&sb, "{\"header-from\":\"a\",\"disposition\":\"pass\","
		"\"reasons\":[],\"dkim\":[],\"mail-from\":\"");
	for (int i = 0; i < 400; i++)
		sb_addz(&sb, "\xc3\xa4");
	sb_addz(&sb, "\"}");
	t = parse(arena, sb_done(&sb).p);
	assert_int_equal(t.mail_from.n, 254);
	arena_free(arena);
}

static void
refused(void **state)
{
	static const char *const rows[] = {
		"", "[]", "{}", TUPLE("1"), TUPLE("{}"),
		TUPLE(DKIM("d", "maybe", "no")),
		TUPLE(DKIM("d", "pass", "yes")),
		"{\"header-from\":\"a\",\"mail-from\":\"\","
		"\"disposition\":\"pass\",\"reasons\":[{\"type\":\"x\"}],"
		"\"dkim\":[]}",
		"{\"header-from\":\"a\",\"mail-from\":\"\","
		"\"disposition\":\"pass\",\"reasons\":[],\"dkim\":[],"
		"\"spf\":{\"domain\":\"a\",\"result\":\"pass\"}}",
		"{\"header-from\":\"a\",\"mail-from\":\"\",\"ip\":7,"
		"\"disposition\":\"pass\",\"reasons\":[],\"dkim\":[]}",
	};
	struct arena *arena = arena_new(0);
	struct tuple t;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(i, tuple_from_text(arena, str_of(rows[i]), &t) ==
			ERR_SYNTAX);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_signatures),
		cmocka_unit_test(at_most_a_hundred),
		cmocka_unit_test(one_way_of_writing),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

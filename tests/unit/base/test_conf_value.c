#include "unit/base/check.h"

#include "base/conf_value.h"
#include "base/ipnet.h"

#include <limits.h>

static const char *const words[] = { "off", "log", "enforce", NULL };

static const struct conf_option number = { .key = "k", .type = CONF_INT,
	.min = 5, .max = 100 };
static const struct conf_option any_number = { .key = "k", .type = CONF_INT,
	.min = 0, .max = LONG_MAX };
static const struct conf_option duration = { .key = "k",
	.type = CONF_DURATION, .min = 100, .max = 55000 };
static const struct conf_option any_duration = { .key = "k",
	.type = CONF_DURATION, .min = 0, .max = LONG_MAX };
static const struct conf_option choice = { .key = "k", .type = CONF_ENUM,
	.choices = words };
static const struct conf_option toggle = { .key = "k", .type = CONF_BOOL };
static const struct conf_option string = { .key = "k", .type = CONF_STRING };
static const struct conf_option path = { .key = "k", .type = CONF_PATH };
static const struct conf_option path_somewhere = { .key = "k",
	.type = CONF_PATH, .initial = "/default" };
static const struct conf_option list = { .key = "k", .type = CONF_LIST };
static const struct conf_option nets = { .key = "k", .type = CONF_NETS };

/* Parse into a field that holds what; *why must come with ERR_SYNTAX only. */
static int
parse(struct arena *arena, const struct conf_option *option, struct str text,
	void *field)
{
	struct str why = { NULL, 0 };
	int err = conf_value_parse(arena, option, text, field, &why);

	if (err == ERR_SYNTAX)
		assert_true(why.n > 0);
	else
		assert_null(why.p);
	return err;
}

static const struct {
	const struct conf_option *option;
	struct str text;
	long value; /* -1: ERR_SYNTAX */
} longs[] = {
	{ &number, STR("5"), 5 },
	{ &number, STR("100"), 100 },
	{ &number, STR("007"), 7 },
	{ &number, STR("4"), -1 },
	{ &number, STR("101"), -1 },
	{ &number, STR(""), -1 },
	{ &number, STR("-5"), -1 },
	{ &number, STR("+5"), -1 },
	{ &number, STR(" 5"), -1 },
	{ &number, STR("5 "), -1 },
	{ &number, STR("5s"), -1 },
	{ &number, STR("0x10"), -1 },
	{ &number, STR("5.0"), -1 },
	{ &number, STR("5\0"), -1 },
	{ &number, STR("18446744073709551621"), -1 },
	{ &number, STR("4294967301"), -1 },
	{ &any_number, STR("9223372036854775807"), LONG_MAX },
	{ &any_number, STR("9223372036854775808"), -1 },
	{ &any_number, STR("18446744073709551615"), -1 },
	{ &duration, STR("20s"), 20000 },
	{ &duration, STR("20"), 20000 },
	{ &duration, STR("500ms"), 500 },
	{ &duration, STR("100ms"), 100 },
	{ &duration, STR("99ms"), -1 },
	{ &duration, STR("55s"), 55000 },
	{ &duration, STR("55001ms"), -1 },
	{ &duration, STR("56s"), -1 },
	{ &duration, STR("1m"), -1 },
	{ &duration, STR("0"), -1 },
	{ &duration, STR(""), -1 },
	{ &duration, STR("s"), -1 },
	{ &duration, STR("ms"), -1 },
	{ &duration, STR("-1s"), -1 },
	{ &duration, STR("1.5s"), -1 },
	{ &duration, STR("20 s"), -1 },
	{ &duration, STR("20S"), -1 },
	{ &duration, STR("20sec"), -1 },
	{ &duration, STR("20ss"), -1 },
	{ &duration, STR("20s\0"), -1 },
	{ &duration, STR("1s500ms"), -1 },
	{ &any_duration, STR("2m"), 120000 },
	{ &any_duration, STR("1h"), 3600000 },
	{ &any_duration, STR("0"), 0 },
	{ &any_duration, STR("2562047788015h"), 9223372036854000000 },
	{ &any_duration, STR("2562047788016h"), -1 },
	{ &any_duration, STR("9223372036854775807h"), -1 },
	{ &any_duration, STR("9223372036854775807"), -1 },
	{ &any_duration, STR("5124095576031h"), -1 },
	{ &any_duration, STR("18446744073709551617s"), -1 },
};

static void
numbers(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(longs); i++) {
		long v = 4711;
		int err = parse(arena, longs[i].option, longs[i].text, &v);

		assert_row(i, err == (longs[i].value < 0 ? ERR_SYNTAX : 0));
		assert_row(i, v == (err ? 4711 : longs[i].value));
	}
	arena_free(arena);
}

static const struct {
	const struct conf_option *option;
	struct str text;
	int value; /* -1: ERR_SYNTAX */
} ints[] = {
	{ &choice, STR("off"), 0 },
	{ &choice, STR("log"), 1 },
	{ &choice, STR("enforce"), 2 },
	{ &choice, STR(""), -1 },
	{ &choice, STR("of"), -1 },
	{ &choice, STR("offf"), -1 },
	{ &choice, STR("OFF"), -1 },
	{ &choice, STR("1"), -1 },
	{ &choice, STR("off\0"), -1 },
	{ &choice, STR("off log"), -1 },
};

static void
choices(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(ints); i++) {
		int v = 4711;
		int err = parse(arena, ints[i].option, ints[i].text, &v);

		assert_row(i, err == (ints[i].value < 0 ? ERR_SYNTAX : 0));
		assert_row(i, v == (err ? 4711 : ints[i].value));
	}
	arena_free(arena);
}

static void
modes(void **state)
{
	static const struct conf_option mode = { .key = "k",
		.type = CONF_MODE };
	static const struct {
		struct str text;
		mode_t value;
		int err;
	} rows[] = { { STR("0660"), 0660, 0 }, { STR("660"), 0660, 0 },
		{ STR("0"), 0, 0 }, { STR("0777"), 0777, 0 },
		{ STR("1777"), 0, ERR_SYNTAX }, { STR("00777"), 0, ERR_SYNTAX },
		{ STR("0888"), 0, ERR_SYNTAX }, { STR(""), 0, ERR_SYNTAX },
		{ STR("-660"), 0, ERR_SYNTAX }, { STR(" 660"), 0, ERR_SYNTAX },
		{ STR("0x1b"), 0, ERR_SYNTAX }, { STR("u=rw"), 0, ERR_SYNTAX },
		{ STR("660\0"), 0, ERR_SYNTAX } };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		mode_t v = 04711;

		assert_row(i, parse(arena, &mode, rows[i].text, &v) ==
			rows[i].err);
		assert_row(i, v == (rows[i].err ? 04711 : rows[i].value));
	}
	arena_free(arena);
}

static void
bools(void **state)
{
	static const struct {
		struct str text;
		int value;
	} rows[] = { { STR("yes"), 1 }, { STR("no"), 0 }, { STR("true"), 1 },
		{ STR("false"), 0 }, { STR("on"), 1 }, { STR("off"), 0 },
		{ STR("1"), 1 }, { STR("0"), 0 }, { STR("YES"), 1 },
		{ STR("Off"), 0 }, { STR(""), -1 }, { STR("y"), -1 },
		{ STR("2"), -1 }, { STR("yes "), -1 }, { STR("yes\0"), -1 },
		{ STR("maybe"), -1 }, { STR("-1"), -1 } };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int before = 0; before < 2; before++) {
			bool v = before;
			int err = parse(arena, &toggle, rows[i].text, &v);

			assert_row(i, err == (rows[i].value < 0 ?
				ERR_SYNTAX : 0));
			assert_row(i, v == (err ? before : rows[i].value));
		}
	}
	arena_free(arena);
}

static void
strings(void **state)
{
	struct arena *arena = arena_new(0);
	char text[] = "some text";
	const char *v = "old";

	(void)state;
	assert_int_equal(parse(arena, &string, str_of(text), &v), 0);
	text[0] = 'X';
	assert_string_equal(v, "some text");
	assert_int_equal(parse(arena, &string, STR(""), &v), 0);
	assert_null(v);
	assert_int_equal(parse(arena, &path, STR("/a b/c"), &v), 0);
	assert_string_equal(v, "/a b/c");
	assert_int_equal(parse(arena, &path, STR("a/b"), &v), ERR_SYNTAX);
	assert_int_equal(parse(arena, &path, STR(" /a"), &v), ERR_SYNTAX);
	assert_int_equal(parse(arena, &path, STR("~/a"), &v), ERR_SYNTAX);
	assert_string_equal(v, "/a b/c");
	assert_int_equal(parse(arena, &path, STR(""), &v), 0);
	assert_null(v);
	/* Not set: who reads the value counts on the default. */
	assert_int_equal(parse(arena, &path_somewhere, STR(""), &v), 0);
	assert_string_equal(v, "/default");
	arena_free(arena);
}

static const struct {
	struct str text;
	size_t count;
	const char *joined; /* by '|' */
} lists[] = {
	{ STR(""), 0, "" },
	{ STR(" , ,, "), 0, "" },
	{ STR("a"), 1, "a" },
	{ STR("a,b"), 2, "a|b" },
	{ STR("a b"), 2, "a|b" },
	{ STR(" ,a, b\t,\n,c,"), 3, "a|b|c" },
	{ STR("a;b c:d"), 2, "a;b|c:d" },
	{ STR("\"a b\""), 2, "\"a|b\"" },
};

static void
word_lists(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct conf_list v = { (struct str *)&v, 4711 };
		struct strbuf sb = sb_new(arena);

		assert_row(i, parse(arena, &list, lists[i].text, &v) == 0);
		assert_row(i, v.count == lists[i].count);
		for (size_t j = 0; j < v.count; j++) {
			if (j > 0)
				sb_addc(&sb, '|');
			sb_add(&sb, v.items[j]);
		}
		assert_str(sb_done(&sb), lists[i].joined);
	}
	arena_free(arena);
}

static void
net_lists(void **state)
{
	static const struct str bad[] = { STR("10.0.0.0/33"), STR("x"),
		STR("10.0.0.0/8, , 10.0.0.0/8/8"), STR("::1 ::g"),
		STR("10.0.0.0/8;::1"), STR("10.0.0.0 / 8"), STR("!10.0.0.0") };
	struct arena *arena = arena_new(0);
	struct ipnet_list v = { NULL, 0 };
	struct ipaddr addr;

	(void)state;
	assert_int_equal(parse(arena, &nets,
		STR("127.0.0.0/8, ::1 ,2001:db8::/32"), &v), 0);
	assert_int_equal(v.count, 3);
	assert_true(ipaddr_parse(STR("2001:db8::9"), &addr));
	assert_true(ipnet_list_contains(&v, &addr));
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_row(i, parse(arena, &nets, bad[i], &v) == ERR_SYNTAX);
		assert_row(i, v.count == 3);
	}
	assert_int_equal(parse(arena, &nets, STR(""), &v), 0);
	assert_int_equal(v.count, 0);
	arena_free(arena);
}

/* A list of any size, and none that is cut when memory is. */
static void
lists_without_memory(void **state)
{
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? ' ' : 'a';
	for (size_t limit = 1; limit < 20000; limit += 97) {
		struct arena *arena = arena_new(limit);
		struct conf_list v = { NULL, 4711 };
		struct str why = { NULL, 0 };
		int err = conf_value_parse(arena, &list,
			(struct str){ text, sizeof(text) }, &v, &why);

		assert_true(err == 0 || err == ERR_NOMEM);
		assert_int_equal(v.count, err == 0 ? 200 : 4711);
		assert_true(err == 0 || limit < 19000);
		arena_free(arena);
	}
}

/* Memory grows as the list does. */
static void
long_list(void **state)
{
	enum { WORDS = 20000 };
	struct arena *arena = arena_new(WORDS * 32);
	struct strbuf sb = sb_new(arena);
	struct conf_list v = { NULL, 0 };
	struct str why = { NULL, 0 };

	(void)state;
	for (unsigned i = 0; i < WORDS; i++)
		sb_addz(&sb, "a ");
	assert_int_equal(0, conf_value_parse(arena, &list, sb_done(&sb), &v,
		&why));
	assert_int_equal(WORDS, v.count);
	assert_true(str_eq(v.items[WORDS - 1], STR("a")));
	arena_free(arena);
}

/* What is wrong, what was expected, and nothing that upsets a terminal. */
static void
complaints(void **state)
{
	static const struct {
		const struct conf_option *option;
		struct str text;
		const char *parts[3];
	} rows[] = {
		{ &number, STR("4"), { "\"4\"", "5", "100" } },
		{ &duration, STR("1x"), { "\"1x\"", "100ms", "55s" } },
		{ &choice, STR("on\x1b"), { "\"on\\x1b\"", "off", "enforce" } },
		{ &toggle, STR("\xff"), { "\"\\xff\"", "yes", "no" } },
		{ &path, STR("a"), { "\"a\"", "absolute", "path" } },
		{ &nets, STR("a"), { "\"a\"", "addresses", "networks" } },
	};
	struct arena *arena = arena_new(0);
	char field[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str why = { NULL, 0 };

		assert_row(i, conf_value_parse(arena, rows[i].option,
			rows[i].text, field, &why) == ERR_SYNTAX);
		for (size_t j = 0; j < 3; j++)
			assert_row(i, strstr(why.p, rows[i].parts[j]));
	}
	arena_free(arena);
}

static void
complaints_without_memory(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 400; limit++) {
		struct arena *arena = arena_new(limit);
		struct str why = { NULL, 0 };
		long v = 4711;
		int err = conf_value_parse(
			arena, &number, STR("bad"), &v, &why);

		assert_true(err == ERR_SYNTAX ? why.n > 40 : err == ERR_NOMEM);
		assert_int_equal(v, 4711);
		arena_free(arena);
	}
}

static void
kinds(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_str(conf_value_kind(arena, &number), "number from 5 to 100");
	assert_str(conf_value_kind(arena, &duration),
		"duration from 100ms to 55s");
	assert_str(conf_value_kind(arena, &choice), "one of off, log, enforce");
	assert_str(conf_value_kind(arena, &toggle), "yes or no");
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(choices),
		cmocka_unit_test(modes),
		cmocka_unit_test(bools),
		cmocka_unit_test(strings),
		cmocka_unit_test(word_lists),
		cmocka_unit_test(net_lists),
		cmocka_unit_test(lists_without_memory),
		cmocka_unit_test(long_list),
		cmocka_unit_test(complaints),
		cmocka_unit_test(complaints_without_memory),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/base/check.h"

#include "mail/reply.h"

static const struct {
	struct str text;
	const char *shown;
} rows[] = {
	{ STR(""), "" },
	{ { NULL, 0 }, "" },
	{ STR("Plain text, 5.7.26; (see) <a@b>!"),
		"Plain text, 5.7.26; (see) <a@b>!" },
	{ STR(" ~"), " ~" },
	{ STR("a\r\n250 ok"), "a??250 ok" },
	{ STR("a\0b\tc\x1b[0m\x7f"), "a?b?c?[0m?" },
	{ STR("caf\xc3\xa9 \xff\x80"), "caf?? ??" },
};

static void
sanitises(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reply r = { "x", "x", "x" };

		assert_row(i, reply_make(arena, "550", "5.7.1", rows[i].text,
			&r) == 0);
		assert_string_equal(r.code, "550");
		assert_string_equal(r.enhanced, "5.7.1");
		assert_string_equal(r.text, rows[i].shown);
	}
	arena_free(arena);
}

static const char *
make(struct arena *arena, struct str text)
{
	struct reply r;

	assert_int_equal(reply_make(arena, "550", "5.7.1", text, &r), 0);
	return r.text;
}

/* An MTA may take the text for a format. */
static void
percent(void **state)
{
	static const struct str texts[] = { STR("%"), STR("%s%n"), STR("%%"),
		STR("a%20b"), STR("100%") };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *text = make(arena, texts[i]);

		assert_row(i, strchr(text, '%') == NULL);
		assert_row(i, strstr(text, "percent") != NULL);
	}
	arena_free(arena);
}

static void
cut_at_the_limit(void **state)
{
	struct arena *arena = arena_new(0);
	char text[REPLY_TEXT_MAX + 10];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t n = REPLY_TEXT_MAX - 2; n < sizeof(text); n++)
		assert_int_equal(strlen(make(arena, (struct str){ text, n })),
			n < REPLY_TEXT_MAX ? n : REPLY_TEXT_MAX);
	arena_free(arena);
}

/* The limit is one of the text that is sent, words for '%' included. */
static void
percent_at_the_limit(void **state)
{
	struct arena *arena = arena_new(0);
	char text[REPLY_TEXT_MAX + 10];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		memset(text, '%', sizeof(text));
		memset(text, 'x', n);
		assert_in_range(strlen(make(arena,
			(struct str){ text, sizeof(text) })),
			0, REPLY_TEXT_MAX);
	}
	arena_free(arena);
}

static void
without_memory(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 600; limit++) {
		struct arena *arena = arena_new(limit);
		struct reply r = { "x", "x", "x" };
		int err = reply_make(arena, "451", "4.7.1",
			STR("a text that is longer than sixty-four bytes, so "
			    "that it takes more than one allocation."), &r);

		assert_string_equal(r.code, "451");
		if (err == 0)
			assert_int_equal(strlen(r.text), 87);
		else
			assert_null(r.text);
		assert_true(err == 0 || err == ERR_NOMEM);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sanitises),
		cmocka_unit_test(percent),
		cmocka_unit_test(cut_at_the_limit),
		cmocka_unit_test(percent_at_the_limit),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

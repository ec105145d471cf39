#include "sign/risk.h"
#include "unit/sign/support.h"

/*
 * As a real sendmail 8.17 treats them; what it leaves alone but we do not
 * trust is marked "over".
 */
static const struct {
	const char *value;
	bool risk;
} lists[] = {
	{ " anna@friend.example", false },
	{ " anna@friend.example, bob@friend.example", false },
	{ " anna@friend.example,\n\tbob@friend.example", false },
	{ " anna@friend.example,\r\n  bob@friend.example \n ", false },
	{ " Anna  B   <anna@friend.example>", false },
	{ " Anna<anna@friend.example>", false },
	{ " \"Anna, B.\" <anna@friend.example>", false },
	{ " \"A \\\"q\\\" B\" <anna@friend.example>", false },
	{ " =?utf-8?q?F=C3=BCr?= <anna@friend.example>", false },
	{ " F\xc3\xbcr <anna@friend.example>", false },
	{ " <anna@friend.example>, <bob@friend.example>", false },
	{ " anna@friend.example (Anna (B))", false },
	{ " o'b+x=y@friend.example", false },
	{ " undisclosed-recipients:;", false },
	{ " Undisclosed recipients:;", false },
	{ " anna@friend.example,bob@friend.example", true },
	{ " anna@friend.example , bob@friend.example", true },
	{ " ,,anna@friend.example", true },
	{ " anna@friend.example,", true },
	{ " < anna@friend.example >", true },
	{ " anna", true },
	{ " Anna <anna>", true },
	{ " anna@friend.example(Anna)", true },
	{ " Anna B. <anna@friend.example>", true },
	{ " O'Neil <anna@friend.example>", true },
	{ " anna@friend.example.", true },
	{ " anna@friend.example bob@friend.example", true },
	{ " <@x.example:anna@friend.example>", true },
	{ " anna@host", true },	       /* over */
	{ " \"anna\"@friend.example", true }, /* over */
	{ " anna@[192.0.2.10]", true },       /* over */
	{ " team: anna@friend.example;", true }, /* over */
	{ " Anna (x) <anna@friend.example>", true }, /* over */
	{ " \"Anna <anna@friend.example>", true },
	{ "", true },
};

static void
test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct header field = { STR("Reply-To"),
			str_of(lists[i].value), 1 };

		if (risk_in_field(&field, false) != lists[i].risk)
			fail_msg("%s", lists[i].value);
		assert_true(risk_in_field(&field, true) >= lists[i].risk);
		field.name = STR("Subject");
		assert_false(risk_in_field(&field, true));
	}
}

/* What only the simple canonicalization sees. */
static void
test_simple(void **state)
{
	static const struct {
		const char *value;
		bool risk;
	} rows[] = {
		{ " anna@friend.example", false },
		{ " Anna <anna@friend.example>, bob@friend.example", false },
		{ "anna@friend.example", true },
		{ "  anna@friend.example", true },
		{ " anna@friend.example ", true },
		{ " Anna  <anna@friend.example>", true },
		{ " Anna\t<anna@friend.example>", true },
		{ " anna@friend.example,\n bob@friend.example", true },
		{ " anna@friend.example, bob@friend.example, "
		  "carl@friend.example, doris@friend.example", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct header field = { STR("To"), str_of(rows[i].value), 1 };

		assert_false(risk_in_field(&field, false));
		if (risk_in_field(&field, true) != rows[i].risk)
			fail_msg("%s", rows[i].value);
	}
}

/* A name that sendmail would cut. */
static void
test_long_name(void **state)
{
	struct arena *arena = arena_new(0);
	struct strbuf sb = sb_new(arena);
	struct header field = { .name = STR("To"), .nth = 1 };

	(void)state;
	sb_addz(&sb, " anna@friend.example, ");
	for (int i = 0; i < 230; i++)
		sb_addc(&sb, 'x');
	sb_addz(&sb, " <a@b.example>");
	field.value = sb_done(&sb);
	assert_false(risk_in_field(&field, false));
	sb_addz(&sb, ", xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	for (int i = 0; i < 230; i++)
		sb_addc(&sb, 'x');
	sb_addz(&sb, " <a@b.example>");
	field.value = sb_done(&sb);
	assert_true(risk_in_field(&field, false));
	arena_free(arena);
}

/* The text for the log, of a message in pieces. */
static const char *
risk_of(struct arena *arena, struct str text, size_t piece)
{
	struct headers headers = { 0 };
	struct risk risk = { 0 };
	struct str body = split_message(arena, text, &headers);

	risk_headers(&risk, &headers);
	for (; body.n > 0; body = str_from(body, piece))
		risk_body(&risk, str_first(body, piece));
	return risk_text(&risk, &headers, arena).p;
}

/* A message with a line of n bytes in its body, or in its header. */
static struct str
with_line(struct arena *arena, size_t n, bool header)
{
	struct strbuf sb = sb_new(arena);

	sb_addz(&sb, "From: a@b.example\r\n");
	sb_addz(&sb, header ? "Subject: " : "\r\nx\r\n");
	for (size_t i = header ? 9 : 0; i < n; i++)
		sb_addc(&sb, 'y');
	sb_addz(&sb, header ? "\r\n z\r\n\r\nx\r\n" : "\r\nz\r\n");
	return sb_done(&sb);
}

static void
test_lines(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < 3000; piece = piece * 3 + 1) {
		struct arena *arena = arena_new(0);

		for (int header = 0; header < 2; header++) {
			assert_string_equal("",
				risk_of(arena, with_line(arena, 990, header),
					piece));
			assert_string_equal("a line over 990 bytes",
				risk_of(arena, with_line(arena, 991, header),
					piece));
		}
		arena_free(arena);
	}
}

static void
test_text(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal("8-bit text",
		risk_of(arena, STR("From: a@b.example\r\n\r\n\xff\r\n"), 9));
	assert_string_equal("8-bit text",
		risk_of(arena, STR("From: \x80 <a@b.example>\r\n\r\nx"), 9));
	assert_string_equal("control characters in Subject, X-A; 8-bit text",
		risk_of(arena, STR("From: a@b.example\r\nSubject: a\vb\r\n"
			"X-A: a\fb\r\nX-B: a\r\n b\r\n\r\n\xe4\r\n"), 9));
	assert_string_equal("addresses in To, Cc; 8-bit text",
		risk_of(arena, STR("From: a@b.example\r\nTo: a\r\nTo: b\r\n"
			"Cc: a@b.example,c\r\n\r\n\xe4\r\n"), 9));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_simple),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

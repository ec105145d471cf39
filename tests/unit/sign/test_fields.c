#include "sign/fields.h"
#include "unit/sign/support.h"

static struct sign_fixture fixture;

static int
setup(void **state)
{
	(void)state;
	sign_fixture_make(&fixture);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sign_fixture_free(&fixture);
	return 0;
}

/* h= without its white space, of a header in lines. */
static const char *
names_of(struct arena *arena, const struct field_policy *policy,
	const char *text)
{
	struct headers headers = { 0 };
	struct field_choice choice;
	struct fold fold = fold_new(arena, STR("x"));
	struct strbuf sb = sb_new(arena);
	struct str h;

	split_message(arena, str_of(text), &headers);
	assert_int_equal(0,
		fields_choose(arena, policy, &headers, false, &choice));
	fields_write(&choice, &fold, arena);
	h = fold_done(&fold);
	for (size_t i = 0; i < h.n; i++)
		if (!is_space(h.p[i]))
			sb_addc(&sb, h.p[i]);
	return sb_done(&sb).p;
}

struct row {
	const char *signed_fields, *oversigned, *absent; /* NULL: default */
	const char *header, *want;
};

static const struct row rows[] = {
	{ NULL, NULL, NULL, "From: a@b.example\r\n", "h=From:From;" },
	{ NULL, NULL, NULL,
		"From: a@b.example\r\nSubject: x\r\nX-Y: z\r\n"
		"received: x\r\nBcc: x@y.example\r\nDKIM-Signature: x\r\n"
		"Authentication-Results: x\r\nReturn-Path: <x>\r\n",
		"h=From:From:Subject:Subject;" },
	{ NULL, NULL, NULL,
		"From: a@b.example\r\nlist-post: <x>\r\nList-Post: <y>\r\n"
		"Content-Language: en\r\nList-;x: y\r\n",
		"h=From:From:list-post:List-Post:Content-Language;" },
	{ NULL, NULL, NULL,
		"From: a@b.example\r\nTo: a@b.example\r\nTo: b@c.example\r\n",
		"h=From:From:To:To:To;" },
	{ "Subject", "", NULL, "Subject: x\r\nFrom: a@b.example\r\n",
		"h=From:From:Subject;" },
	{ "Subject From", "From", "Cc",
		"Subject: x\r\nFrom: a@b.example\r\n",
		"h=From:From:Subject:Cc;" },
	{ "Subject Cc", "", "Cc", "From: a@b.example\r\n",
		"h=From:From:Cc;" },
	{ "Subject Cc", "", "Cc", "Cc: x@y.example\r\nFrom: a@b.example\r\n",
		"h=From:From:Cc;" },
	/* To would be rewritten; From, as well, but it has to be there. */
	{ NULL, NULL, NULL,
		"From: a@b.example,c@b.example\r\n"
		"To: a@b.example,c@d.example\r\n"
		"Cc: a@b.example\r\n",
		"h=From:From:Cc:Cc;" },
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct arena *arena = arena_new(0);
		struct field_policy p = fixture.options.fields;
		struct strbuf sb = sb_new(arena);

		if (r->signed_fields != NULL)
			p.signed_fields = test_list(arena, r->signed_fields);
		if (r->oversigned != NULL)
			p.oversigned = test_list(arena, r->oversigned);
		if (r->absent != NULL)
			p.oversigned_absent = test_list(arena, r->absent);
		sb_addf(&sb, "%s\r\n", r->header);
		assert_string_equal(
			r->want, names_of(arena, &p, sb_done(&sb).p));
		arena_free(arena);
	}
}

static void
test_risky(void **state)
{
	static const char header[] =
		"From: a@b.example\r\nTo: a@b.example,c@d.example\r\n\r\n";
	struct arena *arena = arena_new(0);
	struct field_policy p = fixture.options.fields;

	(void)state;
	p.omit_risky = false;
	assert_string_equal(
		"h=From:From:To:To;", names_of(arena, &p, header));
	arena_free(arena);
}

/* What one verifier takes for white space, and another does not. */
static void
test_control(void **state)
{
	static const char text[] = "From: a@b.example\r\nSubject: a%sb\r\n"
		"Date: x\r\n\r\n";
	static const struct {
		const char *insert, *want;
	} odd[] = {
		{ "\v", "h=From:From:Date:Date;" },
		{ "\f", "h=From:From:Date:Date;" },
		{ "\r", "h=From:From:Date:Date;" },
		/* At the end of a line all drop it. */
		{ "b\r\r\nX: c", "h=From:From:Subject:Subject:Date:Date;" },
		{ "\r\n\t", "h=From:From:Subject:Subject:Date:Date;" },
		/* To a verifier these are two. */
		{ "b\r\nSubject : c", "h=From:From:Date:Date;" },
		{ "\001\177", "h=From:From:Subject:Subject:Date:Date;" },
	};
	struct arena *arena = arena_new(0);
	char message[200];

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(message, sizeof(message), text, odd[i].insert);
		assert_string_equal(odd[i].want,
			names_of(arena, &fixture.options.fields, message));
	}
	arena_free(arena);
}

static void
test_cover(void **state)
{
	static const struct {
		const char *name;
		bool covered;
	} names[] = { { "FROM", true }, { "list-unsubscribe-post", true },
		{ "Content-ID", true }, { "Received", false },
		{ "Return-Path", false }, { "Bcc", false },
		{ "Resent-Bcc", false }, { "DKIM-Signature", false },
		{ "Authentication-Results", false }, { "List-x;y", false },
		{ "X-Mailer", false }, { "", false } };
	const struct field_choice choice = {
		.policy = &fixture.options.fields };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(names[i].covered,
			fields_cover(&choice, str_of(names[i].name)));
}

static void
test_check(void **state)
{
	static const struct {
		const char *list;
		bool good, good_absent;
	} lists[] = {
		{ "From Subject X-Y", true, true },
		{ "List-*", true, false },
		{ "*", false, false },
		{ "Subject Received", false, false },
		{ "dkim-signature", false, false },
		{ "Bcc", false, false },
		{ "a:b", false, false },
		{ "Date", true, false },
		{ "message-id", true, false },
		{ "Subject Cc Reply-To", true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct arena *arena = arena_new(0);
		struct conf_errors errors = { .arena = arena };
		struct conf_list list = test_list(arena, lists[i].list);

		assert_int_equal(lists[i].good ? 0 : ERR_CONFIG,
			fields_check(&list, &errors, "c:1"));
		assert_int_equal(lists[i].good ? 0 : 1, errors.count);
		assert_int_equal(lists[i].good_absent ? 0 : ERR_CONFIG,
			fields_check_absent(&list, &errors, "c:1"));
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_risky),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_cover),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* One message into the database. */
#include "unit/report/fixture.h"

#include "report/message.h"

static void
count(struct fixture *f, const char *json)
{
	struct line line = fixture_line(f, json);

	assert_int_equal(message_count(f->r.store, f->r.arena, &line), 0);
}

static void
alike_are_counted(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	count(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	count(&f, LINE_JSON("1795600000", "192.0.2.1", ""));
	count(&f, LINE_JSON(YESTERDAYS, "192.0.2.2", ""));
	count(&f, LINE_JSON("1795651200", "192.0.2.1", ""));
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM tuples"), 3);
	assert_int_equal(fixture_number(&f, "SELECT MAX(messages) "
		"FROM tuples"), 2);
	assert_int_equal(fixture_number(&f, "SELECT SUM(would_reject) "
		"FROM tuples"), 4);
	assert_int_equal(fixture_number(&f, "SELECT SUM(failed) "
		"FROM tuples"), 4);
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM policies "
		"WHERE day % 86400 = 0"), 2);
	fixture_close(&f);
}

/* Where reports go is what the latest message of the day found. */
static void
latest_rua(void **state)
{
	static const char *const times[] = { "1795564900", "1795564910",
		"1795564905" };
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(times); i++) {
		struct line line = fixture_line(&f, LINE_JSON("1", "192.0.2.1",
			""));
		struct str uri = STR("mailto:a@friend.example");

		line.time = strtoll(times[i], NULL, 10);
		if (i == 1)
			line.rua = (struct line_uris){ &uri, 1 };
		assert_int_equal(message_count(f.r.store, f.r.arena, &line),
			0);
	}
	assert_str(fixture_text(&f, "SELECT rua FROM policies"),
		"mailto:a@friend.example\n");
	assert_int_equal(fixture_number(&f, "SELECT COUNT(*) FROM policies"),
		1);
	fixture_close(&f);
}

static void
local_clients(void **state)
{
	struct fixture f;
	struct line line;

	(void)state;
	fixture_open(&f, "");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	line.tuple.ip = STR("");
	assert_int_equal(message_count(f.r.store, f.r.arena, &line), 0);
	assert_str(fixture_text(&f, "SELECT report FROM tuples"), "-");
	fixture_close(&f);
}

static void
incidents(void **state)
{
	static const char *const ips[] = { "192.0.2.1", "192.0.2.1",
		"192.0.2.2" };
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < COUNT(ips); i++) {
		struct line line = fixture_line(&f, LINE_JSON(YESTERDAYS,
			"192.0.2.9", ""));
		const struct line_place place = { STR("h"), STR("n"),
			(int64_t)i };

		line.tuple.ip = str_of(ips[i]);
		assert_int_equal(message_incident(f.r.store, f.r.arena, &line,
			STR("{}"), &place), 0);
	}
	assert_int_equal(fixture_number(&f, "SELECT COUNT(DISTINCT likeness) "
		"FROM incidents"), 2);
	fixture_close(&f);
}

static void
policies(void **state)
{
	struct policy back = { .p = STR("") };
	struct fixture f;
	struct line line;
	struct str text;

	(void)state;
	fixture_open(&f, "");
	line = fixture_line(&f, LINE_JSON(YESTERDAYS, "192.0.2.1", ""));
	text = policy_to_text(f.r.arena, &line.policy);
	assert_int_equal(policy_from_text(f.r.arena, text, &back), 0);
	assert_str(back.domain, "friend.example");
	assert_str(back.p, "reject");
	assert_int_equal(back.sp.n, 0);
	assert_str(back.fo, "0");
	assert_str(policy_to_text(f.r.arena, &back), text.p);
	assert_int_equal(policy_from_text(f.r.arena, STR("a b c"), &back),
		ERR_SYNTAX);
	assert_int_equal(policy_from_text(f.r.arena,
		STR("a b c d e f g h i j"), &back), ERR_SYNTAX);
	fixture_close(&f);
}

static void
uris(void **state)
{
	struct str list[] = { STR("mailto:a@b"), STR("x\ny"), STR(""),
		STR("mailto:c@d") };
	const struct line_uris uris = { list, COUNT(list) };
	struct arena *arena = arena_new(0);
	struct line_uris back;

	(void)state;
	assert_str(uris_to_text(arena, &uris), "mailto:a@b\nmailto:c@d\n");
	assert_int_equal(uris_from_text(arena,
		STR("mailto:a@b\nmailto:c@d\n"), &back), 0);
	assert_int_equal(back.count, 2);
	assert_str(back.list[1], "mailto:c@d");
	assert_int_equal(uris_from_text(arena, STR(""), &back), 0);
	assert_int_equal(back.count, 0);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alike_are_counted),
		cmocka_unit_test(latest_rua),
		cmocka_unit_test(local_clients),
		cmocka_unit_test(incidents),
		cmocka_unit_test(policies),
		cmocka_unit_test(uris),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/milter/fake_mfapi.h"

#include "milter/apply.h"

static struct message
message_new(size_t limit)
{
	struct message m = { .arena = arena_new(limit) };

	memset(&mta, 0, sizeof(mta));
	return m;
}

/* As the trust gate and the filters list them. */
static void
list_edits(struct message *m)
{
	const struct header first = { STR("A"), STR("x"), 1 };
	const struct header third = { STR("a"), STR("y"), 3 };
	const struct header subject = { STR("Subject"), STR("z"), 1 };

	edits_remove(&m->edits, m->arena, &first);
	edits_remove(&m->edits, m->arena, &third);
	edits_add(&m->edits, m->arena, STR("B"), STR("1\n\t2"));
	edits_change(&m->edits, m->arena, &subject, STR("s"));
	edits_quarantine(&m->edits, m->arena, STR("why"));
	edits_add(&m->edits, m->arena, STR("C"), STR(""));
}

/* The last field first, so that no number is another one's by then. */
static void
order(void **state)
{
	struct message m = message_new(0);

	(void)state;
	list_edits(&m);
	assert_int_equal(0, apply_edits(the_ctx, &m, true));
	assert_string_equal(mta.calls, "[quarantine why][chg 1 Subject: s]"
		"[chg 3 a:-][chg 1 A:-][ins 0 B: 1\n\t2][ins 0 C: ]");
	arena_free(m.arena);
}

/* An MTA that adds the space behind the colon itself. */
static void
no_leading_space(void **state)
{
	struct message m = message_new(0);

	(void)state;
	list_edits(&m);
	assert_int_equal(0, apply_edits(the_ctx, &m, false));
	assert_string_equal(mta.calls, "[quarantine why][chg 1 Subject:s]"
		"[chg 3 a:-][chg 1 A:-][ins 0 B:1\n\t2][ins 0 C:]");
	arena_free(m.arena);
}

/* Whichever edit the MTA does not take: nothing comes after it. */
static void
refused_edits(void **state)
{
	(void)state;
	for (int at = 1; at <= 7; at++) {
		struct message m = message_new(0);

		list_edits(&m);
		mta.fails_at = at;
		assert_row(at, apply_edits(the_ctx, &m, true) ==
			(at <= 6 ? ERR_LIBRARY : 0));
		if (at == 3)
			assert_string_equal(mta.calls,
				"[quarantine why][chg 1 Subject: s]");
		arena_free(m.arena);
	}
}

static void
without_memory(void **state)
{
	int seen[2] = { 0 };

	(void)state;
	for (size_t limit = 1; limit < 1500; limit += 3) {
		struct message m = message_new(limit);
		int err;

		list_edits(&m);
		if (!m.edits.failed) {
			err = apply_edits(the_ctx, &m, true);
			assert_true(err == 0 || err == ERR_NOMEM);
			seen[err == 0]++;
		}
		arena_free(m.arena);
	}
	assert_true(seen[0] > 0 && seen[1] > 0);
}

static void
replies(void **state)
{
	const struct reply none = { NULL, NULL, NULL };
	const struct reply own = { "550", "5.7.26", "no" };

	(void)state;
	memset(&mta, 0, sizeof(mta));
	apply_reply(the_ctx, &none);
	assert_string_equal(mta.calls, "");
	apply_reply(the_ctx, &own);
	assert_string_equal(mta.calls, "[reply 550 5.7.26 no]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(no_leading_space),
		cmocka_unit_test(refused_edits),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/base/check.h"

#include "milter/negotiate.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

/* What a filter's settings add, by adapt. */
static struct needs adapted;

static void
adapt(const void *settings, struct needs *needs)
{
	(void)settings;
	needs->events |= adapted.events;
	needs->replies |= adapted.replies;
	needs->edits |= adapted.edits;
}

static struct filter first, second;
static const struct filter *const filters[] = { &first, &second, NULL };
static const struct program program = { "test", "", filters };
static const struct snapshot snapshot = { .program = &program };

static const unsigned long everything = 0xffffffff;

#define ALWAYS (SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_HDR_LEADSPC | SMFIP_SKIP)
#define HEADER_NR (SMFIP_NR_HDR | SMFIP_NR_EOH)
/* Connect, mail and header are always sent: who is it, and what is forged? */
#define LEAST (ALWAYS | SMFIP_NR_CONN | SMFIP_NR_MAIL | HEADER_NR)

static const struct {
	unsigned events[2], replies[2];
	unsigned long steps;
} rows[] = {
	{ { 0, 0 }, { 0, 0 },
		LEAST | SMFIP_NOHELO | SMFIP_NORCPT | SMFIP_NOBODY },
	{ { EVENT_HELO, 0 }, { 0, 0 },
		LEAST | SMFIP_NR_HELO | SMFIP_NORCPT | SMFIP_NOBODY },
	{ { EVENT_HELO, EVENT_RCPT }, { EVENT_HELO, 0 },
		LEAST | SMFIP_NR_RCPT | SMFIP_NOBODY },
	{ { EVENT_RCPT | EVENT_BODY, EVENT_BODY }, { EVENT_RCPT, EVENT_BODY },
		LEAST | SMFIP_NOHELO },
	{ { EVENT_BODY, 0 }, { 0, EVENT_CONNECT | EVENT_MAIL },
		ALWAYS | HEADER_NR | SMFIP_NOHELO | SMFIP_NORCPT |
			SMFIP_NR_BODY },
	{ { 0, 0 }, { EVENT_HEADERS, 0 },
		ALWAYS | SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NOHELO |
			SMFIP_NORCPT | SMFIP_NOBODY },
};

static int
setup(void **state)
{
	(void)state;
	first = second = (struct filter){ .name = "test" };
	adapted = (struct needs){ 0, 0, 0 };
	return 0;
}

static void
wishes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		first.events = rows[i].events[0];
		first.replies = rows[i].replies[0];
		second.events = rows[i].events[1];
		second.replies = rows[i].replies[1];
		assert_row(i, negotiate_wishes(&snapshot).steps ==
			rows[i].steps);
	}
}

static void
settings_change_wishes(void **state)
{
	(void)state;
	second.adapt = adapt;
	adapted = (struct needs){ EVENT_RCPT, EVENT_RCPT,
		EDIT_MAY_QUARANTINE };
	assert_int_equal(negotiate_wishes(&snapshot).steps,
		LEAST | SMFIP_NOHELO | SMFIP_NOBODY);
	assert_true(negotiate_wishes(&snapshot).actions & SMFIF_QUARANTINE);
}

static void
actions(void **state)
{
	const unsigned long base =
		SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_SETSYMLIST;

	(void)state;
	assert_int_equal(negotiate_wishes(&snapshot).actions, base);
	first.edits = EDIT_MAY_ADD;
	assert_int_equal(negotiate_wishes(&snapshot).actions, base);
	first.edits = EDIT_MAY_QUARANTINE;
	assert_int_equal(negotiate_wishes(&snapshot).actions,
		base | SMFIF_QUARANTINE);
	/* What is registered must not be less than what is asked for. */
	assert_int_equal(negotiate_wishes(&snapshot).actions &
		~negotiate_most_actions(), 0);
}

/* Never more than is offered, whatever that is. */
static void
within_the_offer(void **state)
{
	(void)state;
	first.events = EVENT_HELO | EVENT_BODY;
	for (unsigned bit = 0; bit < 32; bit++) {
		struct terms offer = { everything, everything & ~(1ul << bit) };
		struct terms got;

		assert_true(negotiate(&snapshot, &offer, &got));
		assert_row(bit, (got.steps & ~offer.steps) == 0);
		offer = (struct terms){ everything, 1ul << bit };
		assert_true(negotiate(&snapshot, &offer, &got));
		assert_row(bit, (got.steps & ~offer.steps) == 0);
		offer = (struct terms){ everything & ~(1ul << bit), 0 };
		assert_row(bit, negotiate(&snapshot, &offer, &got) ==
			!((1ul << bit) & (SMFIF_ADDHDRS | SMFIF_CHGHDRS)));
		assert_row(bit, (got.actions & ~offer.actions) == 0);
	}
}

/* A field and the end of the header are one event: both silent, or none. */
static void
half_silence(void **state)
{
	static const unsigned long halves[] = { SMFIP_NR_HDR, SMFIP_NR_EOH };

	(void)state;
	for (size_t i = 0; i < COUNT(halves); i++) {
		const struct terms offer = { everything,
			everything & ~halves[i] };
		struct terms got;

		assert_true(negotiate(&snapshot, &offer, &got));
		assert_row(i, (got.steps & HEADER_NR) == 0);
		assert_row(i, !negotiate_is_silent(got.steps, EVENT_HEADERS));
	}
}

static void
silence(void **state)
{
	static const struct {
		enum event event;
		unsigned long step;
	} events[] = { { EVENT_CONNECT, SMFIP_NR_CONN },
		{ EVENT_HELO, SMFIP_NR_HELO }, { EVENT_MAIL, SMFIP_NR_MAIL },
		{ EVENT_RCPT, SMFIP_NR_RCPT }, { EVENT_HEADERS, HEADER_NR },
		{ EVENT_BODY, SMFIP_NR_BODY }, { EVENT_END, 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(events); i++) {
		unsigned long others = everything & ~events[i].step;

		assert_row(i, negotiate_is_silent(events[i].step,
			events[i].event) == (events[i].step != 0));
		assert_row(i, !negotiate_is_silent(others, events[i].event));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(wishes, setup),
		cmocka_unit_test_setup(settings_change_wishes, setup),
		cmocka_unit_test_setup(actions, setup),
		cmocka_unit_test_setup(within_the_offer, setup),
		cmocka_unit_test_setup(half_silence, setup),
		cmocka_unit_test_setup(silence, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

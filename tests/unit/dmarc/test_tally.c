/* Counts and what is told of them. */
#include "unit/dmarc/fixture.h"

#include "dmarc/tally.h"

#include <errno.h>

static void
count(enum auth_result result, enum dmarc_policy policy,
	enum dmarc_policy applied)
{
	const struct dmarc_results dmarc = { .known = true, .result = result,
		.policy = policy, .applied = applied };

	tally_message(&dmarc);
}

#define N DMARC_POLICY_NONE
#define Q DMARC_POLICY_QUARANTINE
#define R DMARC_POLICY_REJECT

static void
messages(void **state)
{
	struct arena *arena = arena_new(0);
	struct news news;

	(void)state;
	count(AUTH_NONE, N, N);
	count(AUTH_PERMERROR, N, N);
	count(AUTH_TEMPERROR, N, N);
	count(AUTH_PASS, R, N);
	count(AUTH_FAIL, N, N);
	count(AUTH_FAIL, R, R);
	count(AUTH_FAIL, R, Q);
	count(AUTH_FAIL, R, N);
	count(AUTH_FAIL, Q, Q);
	count(AUTH_FAIL, Q, N);
	count(AUTH_FAIL, N, R); /* an override that is stronger */
	assert_int_equal(tally_tell(arena, &news), 0);
	assert_str(news.status, "dmarc: 1 pass, 7 fail (2 rejected, "
		"2 quarantined; would have rejected 2, quarantined 1); "
		"journal: 0 lines, 0 lost");
	assert_int_equal(news.warning.n, 0);
	arena_free(arena);
}

static void
losses(void **state)
{
	struct arena *arena = arena_new(0);
	struct news news;

	(void)state;
	atomic_store(&tally_journal.written, 5);
	atomic_store(&tally_journal.lost, 3);
	atomic_store(&tally_journal.error, ENOSPC);
	assert_int_equal(tally_tell(arena, &news), 0);
	assert_str(news.warning, "journal: 3 lines lost, 3 in all: "
		"No space left on device");
	assert_int_equal(tally_tell(arena, &news), 0);
	assert_int_equal(news.warning.n, 0);
	atomic_store(&tally_journal.lost, 4);
	atomic_store(&tally_journal.error, EROFS);
	atomic_store(&tally_failures.error, EIO); /* of a sync */
	assert_int_equal(tally_tell(arena, &news), 0);
	assert_str(news.warning, "journal: 1 lines lost, 4 in all: "
		"Read-only file system; failure reports: 0 lines lost, "
		"0 in all: Input/output error");
	arena_free(arena);
}

static void
out_of_memory(void **state)
{
	struct arena *arena = arena_new(16);
	struct news news;

	(void)state;
	assert_int_equal(tally_tell(arena, &news), ERR_NOMEM);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(losses),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

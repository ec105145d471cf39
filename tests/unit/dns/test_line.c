#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/cache.h"
#include "unit/dns/fake_engine.h"

struct fixture {
	struct cache *cache;
	struct fake_maker maker;
	unsigned left;
};

static int
setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){
		.cache = cache_new(&dns_default_limits),
		.maker = { .kind_count = 1,
			.lock = PTHREAD_MUTEX_INITIALIZER },
		.left = lines_left(),
	};
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	cache_free(f->cache);
	return 0;
}

static struct line *
open_line(struct fixture *f, enum fake_kind kind)
{
	struct line *line;

	f->maker.kinds[0] = kind;
	assert_int_equal(line_open(&fake_engine, &f->maker, 60000, &line), 0);
	return line;
}

static struct dns_question *
ask(struct fixture *f, unsigned n)
{
	char name[] = "000.test";
	bool fresh;
	struct dns_question *q;

	name[0] = (char)('0' + n / 100);
	name[1] = (char)('0' + n / 10 % 10);
	name[2] = (char)('0' + n % 10);
	q = cache_get(f->cache, str_of(name), DNS_A, &fresh);
	assert_true(fresh);
	return q;
}

static void
test_answers(void **state)
{
	struct fixture *f = *state;
	struct line *line = open_line(f, FAKE_ANSWERS);
	struct dns_question *q = ask(f, 0);

	assert_int_equal(line_put(line, q), 0);
	assert_true(atomic_load(&q->answered));
	question_release(q);
	assert_int_not_equal(line_probe(line), 0);
	line_close(line, false);
	assert_int_equal(f->maker.closed, 1);
	assert_int_equal(f->maker.closed_mute, 0);
	assert_int_equal(lines_left(), f->left);
}

static void
test_put_fails(void **state)
{
	struct fixture *f = *state;
	struct line *line = open_line(f, FAKE_REFUSES);
	struct dns_question *q = ask(f, 0);

	assert_int_equal(line_put(line, q), ERR_NOMEM);
	assert_false(atomic_load(&q->answered));
	assert_int_equal(line_probe(line), 0);
	question_release(q);
	line_close(line, false);
	/* That it cannot be asked is no sign of life. */
	assert_int_equal(f->maker.closed_mute, 1);
}

static void
test_open_fails(void **state)
{
	struct fixture *f = *state;
	struct line *line = NULL;

	f->maker.kinds[0] = FAKE_NO_MEMORY;
	assert_int_equal(line_open(&fake_engine, &f->maker, 60000, &line),
		ERR_NOMEM);
	assert_null(line);
	f->maker.kinds[0] = FAKE_DEAF;
	assert_int_equal(line_open(&fake_engine, &f->maker, 10, &line),
		ERR_NOMEM);
	assert_null(line);
	assert_int_equal(f->maker.closed_mute, 1);
}

/* The answers of one that cannot be closed come after all has ended. */
static void
test_left_behind(void **state)
{
	struct fixture *f = *state;
	struct line *line = open_line(f, FAKE_MUTE);
	struct dns_question *q = ask(f, 0);

	f->maker.hangs = true;
	assert_int_equal(line_put(line, q), 0);
	line_close(line, true);
	assert_int_equal(lines_left(), f->left + 1);
	question_release(q);
	cache_free(f->cache);
	f->cache = NULL;
	assert_int_equal(f->maker.held_count, 1);
	fake_answer_held(&f->maker);
}

/* Whoever asks one that reads nothing is sent away; others hear the probes. */
static void
test_unread(void **state)
{
	struct fixture *f = *state;
	struct dns_question *questions[2 * FLIGHT_UNREAD];
	struct line *line = open_line(f, FAKE_SLOW);
	struct line *mute;
	int rc = 0;

	for (unsigned i = 0; i < 2 * FLIGHT_UNREAD; i++) {
		questions[i] = ask(f, i);
		assert_int_equal(line_put(line, questions[i]), 0);
	}
	line_close(line, false);
	assert_int_equal(f->maker.closed_mute, 0);
	mute = open_line(f, FAKE_MUTE);
	for (unsigned i = 0; i < 2 * FLIGHT_UNREAD && rc == 0; i++)
		rc = line_put(mute, questions[i]);
	assert_int_equal(rc, ERR_NOMEM);
	line_close(mute, true);
	for (unsigned i = 0; i < 2 * FLIGHT_UNREAD; i++)
		question_release(questions[i]);
}

#define WITH_MAKER(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MAKER(test_answers),
		WITH_MAKER(test_put_fails),
		WITH_MAKER(test_open_fails),
		WITH_MAKER(test_left_behind),
		WITH_MAKER(test_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

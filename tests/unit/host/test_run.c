#include "unit/base/check.h"

#include "host/run.h"

static struct arena *arena;

static struct run_result
run_it(const char *const argv[], struct str input)
{
	struct run_result result;

	assert_int_equal(run(arena, argv, input, &result), 0);
	return result;
}

static void
output_and_status(void **state)
{
	const char *const argv[] = { "sh", "-c",
		"echo out; echo err >&2; exit 3", NULL };
	struct run_result r = run_it(argv, STR(""));

	(void)state;
	assert_int_equal(r.status, 3);
	assert_str(r.out, "out\n");
	assert_str(r.err, "err\n");
}

/* More than a pipe holds, both ways: nobody may wait for the other. */
static void
large_input(void **state)
{
	const char *const argv[] = { "cat", NULL };
	size_t n = 1 << 20;
	char *text = malloc(n);
	struct run_result r;

	(void)state;
	memset(text, 'x', n);
	r = run_it(argv, (struct str){ text, n });
	assert_int_equal(r.out.n, n);
	assert_memory_equal(r.out.p, text, n);
	free(text);
}

static void
input_that_nobody_reads(void **state)
{
	const char *const argv[] = { "true", NULL };
	static char text[1 << 20];
	struct run_result r = run_it(argv, (struct str){ text, sizeof(text) });

	(void)state;
	assert_int_equal(r.status, 0);
}

static void
no_program(void **state)
{
	const char *const argv[] = { "/nonexistent/program", NULL };
	struct run_result r = run_it(argv, STR(""));

	(void)state;
	assert_int_equal(r.status, 127);
	assert_true(r.err.n > 0);
}

static void
killed(void **state)
{
	const char *const argv[] = { "sh", "-c", "kill -9 $$", NULL };

	(void)state;
	assert_int_equal(run_it(argv, STR("")).status, 128 + SIGKILL);
}

static void
too_much_output(void **state)
{
	const char *const argv[] = { "sh", "-c",
		"head -c 5000000 /dev/zero", NULL };
	struct run_result r;

	(void)state;
	assert_int_equal(run(arena, argv, STR(""), &r), ERR_LIMIT);
}

/* No shell: what looks like one's is text. */
static void
no_shell(void **state)
{
	const char *const argv[] = { "echo", "$(id) `id` ; *", NULL };

	(void)state;
	assert_str(run_it(argv, STR("")).out, "$(id) `id` ; *\n");
}

static void
description(void **state)
{
	const char *const argv[] = { "make", "-C", "/etc/mail", "a b", "it's",
		"", NULL };

	(void)state;
	assert_str(run_describe(arena, argv),
		"make -C /etc/mail 'a b' 'it'\\''s' ''");
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_status),
		cmocka_unit_test(large_input),
		cmocka_unit_test(input_that_nobody_reads),
		cmocka_unit_test(no_program),
		cmocka_unit_test(killed),
		cmocka_unit_test(too_much_output),
		cmocka_unit_test(no_shell),
		cmocka_unit_test(description),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

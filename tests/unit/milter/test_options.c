#include "unit/base/check.h"

#include "base/conf_files.h"
#include "milter/options.h"

#include <getopt.h>
#include <sysexits.h>

static const struct conf_option options_of_test[] = {
	{ .key = "speed", .type = CONF_INT, .initial = "7", .max = 9,
		.help = "How fast" },
	{ .key = NULL },
};
static const struct conf_section section = { "test", options_of_test, 8 };
static const struct filter filter = { .name = "test", .section = &section };
static const struct filter *const filters[] = { &filter, NULL };
static const struct program program = { "mailvet-test", "Tests.", filters };

static char said[20000]; /* on stdout and stderr */

static int
parse(const char *const *args, struct options *ret)
{
	char path[] = "/tmp/mailvet-options-XXXXXX", *argv[16];
	int fd = mkstemp(path), argc = 0, status, out, err;
	ssize_t n;

	while (args[argc] != NULL) {
		argv[argc] = (char *)(uintptr_t)args[argc];
		argc++;
	}
	argv[argc] = NULL;
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	err = dup(STDERR_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	optind = 0;
	status = options_parse(&program, argc, argv, ret);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	n = pread(fd, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	close(fd);
	unlink(path);
	return status;
}

#define ARGS(...) { "mailvet-test", __VA_ARGS__, NULL }

static const struct {
	const char *args[6];
	int status;
	const char *config, *socket;
	bool test;
	const char *said; /* some of it; NULL: nothing */
} rows[] = {
	{ ARGS("-c", "/x"), OPTIONS_RUN, "/x", NULL, false, NULL },
	{ ARGS("--config=/x"), OPTIONS_RUN, "/x", NULL, false, NULL },
	{ ARGS("-c", "/x", "-c", "/y"), OPTIONS_RUN, "/y", NULL, false, NULL },
	{ ARGS("-c/x", "-s", "unix:/s"), OPTIONS_RUN, "/x", "unix:/s", false,
		NULL },
	{ ARGS("-c/x", "--socket", "inet:1@h"), OPTIONS_RUN, "/x", "inet:1@h",
		false, NULL },
	{ ARGS("-tc/x"), OPTIONS_RUN, "/x", NULL, true, NULL },
	{ ARGS("-c/x", "--test"), OPTIONS_RUN, "/x", NULL, true, NULL },
	{ ARGS("-x"), EX_USAGE, NULL, NULL, false, "'x'" },
	{ ARGS("--nonsense"), EX_USAGE, NULL, NULL, false, "--nonsense" },
	{ ARGS("-c"), EX_USAGE, NULL, NULL, false, "'c'" },
	{ ARGS("--socket"), EX_USAGE, NULL, NULL, false, "--socket" },
	{ ARGS("-c/x", "more"), EX_USAGE, NULL, NULL, false, "\"more\"" },
	{ ARGS("-V"), EX_OK, NULL, NULL, false,
		"mailvet-test " MAILVET_VERSION "\n" },
	{ ARGS("-h"), EX_OK, NULL, NULL, false, "usage: mailvet-test" },
	{ ARGS("--help"), EX_OK, NULL, NULL, false, "#speed = 7" },
	{ ARGS("--help"), EX_OK, NULL, NULL, false, "#authserv-id = " },
};

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
command_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options got;

		assert_row(i, parse(rows[i].args, &got) == rows[i].status);
		if (rows[i].said != NULL)
			assert_row(i, strstr(said, rows[i].said) != NULL);
		else
			assert_string_equal(said, "");
		if (rows[i].status != OPTIONS_RUN)
			continue;
		assert_row(i, is_same(got.config, rows[i].config));
		assert_row(i, is_same(got.socket, rows[i].socket));
		assert_row(i, got.test == rows[i].test);
	}
}

/* The file of the system, if there is one. */
static void
default_config(void **state)
{
	static const char *const args[] = { "mailvet-test", NULL };
	struct options got;

	(void)state;
	assert_int_equal(OPTIONS_RUN, parse(args, &got));
	assert_true(is_same(got.config, conf_find(CONF_DEFAULT_PATH)));
	assert_null(got.socket);
	assert_false(got.test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines),
		cmocka_unit_test(default_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

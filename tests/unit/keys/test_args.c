#include "keys/args.h"
#include "unit/keys/command_test.h"

static const struct args_syntax all = { "mailvet x", ~0u, 1, 2, "the help\n" };
static const struct args_syntax few = { "mailvet y", ARG_ZONE, 0, 0, "" };

static int
words(int argc, char **argv)
{
	struct args args;
	int status = args_parse(&all, argc, argv, &args);

	if (status < 0)
		printf("%s %s %s %s %u %d %d %d %d %d %s\n", args.config,
			args.keys, args.zone, args.selector, args.rsa,
			args.ed25519, args.force, args.check, args.format,
			args.count, args.words[0]);
	return status < 0 ? 0 : status;
}

static int
no_words(int argc, char **argv)
{
	struct args args;
	int status = args_parse(&few, argc, argv, &args);

	return status < 0 ? 0 : status;
}

static void
test_good(void **state)
{
	(void)state;
	assert_int_equal(0, command_run(words,
		"x -c /c --keys /k --zone z --selector s --rsa 4096 "
		"--ed25519 --force --check --format plain a b"));
	assert_out("/c /k z s 4096 1 1 1 2 2 a\n");
	assert_int_equal(0, command_run(words, "x -c /c one --format nsd"));
	assert_out("/c " MAILVET_SYSCONFDIR "/mailvet/keys (null) (null) 0 0 "
		   "0 0 1 1 one\n");
}

static void
test_bad(void **state)
{
	static const struct {
		const char *line, *word;
	} rows[] = {
		{ "x", "something is missing" },
		{ "x a b c", "too many words" },
		{ "x a --rsa 1024", "--rsa: 2048, 3072 or 4096" },
		{ "x a --rsa 2048x", "--rsa: 2048, 3072 or 4096" },
		{ "x a --format yaml", "--format: bind, nsd or plain" },
		{ "x a --keys k", "--keys: not an absolute path" },
		{ "x a --nonsense", "nonsense" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(EX_USAGE, command_run(words, rows[i].line));
		assert_err(rows[i].word);
	}
	assert_int_equal(0, command_run(no_words, "y --zone z"));
	assert_int_equal(EX_USAGE, command_run(no_words, "y --force"));
	assert_err("unknown option");
	assert_int_equal(EX_USAGE, command_run(no_words, "y word"));
}

static void
test_help(void **state)
{
	(void)state;
	assert_int_equal(0, command_run(words, "x --help"));
	assert_out("the help");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(
		tests, command_begin, command_end);
}

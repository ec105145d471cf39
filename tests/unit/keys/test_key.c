#include "keys/key.h"
#include "unit/keys/command_test.h"

static void
test_dispatch(void **state)
{
	(void)state;
	assert_int_equal(EX_USAGE, command_run(command_key, "key"));
	assert_err("usage: mailvet key COMMAND");
	assert_int_equal(EX_OK, command_run(command_key, "key --help"));
	assert_out("retire");
	assert_int_equal(EX_USAGE, command_run(command_key, "key nonsense"));
	assert_err("no command \"nonsense\"");
	assert_int_equal(EX_OK, command_run(command_key, "key new --help"));
	assert_out("--ed25519");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_dispatch) };

	return cmocka_run_group_tests(
		tests, command_begin, command_end);
}

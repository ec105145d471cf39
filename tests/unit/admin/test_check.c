/*
 * mailvet check, as a user runs it: a message in, header fields out.
 */
#include "admin/command.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

enum { OUT_SIZE = 16384, ARGS_MAX = 16 };

static char directory[] = "/tmp/mailvet-check-XXXXXX";
static char zone[64], out[OUT_SIZE], err[OUT_SIZE];

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
read_file(const char *name, char buf[OUT_SIZE])
{
	char path[128];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(buf, 1, OUT_SIZE - 1, file);
	buf[n] = '\0';
	fclose(file);
}

static void
redirect(const char *name, const char *mode, FILE *stream)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (freopen(path, mode, stream) == NULL)
		_exit(99);
}

/* Run it in a child; the exit status. */
static int
check(const char *message, const char *const *args)
{
	char *argv[ARGS_MAX + 2] = { (char *)"check" }, path[128];
	int argc = 1, status;
	pid_t pid;

	for (; args[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)args[argc - 1];
	snprintf(path, sizeof(path), "%s/in", directory);
	write_file(path, message);
	pid = fork();
	if (pid == 0) {
		redirect("in", "r", stdin);
		redirect("out", "w", stdout);
		redirect("err", "w", stderr);
		exit(command_check(argc, argv));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	read_file("out", out);
	read_file("err", err);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define CHECK(message, ...) \
	check(message, (const char *const[]){ __VA_ARGS__, NULL })

static const char message[] = "From: Anna <anna@friend.example>\n"
			      "Subject: x\n"
			      "\n"
			      "Hello\n";

static void
test_pass(void **state)
{
	(void)state;
	assert_int_equal(CHECK(message, "--ip", "192.0.2.10", "--helo",
		"mail.friend.example", "--mail-from", "anna@friend.example",
		"--zone", zone, "--authserv-id", "me.example"), EX_OK);
	assert_string_equal(err, "");
	assert_string_equal(out,
		"Authentication-Results: me.example;\n"
		"\tspf=pass smtp.mailfrom=anna@friend.example;\n"
		"\tspf=none smtp.helo=mail.friend.example;\n"
		"\tdkim=none;\n"
		"\tdmarc=pass header.from=friend.example policy.dmarc=none\n"
		"Received-SPF: pass (me.example: friend.example permits "
		"192.0.2.10)\n"
		"\treceiver=\"me.example\"; identity=mailfrom; "
		"client-ip=\"192.0.2.10\";\n"
		"\thelo=\"mail.friend.example\"; "
		"envelope-from=\"anna@friend.example\";\n"
		"\tmechanism=\"ip4:192.0.2.10\";\n");
}

static void
test_without_client(void **state)
{
	(void)state;
	assert_int_equal(CHECK(message, "--zone", zone, "--authserv-id",
		"me.example"), EX_OK);
	assert_non_null(strstr(out, "spf=none"));
	assert_non_null(strstr(out, "dmarc=fail "));
}

/* The client is a stranger even where the configuration has it internal. */
static void
test_loopback_is_evaluated(void **state)
{
	(void)state;
	assert_int_equal(CHECK(message, "--ip", "127.0.0.1", "--mail-from",
		"<anna@friend.example>", "--zone", zone), EX_OK);
	assert_non_null(strstr(out, "spf=fail"));
}

static void
test_forged_field_is_named(void **state)
{
	(void)state;
	assert_int_equal(CHECK("Authentication-Results: other.example; a=b\n"
		"Authentication-Results: me.example; dmarc=pass\n"
		"From: anna@friend.example\n\n", "--zone", zone,
		"--authserv-id", "me.example"), EX_OK);
	assert_non_null(strstr(err, "Authentication-Results number 2"));
	assert_null(strstr(err, "number 1"));
}

/* What SPF would have done, beside the header. */
static void
test_spf_action_is_told(void **state)
{
	static const struct {
		const char *action, *told;
	} rows[] = {
		{ "accept", "" },
		{ "tag", "would be changed: Subject: [SPF:fail] x" },
		{ "quarantine", "would be quarantined: SPF fail: " },
		{ "defer", "would be deferred: 451 4.7.23 SPF fail: " },
		{ "reject", "would be rejected: 550 5.7.23 SPF fail: " },
	};
	char conf[64], text[64];

	(void)state;
	snprintf(conf, sizeof(conf), "%s/conf", directory);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "[spf]\nfail = %s\n",
			rows[i].action);
		write_file(conf, text);
		assert_int_equal(CHECK(message, "-c", conf, "--zone", zone,
			"--ip", "192.0.2.66", "--mail-from",
			"anna@friend.example"), EX_OK);
		assert_non_null(strstr(err, rows[i].told));
	}
	unlink(conf);
}

/* A stranger's words must not steer the reader's terminal. */
static void
test_no_control_bytes(void **state)
{
	char conf[64];

	(void)state;
	snprintf(conf, sizeof(conf), "%s/conf", directory);
	write_file(conf, "[spf]\nfail = tag\n");
	assert_int_equal(CHECK("From: anna@friend.example\n"
		"Subject: a\033[2J\303\274\n\tb\n\n", "-c", conf, "--zone",
		zone, "--ip", "192.0.2.66", "--mail-from",
		"anna@friend.example"), EX_OK);
	assert_non_null(strstr(err, "Subject: [SPF:fail] a\\x1b[2J"));
	assert_null(strchr(err, '\033'));
	unlink(conf);
}

static void
test_usage(void **state)
{
	(void)state;
	assert_int_equal(CHECK(message, "--ip", "mail"), EX_USAGE);
	assert_non_null(strstr(err, "not an address"));
	assert_int_equal(CHECK(message, "--bogus"), EX_USAGE);
	assert_int_equal(CHECK(message, "file"), EX_USAGE);
	assert_int_equal(CHECK(message, "--help"), EX_OK);
	assert_non_null(strstr(out, "usage: mailvet check"));
}

static void
test_bad_input(void **state)
{
	(void)state;
	assert_int_equal(CHECK("no header\n", "--zone", zone), EX_DATAERR);
	assert_int_equal(CHECK(message, "--zone", "/nonexistent"), EX_NOINPUT);
	assert_string_equal(err,
		"mailvet: zone /nonexistent: No such file or directory\n");
	assert_int_equal(CHECK(message, "--zone", "nozone"), EX_NOINPUT);
	assert_non_null(strstr(err, "nozone: No such file"));
	assert_int_equal(CHECK(message, "-c", "/nonexistent"), EX_CONFIG);
}

static int
set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(zone, sizeof(zone), "%s/zone", directory);
	write_file(zone, "$ORIGIN friend.example.\n"
			 "@ TXT \"v=spf1 ip4:192.0.2.10 -all\"\n"
			 "_dmarc TXT \"v=DMARC1; p=reject\"\n"
			 "mail A 192.0.2.10\n");
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "zone", "in", "out", "err" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_without_client),
		cmocka_unit_test(test_loopback_is_evaluated),
		cmocka_unit_test(test_forged_field_is_named),
		cmocka_unit_test(test_spf_action_is_told),
		cmocka_unit_test(test_no_control_bytes),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_bad_input),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/*
 * A daemon in a process of its own, between a service manager and a libmilter
 * of the test.
 */
#include "unit/base/check.h"

#include "dns/watch.h"
#include "milter/daemon.h"

#include <libmilter/mfapi.h>
#include <openssl/evp.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>

/* ---- libmilter ---------------------------------------------------------- */

static sem_t stopped;
static bool gives_up; /* smfi_main fails at once */
static bool loses_hope; /* the resolver says so */
static bool takes_no_socket;

int
smfi_register(smfiDesc_str description)
{
	return description.xxfi_version == SMFI_VERSION ? MI_SUCCESS :
							  MI_FAILURE;
}

int
smfi_setconn(char *address)
{
	return str_istarts(str_of(address), STR("fd:")) && !takes_no_socket ?
		MI_SUCCESS : MI_FAILURE;
}

int
smfi_opensocket(bool remove)
{
	(void)remove;
	return MI_SUCCESS;
}

/* As a session's thread does. */
static bool
hashes(void)
{
	return EVP_Digest("", 0, (unsigned char[EVP_MAX_MD_SIZE]){ 0 }, NULL,
		EVP_sha256(), NULL) == 1;
}

int
smfi_main(void)
{
	if (gives_up)
		return MI_FAILURE;
	watch_tell("a resolver is replaced", false);
	if (loses_hope)
		watch_tell("no resolver", true);
	hashes();
	while (sem_wait(&stopped) < 0)
		;
	return MI_SUCCESS;
}

int
smfi_stop(void)
{
	sem_post(&stopped);
	return MI_SUCCESS;
}

/* ---- the program -------------------------------------------------------- */

struct settings {
	long speed;
};

static const struct conf_option options[] = {
	{ .key = "speed", .type = CONF_INT, .initial = "7", .max = 99,
		.help = "How fast" },
	{ .key = NULL },
};
static const struct conf_section section = { "test", options,
	sizeof(struct settings) };
static const struct filter filter = { .name = "test", .section = &section };
static const struct filter *const filters[] = { &filter, NULL };
static const struct program program = { "mailvet-test", "Tests.", filters };

static char dir[] = "/tmp/mailvet-daemon-XXXXXX";
static char conf[64], conf_option[80], sock[64], sock_option[80], errors[64];
static struct sockaddr_un manager = { .sun_family = AF_UNIX };
static int manager_fd;

static int
setup(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(conf, sizeof(conf), "%s/conf", dir);
	snprintf(conf_option, sizeof(conf_option), "-c%s", conf);
	snprintf(sock, sizeof(sock), "%s/s", dir);
	snprintf(sock_option, sizeof(sock_option), "-sunix:%s", sock);
	snprintf(errors, sizeof(errors), "%s/errors", dir);
	snprintf(manager.sun_path, sizeof(manager.sun_path), "%s/m", dir);
	write_file(conf, STR("[test]\nspeed = 1\n"), 0600);
	write_file(errors, STR(""), 0600);
	manager_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setenv("NOTIFY_SOCKET", manager.sun_path, 1);
	gives_up = loses_hope = takes_no_socket = false;
	return bind(manager_fd, (struct sockaddr *)&manager, sizeof(manager));
}

static int
teardown(void **state)
{
	(void)state;
	close(manager_fd);
	unlink(manager.sun_path);
	unlink(errors);
	unlink(conf);
	unsetenv("NOTIFY_SOCKET");
	return rmdir(dir);
}

/* The last to be called at the end of the process. */
static void
at_the_end(void)
{
	if (!hashes())
		_exit(99);
}

static pid_t
start(char *first, char *second)
{
	char *argv[] = { "mailvet-test", conf_option, first, second, NULL };
	int argc = second != NULL ? 4 : first != NULL ? 3 : 2;
	pid_t pid = fork();
	int fd;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	alarm(20);
	fd = open(errors, O_WRONLY | O_TRUNC);
	dup2(fd, STDERR_FILENO);
	dup2(fd, STDOUT_FILENO);
	sem_init(&stopped, 0, 0);
	/* Threads that libmilter lets end by themselves may be as late. */
	atexit(at_the_end);
	exit(daemon_main(&program, argc, argv));
}

static int
status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Has it said so on stdout or stderr? */
static bool
said(const char *what)
{
	static char text[8192];
	int fd = open(errors, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, what) != NULL;
}

/* The service manager hears that next, STATUS= aside. */
static void
assert_told(const char *wanted)
{
	const struct timeval limit = { 10, 0 };
	char text[512];
	ssize_t n;

	setsockopt(manager_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	do {
		n = recv(manager_fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
	} while (strncmp(text, "STATUS=", 7) == 0);
	if (strncmp(text, wanted, strlen(wanted)) != 0)
		fail_msg("told \"%s\", wanted \"%s\"", text, wanted);
}

/* ---- from its command line to its end ----------------------------------- */

static void
runs_and_stops(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };

	(void)state;
	for (size_t i = 0; i < COUNT(signals); i++) {
		pid_t pid = start(sock_option, NULL);

		assert_told("READY=1");
		assert_row(i, access(sock, F_OK) == 0);
		kill(pid, signals[i]);
		assert_told("STOPPING=1");
		assert_row(i, status_of(pid) == EX_OK);
		assert_row(i, access(sock, F_OK) < 0);
		assert_row(i, said("<5>mailvet-test " MAILVET_VERSION));
		assert_row(i, said("<3>a resolver is replaced"));
	}
}

/* A good configuration is taken, a bad one refused, and either way it runs. */
static void
reloads(void **state)
{
	pid_t pid = start(sock_option, NULL);

	(void)state;
	assert_told("READY=1");
	write_file(conf, STR("[test]\nspeed = fast\n"), 0600);
	kill(pid, SIGHUP);
	assert_told("RELOADING=1");
	assert_told("READY=1");
	assert_true(said("conf:2: speed: \"fast\""));
	assert_true(said("the old configuration stays"));
	write_file(conf, STR("[common]\nlog-level = error\n"), 0600);
	kill(pid, SIGHUP);
	assert_told("RELOADING=1");
	assert_told("READY=1");
	/* It is of level notice, and the new level is heeded at once. */
	assert_false(said("configuration reloaded"));
	kill(pid, SIGTERM);
	assert_told("STOPPING=1");
	assert_int_equal(status_of(pid), EX_OK);
}

static void
libmilter_gives_up(void **state)
{
	pid_t pid;

	(void)state;
	gives_up = true;
	pid = start(sock_option, NULL);
	assert_told("READY=1");
	assert_told("STOPPING=1");
	assert_int_equal(status_of(pid), EX_SOFTWARE);
	assert_true(said("libmilter gave up"));
	assert_int_equal(-1, access(sock, F_OK));
}

/* So that another process may try. */
static void
resolver_gives_up(void **state)
{
	pid_t pid;

	(void)state;
	loses_hope = true;
	pid = start(sock_option, NULL);
	assert_told("READY=1");
	assert_told("STOPPING=1");
	assert_int_equal(status_of(pid), EX_SOFTWARE);
	assert_true(said("<3>no resolver"));
}

/* ---- what stops it before it begins ------------------------------------- */

static void
only_a_test(void **state)
{
	(void)state;
	assert_int_equal(status_of(start("-t", NULL)), EX_OK);
	assert_true(said("mailvet-test: configuration ok"));
	write_file(conf, STR("[test]\nspeed = fast\n"), 0600);
	assert_int_equal(status_of(start("-t", NULL)), EX_CONFIG);
	assert_true(said("conf:2: speed"));
	assert_false(said("<3>"));
}

/* What is for the log has its level. */
static void
refusals(void **state)
{
	(void)state;
	assert_int_equal(status_of(start(NULL, NULL)), EX_USAGE);
	assert_true(said("<3>no socket"));
	assert_int_equal(status_of(start("--nonsense", NULL)), EX_USAGE);
	assert_int_equal(status_of(start("-snonsense", NULL)), EX_USAGE);
	assert_int_equal(status_of(start("-sunix:/nonexistent/x", NULL)),
		EX_UNAVAILABLE);
	takes_no_socket = true;
	assert_int_equal(status_of(start(sock_option, NULL)), EX_UNAVAILABLE);
	assert_true(said("libmilter does not take it"));
	assert_int_equal(-1, access(sock, F_OK));
	unlink(conf);
	assert_int_equal(status_of(start(sock_option, NULL)), EX_CONFIG);
	assert_true(said("conf: No such file"));
	assert_int_equal(-1, access(sock, F_OK));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_and_stops),
		TEST(reloads),
		TEST(libmilter_gives_up),
		TEST(resolver_gives_up),
		TEST(only_a_test),
		TEST(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

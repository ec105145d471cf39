#include "unit/base/check.h"

#include "milter/listen.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>

static char dir[] = "/tmp/mailvet-listen-XXXXXX";
static char path[100], address[110], why[LISTEN_WHY_SIZE];
static struct common common;
static struct listener listener;

static int
setup(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/s", dir);
	snprintf(address, sizeof(address), "unix:%s", path);
	common = (struct common){ .socket_mode = 0660 };
	listener = (struct listener){ .fd = -1 };
	why[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	listen_close(&listener);
	unlink(path);
	return rmdir(dir);
}

static int
listen_at(const char *where)
{
	return listen_bind(where, &common, &listener, why);
}

/* A socket of that type at path; -1 from connecting to it says the errno. */
static int
bound(int type)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	assert_int_equal(0, bind(fd, (struct sockaddr *)&sun, sizeof(sun)));
	return fd;
}

static bool
can_connect(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ret;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	ret = connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0;
	close(fd);
	return ret;
}

static bool
exists(void)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* ---- addresses ---------------------------------------------------------- */

static const struct {
	const char *address;
	int err;
	const char *why;
} addresses[] = {
	{ "", ERR_SYNTAX, "expected unix:/path" },
	{ "/run/x", ERR_SYNTAX, "/run/x: expected unix:/path" },
	{ "unix", ERR_SYNTAX, "expected" },
	{ "tcp:25@127.0.0.1", ERR_SYNTAX, "expected" },
	{ "UNIX:/x", ERR_SYNTAX, "expected" },
	{ "unix:", ERR_SYNTAX, "absolute" },
	{ "unix:x/y", ERR_SYNTAX, "x/y: not an absolute path" },
	{ "local:x", ERR_SYNTAX, "absolute" },
	{ "unix:/nonexistent/x", ERR_IO, "/nonexistent/x: No such file" },
	{ "inet:", ERR_SYNTAX, "port@host" },
	{ "inet:8891", ERR_SYNTAX, "port@host" },
	{ "inet:@127.0.0.1", ERR_SYNTAX, "port@host" },
	{ "inet:0123456789012345678901234567890123@127.0.0.1", ERR_SYNTAX,
		"port@host" },
	{ "inet:no-such-port@127.0.0.1", ERR_SYNTAX, "no-such-port" },
	{ "inet:65536@127.0.0.1", ERR_SYNTAX, "65536@127.0.0.1: no such port" },
	{ "inet6:99999@::1", ERR_SYNTAX, "no such port" },
	{ "inet:0@::1", ERR_SYNTAX, "::1" },
	{ "inet6:0@127.0.0.1", ERR_SYNTAX, "127.0.0.1" },
	{ "inet:0@127.0.0.1", 0, NULL },
};

static void
forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		int err = listen_at(addresses[i].address);

		if (err != addresses[i].err || (err != 0 &&
			strstr(why, addresses[i].why) == NULL))
			fail_msg("row %zu: %d, \"%s\"", i, err, why);
		assert_row(i, (listener.fd >= 0) == (err == 0));
		listen_close(&listener);
	}
}

/* A socket address has room for 107 bytes and a NUL. */
static void
long_paths(void **state)
{
	char text[200];

	(void)state;
	for (size_t n = 105; n < 112; n++) {
		int err;

		memset(text, 'x', sizeof(text));
		memcpy(text, address, strlen(address));
		text[5 + n] = '\0';
		err = listen_at(text);
		assert_int_equal(err, n <= 107 ? 0 : ERR_LIMIT);
		if (err == 0)
			assert_int_equal(0, access(text + 5, F_OK));
		listen_close(&listener);
		assert_int_equal(-1, access(text + 5, F_OK));
	}
}

static void
inet_port_in_use(void **state)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	struct listener first;
	char text[64], port[16];

	(void)state;
	assert_int_equal(0, listen_at("inet:0@127.0.0.1"));
	first = listener;
	getsockname(first.fd, (struct sockaddr *)&name, &size);
	snprintf(port, sizeof(port), "%d", (name.ss_family == AF_INET) ?
		(unsigned char)((char *)&name)[2] * 256 +
			(unsigned char)((char *)&name)[3] : 0);
	snprintf(text, sizeof(text), "inet:%s@127.0.0.1", port);
	assert_int_equal(ERR_IO, listen_at(text));
	assert_non_null(strstr(why, "in use"));
	listen_close(&first);
}

/* ---- a socket of our own ------------------------------------------------ */

static void
mode_and_group(void **state)
{
	static const mode_t modes[] = { 0600, 0660, 0666, 0777, 0 };
	struct group *group = getgrgid(getgid());
	struct stat st;

	(void)state;
	assert_non_null(group);
	common.socket_group = group->gr_name;
	for (size_t i = 0; i < COUNT(modes); i++) {
		mode_t old = umask(i % 2 ? 0 : 0077);

		common.socket_mode = modes[i];
		assert_row(i, listen_at(address) == 0);
		assert_row(i, umask(old) == (i % 2 ? 0 : 0077));
		assert_row(i, stat(path, &st) == 0);
		assert_row(i, (st.st_mode & 07777) == modes[i]);
		assert_row(i, st.st_gid == getgid());
		/* Without a mode only root can. */
		assert_row(i, can_connect() ==
			(modes[i] != 0 || geteuid() == 0));
		listen_close(&listener);
		assert_row(i, !exists());
	}
	listen_close(&listener);
}

/* What cannot be made as configured is not left behind. */
static void
unknown_group(void **state)
{
	(void)state;
	common.socket_group = "no-such-group";
	assert_int_equal(ERR_IO, listen_at(address));
	assert_string_equal(why, "no-such-group: no such group");
	assert_int_equal(listener.fd, -1);
	assert_false(exists());
}

/* ---- what is there already ---------------------------------------------- */

static void
stale_socket(void **state)
{
	(void)state;
	close(bound(SOCK_STREAM));
	assert_false(can_connect());
	assert_int_equal(0, listen_at(address));
	assert_true(can_connect());
}

static void
live_socket(void **state)
{
	struct listener first;

	(void)state;
	assert_int_equal(0, listen_at(address));
	first = listener;
	assert_int_equal(ERR_IO, listen_at(address));
	assert_non_null(strstr(why, "another process is listening there"));
	assert_true(can_connect());
	listen_close(&first);
	assert_false(exists());
}

/* Nobody can connect to it, but it is somebody's. */
static void
other_sockets(void **state)
{
	static const int types[] = { SOCK_DGRAM, SOCK_SEQPACKET };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		int fd = bound(types[i]);

		listen(fd, 1);
		assert_row(i, listen_at(address) == ERR_IO);
		assert_row(i, exists());
		close(fd);
		unlink(path);
	}
}

static void
other_files(void **state)
{
	(void)state;
	write_file(path, STR("precious"), 0600);
	assert_int_equal(ERR_IO, listen_at(address));
	assert_non_null(strstr(why, "not a socket"));
	assert_true(exists());
	unlink(path);
	assert_int_equal(0, symlink("/nonexistent", path));
	assert_int_equal(ERR_IO, listen_at(address));
	assert_true(exists());
	unlink(path);
	assert_int_equal(0, mkdir(path, 0700));
	assert_int_equal(ERR_IO, listen_at(address));
	assert_int_equal(0, rmdir(path));
}

static int
as_nobody(void *arg)
{
	(void)arg;
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 2;
	return listen_at(address) == ERR_IO && exists() ? 0 : 1;
}

/* That we may not connect does not say that nobody listens. */
static void
live_socket_of_another_user(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	common.socket_mode = 0600;
	assert_int_equal(0, listen_at(address));
	assert_int_equal(0, chmod(dir, 0777));
	assert_int_equal(0, in_child(as_nobody, NULL, 10));
	assert_true(can_connect());
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forms),
		TEST(long_paths),
		TEST(inet_port_in_use),
		TEST(mode_and_group),
		TEST(unknown_group),
		TEST(stale_socket),
		TEST(live_socket),
		TEST(other_sockets),
		TEST(other_files),
		TEST(live_socket_of_another_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The service manager is a datagram socket of our own. */
#include "unit/base/check.h"

#include "os/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static char dir[] = "/tmp/mailvet-notify-XXXXXX";
static struct sockaddr_un manager = { .sun_family = AF_UNIX };
static int fd;

static int
setup(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(manager.sun_path, sizeof(manager.sun_path), "%s/s", dir);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setenv("NOTIFY_SOCKET", manager.sun_path, 1);
	return bind(fd, (const struct sockaddr *)&manager, sizeof(manager));
}

static int
teardown(void **state)
{
	(void)state;
	close(fd);
	unlink(manager.sun_path);
	unsetenv("NOTIFY_SOCKET");
	return rmdir(dir);
}

/* What the manager was told last; "" for nothing. */
static const char *
told(void)
{
	static char text[4096];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
states(void **state)
{
	struct timespec now;
	long long us;

	(void)state;
	notify_ready();
	assert_string_equal(told(), "READY=1");
	notify_stopping();
	assert_string_equal(told(), "STOPPING=1");
	notify_reloading();
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_int_equal(1, sscanf(told(), "RELOADING=1\nMONOTONIC_USEC=%lld",
		&us));
	assert_in_range((long long)now.tv_sec * 1000000 +
		now.tv_nsec / 1000 - us, 0, 5000000);
	assert_string_equal(told(), "");
}

static void
status(void **state)
{
	char big[3000];

	(void)state;
	notify_status("%d of %s", 3, "4%");
	assert_string_equal(told(), "STATUS=3 of 4%");
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	notify_status("%s", big);
	assert_in_range(strlen(told()), 1000, 1100);
}

/* Nobody there, or nobody listening: nothing happens. */
static void
without_manager(void **state)
{
	(void)state;
	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	notify_ready();
	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	notify_reloading();
	notify_status("x");
	notify_stopping();
	assert_string_equal(told(), "");
}

/* ---- sockets that are handed over --------------------------------------- */

struct handed {
	const char *count; /* $LISTEN_FDS */
	bool other;	   /* for another process */
	int open;	   /* from 3 on */
	int err, fd;
};

static const struct handed rows[] = {
	{ NULL, false, 1, 0, -1 },
	{ "0", false, 1, ERR_IO, -1 },
	{ "1", false, 1, 0, 3 },
	{ "1", true, 1, 0, -1 },
	{ "2", false, 2, ERR_SYNTAX, -1 },
	{ "3", false, 3, ERR_SYNTAX, -1 },
	{ "1", false, 0, ERR_IO, -1 },
	{ "x", false, 1, ERR_IO, -1 },
	{ "-1", false, 1, ERR_IO, -1 },
};

static int
in_place(void *arg)
{
	const struct handed *row = arg;
	char pid[32];
	int got = -2, err;

	snprintf(pid, sizeof(pid), "%d", (int)getpid() + row->other);
	setenv("LISTEN_PID", pid, 1);
	if (row->count != NULL)
		setenv("LISTEN_FDS", row->count, 1);
	for (int i = 3; i < 10; i++)
		close(i);
	for (int i = 0; i < row->open; i++)
		if (socket(AF_UNIX, SOCK_STREAM, 0) != 3 + i)
			return 1;
	err = notify_listen_fd(&got);
	if (err != row->err || got != row->fd)
		return 2;
	/* And again, on a reload. */
	return notify_listen_fd(&got) == row->err && got == row->fd ? 0 : 3;
}

static void
listen_fds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(i, in_child(in_place, (void *)&rows[i], 10) == 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(states),
		TEST(status),
		TEST(without_manager),
		TEST(listen_fds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

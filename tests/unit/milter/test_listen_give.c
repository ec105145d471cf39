/* libmilter, in a process of its own, on a socket that we bound. */
#include "unit/base/check.h"

#include "milter/listen.h"

#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <sys/socket.h>
#include <sys/un.h>

static char path[] = "/tmp/mailvet-give-XXXXXX";
static struct sockaddr_un sun = { .sun_family = AF_UNIX };

/* The milter; never returns to the tests. */
static int
serve(int fd, int (*give)(int))
{
	struct smfiDesc description = { .xxfi_name = "test",
		.xxfi_version = SMFI_VERSION };

	alarm(20);
	if (smfi_register(description) != MI_SUCCESS || give(fd) != 0)
		return 1;
	return smfi_main();
}

/* Does a milter negotiate on the other end of the socket? */
static bool
negotiates(int fd)
{
	const uint32_t offer[] = { htonl(13), htonl(6), htonl(0x1ff),
		htonl(0x1fffff) };
	char packet[17], answer[5];

	/* length, 'O', version, actions, protocol */
	memcpy(packet, &offer[0], 4);
	packet[4] = 'O';
	memcpy(packet + 5, &offer[1], 12);
	return write(fd, packet, sizeof(packet)) == sizeof(packet) &&
		recv(fd, answer, 5, MSG_WAITALL) == 5 && answer[4] == 'O';
}

static void
answers_when_given_by(int (*give)(int))
{
	struct listener listener;
	char address[64], why[LISTEN_WHY_SIZE];
	const struct common common = { .socket_mode = 0600 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	snprintf(address, sizeof(address), "unix:%s", path);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	assert_int_equal(0, listen_bind(address, &common, &listener, why));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(serve(listener.fd, give));
	assert_int_equal(0, connect(fd, (struct sockaddr *)&sun, sizeof(sun)));
	assert_true(negotiates(fd));
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(0, access(path, F_OK));
	listen_close(&listener);
}

static void
by_either_way(void **state)
{
	(void)state;
	answers_when_given_by(listen_give);
}

static void
in_place(void **state)
{
	(void)state;
	answers_when_given_by(listen_give_in_place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_either_way),
		cmocka_unit_test(in_place),
	};
	int fd = mkstemp(path);

	close(fd);
	unlink(path);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

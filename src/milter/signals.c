#include "milter/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Signal handlers have no argument, so these are the process's. */
static atomic_bool reload_wanted, stop_wanted;
static int wake_fd = -1;

static void
wake(void)
{
	const uint64_t one = 1;
	int saved = errno;

	/* Full means that it is awake already. */
	if (write(wake_fd, &one, sizeof(one)) < 0)
		errno = saved;
	errno = saved;
}

static void
on_signal(int number)
{
	if (number == SIGHUP)
		reload_wanted = true;
	else
		stop_wanted = true;
	wake();
}

static void
on_interrupt(int number)
{
	(void)number;
}

/* how: SIG_BLOCK or SIG_UNBLOCK. */
static void
mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(how, &set, NULL);
}

void
signals_block(void)
{
	mask(SIG_BLOCK);
}

void
signals_unblock(void)
{
	mask(SIG_UNBLOCK);
}

static int
handle(int number, void (*handler)(int))
{
	/* Without SA_RESTART: to interrupt is the point. */
	const struct sigaction action = { .sa_handler = handler };

	return sigaction(number, &action, NULL);
}

/* In place of the C library's, for libmilter; see signals.h. */
int
sigwait(const sigset_t *set, int *number)
{
	(void)set;
	(void)number;
	for (;;)
		pause();
}

int
signals_init(void)
{
	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		return ERR_IO;
	if (handle(SIGHUP, on_signal) < 0 || handle(SIGTERM, on_signal) < 0 ||
		handle(SIGINT, on_signal) < 0 ||
		handle(signals_interrupt(), on_interrupt) < 0 ||
		handle(SIGPIPE, SIG_IGN) < 0)
		return ERR_IO;
	return 0;
}

enum signal_event
signals_wait(int timeout)
{
	struct pollfd pfd = { .fd = wake_fd, .events = POLLIN };
	uint64_t count;

	if (!reload_wanted && !stop_wanted)
		(void)poll(&pfd, 1, timeout);
	if (read(wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return SIGNAL_STOP;
	if (stop_wanted)
		return SIGNAL_STOP;
	return atomic_exchange(&reload_wanted, false) ? SIGNAL_RELOAD
						      : SIGNAL_NONE;
}

void
signals_stop(void)
{
	stop_wanted = true;
	wake();
}

int
signals_interrupt(void)
{
	return SIGUSR2;
}

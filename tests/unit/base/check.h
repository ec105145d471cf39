/* What the unit tests of several rooms share. */
#ifndef TESTS_UNIT_BASE_CHECK_H
#define TESTS_UNIT_BASE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Milliseconds for which a busy machine may leave a test alone.  No upper bound
 * on time is below; what would be too long has to be longer.
 */
enum { STALL = 8000 };

static inline void
assert_str(struct str got, const char *wanted)
{
	if (got.p == NULL || !str_eq(got, str_of(wanted)))
		fail_msg("got \"%.*s\", wanted \"%s\"", STR_ARG(got), wanted);
}

/* For rows of a table: which one failed. */
#define assert_row(row, condition) do {					\
		if (!(condition))					\
			fail_msg("row %zu: %s", (size_t)(row), #condition); \
	} while (0)

/* The file at path with that text and mode. */
static inline void
write_file(const char *path, struct str text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/*
 * Run fn(arg) in a process of its own, so that a crash, a hang (seconds) or
 * changed process state is only a failed test.  Returns the exit status that
 * fn returned; -signal when it was killed.
 */
static inline int
in_child(int (*fn)(void *), void *arg, unsigned seconds)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		signal(SIGALRM, SIG_DFL);
		alarm(seconds);
		_exit(fn(arg));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#endif

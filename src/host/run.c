#include "host/run.h"

#include "base/strbuf.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 4 << 20 };

/* What we write to the program and read from it; fd < 0: closed. */
struct talk {
	int in, out, err;
	struct str input; /* what is left of it */
	struct strbuf out_text, err_text;
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A descriptor of its own for each of 0, 1 and 2, then the program. */
static void
become(const char *const argv[], int pipes[3][2])
{
	if (dup2(pipes[0][0], 0) < 0 || dup2(pipes[1][1], 1) < 0 ||
		dup2(pipes[2][1], 2) < 0)
		_exit(126);
	for (int i = 0; i < 3; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], (char *const *)argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void
feed(struct talk *t)
{
	/* What poll said there is room for: more could block us both. */
	struct str piece = str_first(t->input, PIPE_BUF);
	ssize_t n = piece.n > 0 ? write(t->in, piece.p, piece.n) : 0;

	if (n > 0)
		t->input = str_from(t->input, (size_t)n);
	/* A program that does not want it all is no error. */
	if (t->input.n == 0 || (n < 0 && errno != EINTR))
		close_fd(&t->in);
}

static void
drain(int *fd, struct strbuf *into)
{
	char piece[8192];
	ssize_t n = read(*fd, piece, sizeof(piece));

	if (n > 0 && into->n + (size_t)n <= OUTPUT_MAX)
		sb_add(into, (struct str){ piece, (size_t)n });
	else if (n > 0)
		into->failed = true;
	else if (n == 0 || errno != EINTR)
		close_fd(fd);
}

static void
converse(struct talk *t)
{
	while (t->out >= 0 || t->err >= 0) {
		struct pollfd fds[] = { { t->in, POLLOUT, 0 },
			{ t->out, POLLIN, 0 }, { t->err, POLLIN, 0 } };

		if (poll(fds, 3, -1) < 0)
			continue;
		if (fds[0].revents != 0)
			feed(t);
		if (fds[1].revents != 0)
			drain(&t->out, &t->out_text);
		if (fds[2].revents != 0)
			drain(&t->err, &t->err_text);
	}
	close_fd(&t->in);
}

static int
exit_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* Three pipes, or none. */
static int
open_pipes(int pipes[3][2])
{
	for (int i = 0; i < 3; i++)
		if (pipe(pipes[i]) < 0) {
			while (--i >= 0) {
				close(pipes[i][0]);
				close(pipes[i][1]);
			}
			return ERR_IO;
		}
	return 0;
}

int
run(struct arena *arena, const char *const argv[], struct str input,
	struct run_result *ret)
{
	struct talk talk = { .input = input,
		.out_text = sb_new(arena),
		.err_text = sb_new(arena) };
	void (*pipe_handler)(int);
	int pipes[3][2];
	pid_t pid;

	fflush(NULL);
	if (open_pipes(pipes) < 0)
		return ERR_IO;
	pid = fork();
	if (pid == 0)
		become(argv, pipes);
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	talk.in = pipes[0][1];
	talk.out = pipes[1][0];
	talk.err = pipes[2][0];
	pipe_handler = signal(SIGPIPE, SIG_IGN);
	if (pid > 0)
		converse(&talk);
	close_fd(&talk.in);
	close_fd(&talk.out);
	close_fd(&talk.err);
	signal(SIGPIPE, pipe_handler);
	if (pid < 0)
		return ERR_IO;
	ret->status = exit_status(pid);
	ret->out = sb_done(&talk.out_text);
	ret->err = sb_done(&talk.err_text);
	return ret->out.p != NULL && ret->err.p != NULL ? 0 : ERR_LIMIT;
}

struct str
run_describe(struct arena *arena, const char *const argv[])
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; argv[i] != NULL; i++) {
		bool plain = argv[i][0] != '\0' &&
			strpbrk(argv[i], " \t\n'\"\\$`;&|<>()*?[]{}~#!") ==
				NULL;

		if (i > 0)
			sb_addc(&sb, ' ');
		if (plain) {
			sb_addz(&sb, argv[i]);
			continue;
		}
		sb_addc(&sb, '\'');
		for (const char *p = argv[i]; *p != '\0'; p++)
			if (*p == '\'')
				sb_addz(&sb, "'\\''");
			else
				sb_addc(&sb, *p);
		sb_addc(&sb, '\'');
	}
	return sb_done(&sb);
}

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "mcwire.h"

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* In the child: become the daemon. */
static void __attribute__((noreturn))
become(const struct daemon *d, const char *bindir, const char *dir)
{
	static const char *const pass[] = { "ASAN_OPTIONS", "TSAN_OPTIONS",
		"LSAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH" };
	char bin[PATH_MAX], conf[PATH_MAX], sock[PATH_MAX];
	const char *argv[24];
	size_t n = 0;
	int fd = open(d->errors, O_WRONLY | O_CREAT | O_APPEND, 0600);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
	snprintf(bin, sizeof(bin), "%s/mailvet-%s", bindir, d->name);
	snprintf(conf, sizeof(conf), "%s/mailvet.conf", dir);
	snprintf(sock, sizeof(sock), "unix:%s", d->socket);
	if (d->activated) {
		argv[n++] = "systemd-socket-activate";
		argv[n++] = "-l";
		argv[n++] = d->socket;
		/* it hands over no environment of its own accord */
		for (size_t i = 0; i < sizeof(pass) / sizeof(*pass); i++) {
			if (getenv(pass[i]) == NULL)
				continue;
			argv[n++] = "-E";
			argv[n++] = pass[i];
		}
	}
	argv[n++] = bin;
	argv[n++] = "-c";
	argv[n++] = conf;
	if (!d->activated) {
		argv[n++] = "--socket";
		argv[n++] = sock;
	}
	argv[n] = NULL;
	execvp(argv[0], (char *const *)argv);
	perror(argv[0]);
	_exit(127);
}

int
daemon_start(struct daemon *d, const char *bindir, const char *name,
    const char *dir, bool activate)
{
	*d = (struct daemon){ .activated = activate };
	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(d->socket, sizeof(d->socket), "%s/%s.sock", dir, name);
	snprintf(d->errors, sizeof(d->errors), "%s/%s.err", dir, name);
	d->pid = fork();
	if (d->pid == 0)
		become(d, bindir, dir);
	return d->pid < 0 ? -1 : 0;
}

bool
daemon_ready(struct daemon *d, int ms)
{
	for (; ms > 0; ms -= 20) {
		struct mcwire w;
		int status;

		if (mcwire_open(&w, d->socket, 1000) == 0) {
			mcwire_close(&w);
			return true;
		}
		if (waitpid(d->pid, &status, WNOHANG) == d->pid) {
			d->pid = 0;
			return false;
		}
		pause_ms(20);
	}
	return false;
}

void
daemon_term(const struct daemon *d)
{
	if (d->pid > 0)
		kill(d->pid, SIGTERM);
}

/* A file's text from an offset on; NULL when there is none. */
static char *
slurp(const char *path, off_t from)
{
	FILE *f = fopen(path, "re");
	char *buf = NULL;
	struct stat st;

	if (f == NULL)
		return NULL;
	if (fstat(fileno(f), &st) == 0 && st.st_size >= from)
		buf = malloc((size_t)(st.st_size - from) + 1);
	if (buf != NULL) {
		size_t n;

		(void)fseeko(f, from, SEEK_SET);
		n = fread(buf, 1, (size_t)(st.st_size - from), f);
		buf[n] = '\0';
	}
	fclose(f);
	return buf;
}

/* The first line of a sanitizer's report, if there is one. */
static bool
reported(const struct daemon *d, char *why, size_t size)
{
	static const char *const sign[] = { "Sanitizer", "runtime error:" };
	char *text = slurp(d->errors, 0);
	bool found = false;

	for (size_t i = 0; text != NULL && i < 2 && !found; i++) {
		const char *p = strstr(text, sign[i]);

		if (p == NULL)
			continue;
		while (p > text && p[-1] != '\n')
			p--;
		snprintf(why, size, "mailvet-%s: %.*s", d->name,
		    (int)strcspn(p, "\n"), p);
		found = true;
	}
	free(text);
	return found;
}

static bool
ended_well(const struct daemon *d, int status, char *why, size_t size)
{
	if (reported(d, why, size))
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFSIGNALED(status))
		snprintf(why, size, "mailvet-%s: killed by signal %d",
		    d->name, WTERMSIG(status));
	else
		snprintf(why, size, "mailvet-%s: exit status %d", d->name,
		    WEXITSTATUS(status));
	return false;
}

bool
daemon_wait(struct daemon *d, int ms, char *why, size_t size)
{
	int status = 0;

	if (d->pid <= 0) {
		if (!reported(d, why, size))
			snprintf(why, size, "mailvet-%s: was not there",
			    d->name);
		return false;
	}
	for (; ms > 0; ms -= 20) {
		if (waitpid(d->pid, &status, WNOHANG) == d->pid) {
			d->pid = 0;
			return ended_well(d, status, why, size);
		}
		pause_ms(20);
	}
	kill(d->pid, SIGKILL);
	waitpid(d->pid, &status, 0);
	d->pid = 0;
	snprintf(why, size, "mailvet-%s: does not stop", d->name);
	return false;
}

/* A number out of /proc/PID/status. */
static long
proc_kb(pid_t pid, const char *key)
{
	char path[64], line[128];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	while (kb < 0 && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			kb = strtol(line + strlen(key), NULL, 10);
	fclose(f);
	return kb;
}

static bool
sanitized(pid_t pid)
{
	char path[64], line[512];
	bool yes = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (!yes && fgets(line, sizeof(line), f) != NULL)
		yes = strstr(line, "libasan") != NULL
		    || strstr(line, "libtsan") != NULL;
	fclose(f);
	return yes;
}

void
daemon_mark(struct daemon *d)
{
	struct stat st;
	char path[64];
	FILE *f;

	d->mark = stat(d->errors, &st) == 0 ? st.st_size : 0;
	d->rss_kb = proc_kb(d->pid, "VmRSS:");
	snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)d->pid);
	f = fopen(path, "we");
	if (f != NULL) {
		fputs("5", f);	/* resets VmHWM */
		fclose(f);
	}
}

long
daemon_growth(const struct daemon *d)
{
	long kb = proc_kb(d->pid, "VmHWM:") - d->rss_kb;

	/* red zones, quarantine and shadow: a generous factor */
	return sanitized(d->pid) ? kb / 8 : kb;
}

static bool
has_words(const char *line, const char *words)
{
	char *copy = strdup(words), *save = NULL;
	bool ok = copy != NULL;

	for (char *w = ok ? strtok_r(copy, " ", &save) : NULL; w != NULL && ok;
	    w = strtok_r(NULL, " ", &save))
		ok = strstr(line, w) != NULL;
	free(copy);
	return ok;
}

bool
daemon_logged(const struct daemon *d, const char *qid, const char *words)
{
	char *text = slurp(d->errors, d->mark), *save = NULL;
	bool found = false;

	if (text == NULL)
		return false;
	for (char *l = strtok_r(text, "\n", &save); l != NULL && !found;
	    l = strtok_r(NULL, "\n", &save))
		found = (qid == NULL || strstr(l, qid) != NULL)
		    && has_words(l, words);
	free(text);
	return found;
}

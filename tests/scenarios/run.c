/*
 * scenario [-b BINDIR] [-m MODE] [-j JOBS] [-a] [-k] FILE...
 *
 * Plays scenario files (the language: README.md) against the daemons in
 * BINDIR (build/bin) and prints TAP.  -m: one mode only; -a: sockets by
 * way of systemd-socket-activate; -k: keep the working directories.
 *
 * Each file in each of its modes is a process of its own, JOBS at once,
 * because most of the time goes into waiting for daemons to stop.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/scn.h"

enum { MAX_SECONDS = 600, MODES = 8 };

struct job {
	struct scnfile *file;
	char *mode;
	FILE *out;
	pid_t pid;
};

static struct scnopts opts = { .bindir = "build/bin", .jobs = 8 };

static bool
is_mode(const char *mode)
{
	return opts.mode == NULL || strcmp(opts.mode, mode) == 0;
}

/* A job for each mode of the file. */
static size_t
add_jobs(struct job *job, struct scnfile *f, size_t room)
{
	char *modes = scnenv_modes(f), *rest = modes, *m;
	size_t n = 0;

	while (n < room && (m = scn_word(&rest)) != NULL)
		if (is_mode(m))
			job[n++] = (struct job){ .file = f,
				.mode = strdup(m) };
	free(modes);
	return n;
}

static void
start(struct job *j)
{
	j->out = tmpfile();
	if (j->out == NULL) {
		perror("tmpfile");
		exit(EXIT_FAILURE);
	}
	fflush(stdout);
	j->pid = fork();
	if (j->pid != 0)
		return;
	alarm(MAX_SECONDS);
	scn_run_file(j->file, j->mode, &opts, j->out);
	fflush(j->out);
	_exit(0);
}

/* Pass on what a job wrote, counting; a job that died failed. */
static void
report(struct job *j, int status, unsigned count[2])
{
	char line[4096];

	rewind(j->out);
	while (fgets(line, sizeof(line), j->out) != NULL) {
		if (strncmp(line, "ok - ", 5) == 0)
			count[0]++;
		if (strncmp(line, "not ok - ", 9) == 0)
			count[1]++;
		fputs(line, stdout);
	}
	fclose(j->out);
	if (status == 0)
		return;
	count[1]++;
	printf("not ok - %s [%s]: the runner died (%#x)\n", j->file->path,
	    j->mode, status);
}

static void
run_jobs(struct job *job, size_t n, unsigned count[2])
{
	size_t next = 0, running = 0;

	while (next < n || running > 0) {
		int status;
		pid_t pid;

		while (next < n && running < opts.jobs) {
			start(&job[next++]);
			running++;
		}
		pid = wait(&status);
		for (size_t i = 0; i < next; i++) {
			if (job[i].pid != pid)
				continue;
			report(&job[i], status, count);
			running--;
		}
	}
}

static int
usage(void)
{
	fputs("usage: scenario [-b BINDIR] [-m MODE] [-j JOBS] [-a] [-k] "
	    "FILE...\n", stderr);
	return 2;
}

static bool
take_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "ab:j:km:")) != -1) {
		if (c == 'a')
			opts.activate = true;
		else if (c == 'b')
			opts.bindir = optarg;
		else if (c == 'j')
			opts.jobs = (unsigned)atoi(optarg);
		else if (c == 'k')
			opts.keep = true;
		else if (c == 'm')
			opts.mode = optarg;
		else
			return false;
	}
	return opts.jobs > 0;
}

/* Read all files, run all jobs; false when a file is no good. */
static bool
run_files(char **path, size_t files, unsigned count[2])
{
	struct scnfile *file = calloc(files, sizeof(*file));
	struct job *job = calloc(files * MODES, sizeof(*job));
	size_t n = 0;
	bool ok = file != NULL && job != NULL;

	for (size_t i = 0; i < files && ok; i++) {
		ok = scnfile_read(&file[i], path[i]);
		n += add_jobs(job + n, &file[i], files * MODES - n);
	}
	if (ok)
		run_jobs(job, n, count);
	for (size_t i = 0; i < n; i++)
		free(job[i].mode);
	for (size_t i = 0; file != NULL && i < files; i++)
		scnfile_free(&file[i]);
	free(file);
	free(job);
	return ok;
}

int
main(int argc, char **argv)
{
	unsigned count[2] = { 0, 0 };

	if (!take_options(argc, argv) || optind == argc)
		return usage();
	/* keep a sanitizer's quarantine from looking like a leak */
	setenv("ASAN_OPTIONS", "quarantine_size_mb=16", 0);
	if (!run_files(argv + optind, (size_t)(argc - optind), count))
		return 2;
	printf("1..%u\n# %u passed, %u failed\n", count[0] + count[1],
	    count[0], count[1]);
	return count[1] > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

#include "unit/keys/command_test.h"

#include <stdlib.h>
#include <sys/wait.h>

char command_dir[64];
char command_out[COMMAND_OUT], command_err[COMMAND_OUT];

int
command_begin(void **state)
{
	(void)state;
	strcpy(command_dir, "/tmp/mailvet-cmd-XXXXXX");
	return mkdtemp(command_dir) == NULL;
}

int
command_end(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "rm -rf %s", command_dir);
	return system(line);
}

/* The text with "$D" filled in; free it. */
static char *
fill_in(const char *text)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);

	for (; *text != '\0'; text++) {
		if (strncmp(text, "$D", 2) == 0) {
			fputs(command_dir, f);
			text++;
		} else {
			fputc(*text, f);
		}
	}
	fclose(f);
	return out;
}

static void
path_of(const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", command_dir, name);
}

static void
write_file(const char *name, const char *text, const char *mode)
{
	char path[256], *filled = fill_in(text);
	FILE *f;

	path_of(name, path);
	f = fopen(path, mode);
	assert_non_null(f);
	fputs(filled, f);
	fclose(f);
	free(filled);
}

void
command_file(const char *name, const char *text)
{
	write_file(name, text, "w");
}

void
command_append(const char *name, const char *text)
{
	write_file(name, text, "a");
}

static void
read_file(const char *name, char buf[COMMAND_OUT])
{
	char path[256];
	FILE *f;
	size_t n;

	path_of(name, path);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(buf, 1, COMMAND_OUT - 1, f);
	buf[n] = '\0';
	fclose(f);
}

static void
redirect(const char *name, FILE *stream)
{
	char path[256];

	path_of(name, path);
	if (freopen(path, "w", stream) == NULL)
		_exit(99);
}

/* In the child. */
static void
run(command_fn *command, char *line)
{
	char *argv[32] = { NULL }, *save = NULL;
	int argc = 0, status;

	for (char *word = strtok_r(line, " ", &save);
		word != NULL && argc < 31; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	redirect("out", stdout);
	redirect("err", stderr);
	status = command(argc, argv);
	free(line);
	exit(status);
}

int
command_run(command_fn *command, const char *line)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run(command, fill_in(line));
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFEXITED(status));
	read_file("out", command_out);
	read_file("err", command_err);
	return WEXITSTATUS(status);
}

static void
assert_in(const char *text, const char *want)
{
	char *filled = fill_in(want);

	if (strstr(text, filled) == NULL)
		print_error("no \"%s\" in:\n%s%s", filled, command_out,
			command_err);
	assert_non_null(strstr(text, filled));
	free(filled);
}

void
assert_out(const char *text)
{
	assert_in(command_out, text);
}

void
assert_err(const char *text)
{
	assert_in(command_err, text);
}

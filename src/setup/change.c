#include "setup/change.h"

#include "base/strbuf.h"
#include "host/file.h"
#include "host/run.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void
change_fail(struct changes *changes, const char *what, const char *why)
{
	fprintf(stderr, "mailvet: %s: %s\n", what, why);
	if (changes->failed == NULL)
		changes->failed = what;
}

static const char *
why(int err)
{
	return err == ERR_IO ? strerror(errno) : err_text(err);
}

/* The difference, as diff has it; without diff, the name. */
static void
show(const struct changes *changes, const char *path, struct str text)
{
	const char *there = host_path(changes->host, path);
	const char *old = file_exists(there) ? there : "/dev/null";
	const char *const argv[] = { "diff", "-u", "--label", path, "--label",
		path, old, "-", NULL };
	struct run_result result;

	if (run(changes->host->arena, argv, text, &result) == 0 &&
		result.status == 1)
		printf("%.*s", STR_ARG(result.out));
	else
		printf("%s: new text\n", path);
}

/* What was there before the first change of ours. */
static int
keep(const struct changes *changes, const char *path, struct str old)
{
	struct strbuf sb = sb_new(changes->host->arena);
	struct stat st;

	sb_addz(&sb, path);
	sb_addz(&sb, CHANGE_BACKUP);
	if (sb.failed)
		return ERR_NOMEM;
	if (file_exists(sb_done(&sb).p))
		return 0;
	if (stat(path, &st) < 0)
		return ERR_IO;
	printf("%s: kept as it was in %s%s\n", path, path, CHANGE_BACKUP);
	return file_write(changes->host->arena, sb_done(&sb).p, old,
		st.st_mode & 0777);
}

static void
give(struct changes *changes, const char *path, struct str text, bool backup,
	mode_t mode)
{
	const char *there = host_path(changes->host, path);
	struct str old = { NULL, 0 };
	int err = 0;

	if (changes->failed != NULL)
		return;
	if (there == NULL || text.p == NULL) {
		change_fail(changes, path, err_text(ERR_NOMEM));
		return;
	}
	err = file_read(changes->host->arena, there, &old);
	if (err == 0 && str_eq(old, text))
		return;
	changes->count++;
	show(changes, path, text);
	if (changes->dry_run)
		return;
	if (err == 0 && backup)
		err = keep(changes, there, old);
	if (err == 0 || err == ERR_ABSENT)
		err = file_write(changes->host->arena, there, text, mode);
	if (err < 0)
		change_fail(changes, path, why(err));
}

void
change_file(struct changes *changes, const char *path, struct str text,
	mode_t mode)
{
	give(changes, path, text, false, mode);
}

void
change_file_with_backup(struct changes *changes, const char *path,
	struct str text, mode_t mode)
{
	give(changes, path, text, true, mode);
}

void
change_remove(struct changes *changes, const char *path)
{
	const char *there = host_path(changes->host, path);

	if (changes->failed != NULL || there == NULL || !file_exists(there))
		return;
	changes->count++;
	printf("remove %s\n", path);
	if (!changes->dry_run && unlink(there) < 0)
		change_fail(changes, path, strerror(errno));
}

void
change_run(struct changes *changes, const char *const argv[])
{
	struct arena *arena = changes->host->arena;
	struct str command;
	struct run_result result;
	int err;

	if (changes->failed != NULL)
		return;
	command = run_describe(arena, argv);
	changes->count++;
	printf("+ %.*s\n", STR_ARG(command));
	if (changes->dry_run)
		return;
	err = run(arena, argv, STR(""), &result);
	if (err < 0) {
		change_fail(changes, argv[0], why(err));
	} else if (result.status != 0) {
		fprintf(stderr, "%.*s%.*s", STR_ARG(result.out),
			STR_ARG(result.err));
		change_fail(changes, command.p != NULL ? command.p : argv[0],
			"failed");
	}
}

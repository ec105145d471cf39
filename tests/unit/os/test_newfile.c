#include "os/newfile.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64], path[128];

/* ---- stand-ins for libselinux: what was there when the label was set ---- */

static struct {
	int enabled;
	bool refuses;
	char looked_up[128];
	int mode;
	int before, after; /* entries in directory */
} policy;

static int
entries(void)
{
	DIR *dir = opendir(directory);
	int n = -2; /* . and .. */

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

int
is_selinux_enabled(void)
{
	return policy.enabled;
}

struct selabel_handle *
selabel_open(unsigned backend, const struct selinux_opt *opts, unsigned n)
{
	(void)backend, (void)opts, (void)n;
	return (struct selabel_handle *)&policy;
}

int
selabel_lookup(struct selabel_handle *handle, char **label, const char *file,
	int mode)
{
	(void)handle;
	snprintf(policy.looked_up, sizeof(policy.looked_up), "%s", file);
	policy.mode = mode;
	*label = strdup("system_u:object_r:mailvet_key_t:s0");
	return 0;
}

void
selabel_close(struct selabel_handle *handle)
{
	(void)handle;
}

int
setfscreatecon(const char *label)
{
	*(label != NULL ? &policy.before : &policy.after) = entries();
	return policy.refuses && label != NULL ? -1 : 0;
}

void
freecon(char *label)
{
	free(label);
}

/* ------------------------------------------------------------------------ */

static int
setup(void **state)
{
	(void)state;
	memset(&policy, 0, sizeof(policy));
	strcpy(directory, "/tmp/mailvet-new-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/file", directory);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	rmdir(path);
	return rmdir(directory); /* nothing else may be left in it */
}

static struct newfile
file(mode_t mode)
{
	return (struct newfile){ path, mode, (uid_t)-1, (gid_t)-1 };
}

static void
assert_content(const char *want)
{
	char buf[64];
	FILE *f = fopen(path, "r");
	size_t n = fread(buf, 1, sizeof(buf) - 1, f);

	buf[n] = '\0';
	fclose(f);
	assert_string_equal(want, buf);
}

static void
test_write(void **state)
{
	struct newfile f = file(0600);
	mode_t mask = umask(0777);
	struct stat st;

	(void)state;
	assert_int_equal(0, newfile_write(&f, STR("secret")));
	umask(mask);
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0600, st.st_mode & 07777);
	assert_int_equal(1, st.st_nlink);
	assert_content("secret");
}

static void
test_no_replacement(void **state)
{
	struct newfile f = file(0600);

	(void)state;
	assert_int_equal(0, newfile_write(&f, STR("first")));
	assert_int_equal(ERR_IO, newfile_write(&f, STR("second")));
	assert_int_equal(EEXIST, errno);
	assert_content("first");
}

static void
test_owner(void **state)
{
	struct newfile f = file(0640);
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	f.uid = 12345;
	f.gid = 23456;
	assert_int_equal(0, newfile_write(&f, STR("")));
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(12345, st.st_uid);
	assert_int_equal(23456, st.st_gid);
}

/* Made with the label of its own path, whatever it is called at first. */
static void
test_label(void **state)
{
	struct newfile f = file(0600);

	(void)state;
	policy.enabled = 1;
	assert_int_equal(0, newfile_write(&f, STR("x")));
	assert_string_equal(path, policy.looked_up);
	assert_int_equal(S_IFREG, policy.mode);
	assert_int_equal(0, policy.before);
	assert_int_equal(1, policy.after);
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, newfile_directory(&f));
	assert_int_equal(S_IFDIR, policy.mode);
	assert_int_equal(0, policy.before);
	assert_int_equal(1, policy.after);
}

/* No file is better than one with a wrong label. */
static void
test_label_refused(void **state)
{
	struct newfile f = file(0600);

	(void)state;
	policy.enabled = 1;
	policy.refuses = true;
	assert_int_equal(ERR_IO, newfile_write(&f, STR("x")));
	assert_int_equal(0, entries());
}

static void
test_nowhere(void **state)
{
	struct newfile f = file(0600);

	(void)state;
	f.path = "/no/such/directory/file";
	assert_int_equal(ERR_IO, newfile_write(&f, STR("x")));
	assert_int_equal(ENOENT, errno);
	assert_int_equal(ERR_IO, newfile_directory(&f));
}

static void
test_directory(void **state)
{
	struct newfile d = file(0750);
	struct stat st;

	(void)state;
	assert_int_equal(0, newfile_directory(&d));
	assert_int_equal(0, stat(path, &st));
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(0750, st.st_mode & 07777);
	/* One that is there stays as it is. */
	assert_int_equal(0, chmod(path, 0700));
	assert_int_equal(0, newfile_directory(&d));
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0700, st.st_mode & 07777);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_write, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_no_replacement, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(test_label, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_label_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nowhere, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_directory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

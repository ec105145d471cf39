#include "os/labels.h"

#include <selinux/label.h>
#include <selinux/selinux.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

int
labels_create_as(const char *path, mode_t mode)
{
	struct selabel_handle *handle;
	char *label = NULL;
	int err = 0;

	if (is_selinux_enabled() <= 0)
		return 0;
	handle = selabel_open(SELABEL_CTX_FILE, NULL, 0);
	if (handle == NULL)
		return 0;
	if (selabel_lookup(handle, &label, path, (int)mode) == 0 &&
		setfscreatecon(label) < 0)
		err = ERR_IO;
	freecon(label);
	selabel_close(handle);
	return err;
}

void
labels_reset(void)
{
	if (is_selinux_enabled() > 0 && setfscreatecon(NULL) < 0)
		return; /* the thread keeps a label that it was allowed */
}

bool
labels_enabled(void)
{
	return is_selinux_enabled() > 0;
}

bool
labels_enforcing(void)
{
	return labels_enabled() && security_getenforce() > 0;
}

bool
labels_is_known(const char *context)
{
	return security_check_context(context) == 0;
}

static enum labels_verdict
compare(struct selabel_handle *handle, const char *path,
	const char *policy_path, char **is, char **should)
{
	struct stat st;

	if (lstat(path, &st) < 0 || lgetfilecon(path, is) < 0)
		return LABELS_NO_FILE;
	if (selabel_lookup(handle, should, policy_path, (int)st.st_mode) < 0)
		return LABELS_NO_RULE;
	return selinux_file_context_cmp(*is, *should) == 0 ? LABELS_RIGHT
							   : LABELS_WRONG;
}

enum labels_verdict
labels_compare(const char *path, const char *policy_path, char **is,
	char **should)
{
	struct selabel_handle *handle = selabel_open(SELABEL_CTX_FILE, NULL, 0);
	enum labels_verdict verdict;

	*is = NULL;
	*should = NULL;
	if (handle == NULL)
		return LABELS_NO_RULE;
	verdict = compare(handle, path, policy_path, is, should);
	selabel_close(handle);
	return verdict;
}

bool
labels_may(const char *source, const char *target, const char *class,
	const char *permission)
{
	return selinux_check_access(source, target, class, permission, NULL) ==
		0;
}

#include "os/labels.h"

#include <selinux/label.h>
#include <selinux/selinux.h>
#include <stddef.h>

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

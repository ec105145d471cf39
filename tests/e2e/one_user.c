/*
 * Preloaded into sendmail where an ordinary user runs the demo: in a user
 * namespace made without privileges there are no groups to change to, and the
 * kernel refuses setgroups(2), which sendmail takes for fatal.  There it has
 * nothing to give up either.
 */
#include <grp.h>

int
setgroups(size_t size, const gid_t *list)
{
	(void)size;
	(void)list;
	return 0;
}

int
initgroups(const char *user, gid_t group)
{
	(void)user;
	(void)group;
	return 0;
}

/*
 * Keys and values out of INI files.
 */
#ifndef BASE_CONF_FILES_H
#define BASE_CONF_FILES_H

#include "base/conf.h"

/*
 * Takes one key with its whole value, in the order of the files, and before
 * those of a section the section alone (key is NULL); setting lives in the
 * arena.  file tells the files apart.  0 or ERR_NOMEM.
 */
typedef int conf_take(
	void *arg, unsigned file, const struct conf_setting *setting);

/* Where it is when nobody says. */
#define CONF_DEFAULT_PATH MAILVET_SYSCONFDIR "/mailvet/mailvet.conf"

/* path, or NULL when neither path nor path.d exists: all defaults then. */
const char *conf_find(const char *path);

/*
 * Read path, which may be missing if path.d exists, then path.d/ *.conf in the
 * order of their names.  What is no INI goes to errors, and the reading goes
 * on.  0; ERR_CONFIG when a file cannot be read; ERR_NOMEM.
 */
int conf_files_read(struct arena *arena, const char *path,
	struct conf_errors *errors, conf_take *take, void *arg) MUST_USE;

#endif

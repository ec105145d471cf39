/* A file with a seal key, for the time of a test program. */
#ifndef TESTS_UNIT_PIPELINE_KEY_H
#define TESTS_UNIT_PIPELINE_KEY_H

#include "unit/base/check.h"

static char key_path[] = "/tmp/mailvet-pipeline-XXXXXX";

static inline int
make_key(void **state)
{
	int fd = mkstemp(key_path);

	(void)state;
	return dprintf(fd, "0123456789abcdef0123456789abcdef") != 32 ||
		close(fd) < 0;
}

static inline int
remove_key(void **state)
{
	(void)state;
	return unlink(key_path);
}

#endif

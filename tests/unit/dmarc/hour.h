/* The hour of a test, and the name of its file. */
#ifndef TESTS_UNIT_DMARC_HOUR_H
#define TESTS_UNIT_DMARC_HOUR_H

#include <time.h>

/* It ends when the test says so, and not in its midst. */
static time_t hour_time = 1795564800;

/* This stands before that of the C library. */
time_t
time(time_t *ret)
{
	if (ret != NULL)
		*ret = hour_time;
	return hour_time;
}

static inline const char *
hour_file(void)
{
	static char name[32];

	strftime(name, sizeof(name), "%Y%m%d%H.jsonl", gmtime(&hour_time));
	return name;
}

#endif

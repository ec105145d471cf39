/*
 * What a filter tells of all its messages, every few seconds and at the end,
 * always from the same thread.  Texts belong to the arena that it is given.
 */
#ifndef FILTER_NEWS_H
#define FILTER_NEWS_H

#include "base/str.h"

struct news {
	struct str status;  /* for the status line; or empty */
	struct str warning; /* since the last time; or empty */
};

#endif

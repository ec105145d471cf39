/* An SMTP server that does as it is told, in a thread. */
#ifndef TESTS_UNIT_REPORT_SINK_H
#define TESTS_UNIT_REPORT_SINK_H

#include "base/str.h"

#include <pthread.h>

enum { SINK_MESSAGES = 32, SINK_SIZE = 65536 };

/* How the next connections go wrong. */
enum sink_mood {
	SINK_KIND,
	SINK_REFUSES_RCPT,  /* 550 */
	SINK_REFUSES_DATA,  /* 451 after the dot */
	SINK_HANGS_UP,	    /* before DATA */
	SINK_SAYS_NOTHING,  /* hangs up after the dot */
};

struct sink {
	int listener;
	unsigned port;
	pthread_t thread;
	enum sink_mood mood;
	int connections;
	int count; /* messages that came to their dot */
	char messages[SINK_MESSAGES][SINK_SIZE];
	char helo[256], from[256];
	char to[1024]; /* of the last; one a line */
};

void sink_start(struct sink *sink);
void sink_stop(struct sink *sink);

#endif

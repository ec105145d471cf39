/*
 * Handing one message to our MTA by SMTP.
 */
#ifndef REPORT_SMTP_H
#define REPORT_SMTP_H

#include "base/arena.h"
#include "base/str.h"

struct smtp_job {
	const char *host; /* name or address, IPv6 without brackets */
	unsigned port;
	struct str helo; /* our name */
	struct str from;
	const struct str *to; /* one at least; all are accepted or none */
	size_t to_count;
	struct str message; /* lines end with CRLF */
	/*
	 * Called once, when all of the message is on its way except the dot
	 * that makes it count.  A negative value gives the message up.
	 */
	int (*before_end)(void *arg);
	void *arg;
};

enum smtp_outcome {
	SMTP_TAKEN,
	SMTP_NOT_TAKEN, /* for sure */
	SMTP_NO_SERVER, /* likewise: nobody answers */
	SMTP_UNSURE,	/* the end was sent, and no reply came */
};

/*
 * Send it, within two minutes.  *words, in arena, is what the server or the
 * network said last.  0, ERR_NOMEM, ERR_LIBRARY.
 */
int smtp_send(struct arena *arena, const struct smtp_job *job,
	enum smtp_outcome *outcome, struct str *words) MUST_USE;

#endif

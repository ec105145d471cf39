/*
 * What a filter is.
 *
 * spf, dkim, dmarc and sign are filters.  A filter takes the events of a
 * message, fills its part of the message's results and says what to do.  It
 * sees neither libmilter nor a socket: the pipeline (pipeline.h) calls it.
 *
 * Events come in the order connect, helo, mail, rcpt, headers, body, end.
 * A filter names those that it needs, those whose reply it needs to give at
 * once, and the edits that it may ask for; the MTA is told, and the rest never
 * crosses the socket.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "base/conf.h"
#include "filter/common.h"
#include "filter/message.h"
#include "filter/news.h"

/* Bits for filter.events and filter.replies. */
enum event {
	EVENT_CONNECT = 1 << 0,
	EVENT_HELO = 1 << 1,
	EVENT_MAIL = 1 << 2,
	EVENT_RCPT = 1 << 3,
	EVENT_HEADERS = 1 << 4, /* the whole header, once, at its end */
	EVENT_BODY = 1 << 5,
	EVENT_END = 1 << 6, /* always delivered and replied to */
};

/* Bits for filter.edits. */
enum edit_right {
	EDIT_MAY_ADD = 1 << 0,
	EDIT_MAY_CHANGE = 1 << 1, /* change or remove fields */
	EDIT_MAY_QUARANTINE = 1 << 2,
};

enum verdict {
	VERDICT_CONTINUE, /* go on */
	VERDICT_SKIP,	  /* from headers, body: no more of the body */
	VERDICT_DONE,	  /* of a pipeline: no filter has anything to say */
	VERDICT_TEMPFAIL, /* message->reply, or a plain 451 */
	VERDICT_REJECT,	  /* message->reply, or a plain 550 */
};

enum direction {
	INBOUND,  /* strangers' mail: direction.h decides */
	OUTBOUND, /* authenticated submission and internal hosts */
};

struct needs { /* see above */
	unsigned events, replies, edits;
};

struct load;

struct filter {
	const char *name; /* as in the log, and of the section */
	enum direction direction;
	unsigned events, replies, edits;
	bool uses_dns;
	const struct conf_section *section; /* or NULL */

	/*
	 * Check the section and make what lives as long as the snapshot.
	 * Cleanups go to the arena, complaints to the errors.  May be NULL:
	 * *settings is then the section's struct.
	 */
	int (*load)(const struct load *load, const void **settings);

	/* What the settings change of the above; may be NULL. */
	void (*adapt)(const void *settings, struct needs *needs);

	/*
	 * A message began (MAIL FROM is known).  The session is made in
	 * message->arena; NULL: out of memory.
	 */
	void *(*begin)(struct message *message, const void *settings);

	/* Each may be NULL; mail comes when all filters have begun. */
	enum verdict (*mail)(void *session);
	/* To refuse is to refuse that recipient; address: no brackets. */
	enum verdict (*rcpt)(void *session, struct str address);
	enum verdict (*headers)(void *session);
	enum verdict (*body)(void *session, struct str chunk);
	enum verdict (*end)(void *session);

	/* What there is to tell of all messages; see news.h.  May be NULL. */
	int (*tell)(struct arena *arena, struct news *ret);
};

struct load { /* lives during the call */
	struct arena *arena;
	const struct conf *conf;
	const struct common *common;
	struct conf_errors *errors;
};

#endif

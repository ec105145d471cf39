/*
 * An MTA for one SMTP connection: a list of filters in order, asked the
 * way sendmail asks them.  Commands go to all filters in turn; at the end
 * of a message each filter gets header, body and end of message, and its
 * edits are applied before the next one sees the message.  A filter that
 * accepts is not asked again: for the connection when it did so at CONNECT
 * or HELO, else for the message.  Another verdict than continue ends it.
 */
#ifndef TESTS_FAKEMTA_H
#define TESTS_FAKEMTA_H

#include "fmsg.h"

enum { FM_FILTERS = 8 };

enum fm_stage {
	FM_NONE, FM_CONNECT, FM_HELO, FM_MAIL, FM_RCPT, FM_DATA, FM_HEADER,
	FM_EOH, FM_BODY, FM_EOM,
};

struct fm_filter {
	struct mclient *mc;
	const char *name;	/* for diagnostics; not a copy */
	enum fm_stage accepted;	/* where it accepted, or FM_NONE */
	bool gone;		/* for the rest of the connection */
};

/* What became of the message. */
struct fm_outcome {
	enum fm_stage stage;	/* where it was decided */
	int verdict;		/* SMFIR_ACCEPT: it goes through; < 0: mc_err */
	const char *filter;	/* that decided */
	char text[1024];	/* reply, or what went wrong */
	char quarantine[512];	/* reason, or "" */
	size_t edits;
};

struct fakemta {
	struct fm_filter filter[FM_FILTERS];
	size_t n;
	struct fm_outcome out;
};

struct fm_client {
	const char *host;
	char family;		/* SMFIA_* */
	uint16_t port;
	const char *addr;
};

const char *fm_stage_name(enum fm_stage s);

/* Add a filter: connect and negotiate; 0, or out tells what went wrong. */
int fm_attach(struct fakemta *fm, const char *name, const char *socket,
    const struct mc_offer *offer, int timeout_ms);

/* Define a macro for all filters. */
void fm_macro(struct fakemta *fm, const char *name, const char *value);

/* Each true while the message may go on; else out has the verdict. */
bool fm_connect(struct fakemta *fm, const struct fm_client *c);
bool fm_helo(struct fakemta *fm, const char *name);
bool fm_mail(struct fakemta *fm, const char *addr, const char *args);
/* A refused recipient leaves the message; if none is left, fm_abort. */
bool fm_rcpt(struct fakemta *fm, const char *addr, const char *args);
bool fm_data(struct fakemta *fm);

/*
 * Header, body and end of message.  With a stop earlier than FM_EOM every
 * filter gets the message up to and including that stage, and no verdict
 * is asked for: to be followed by fm_abort or fm_drop.
 */
bool fm_content(struct fakemta *fm, struct fmsg *m, enum fm_stage stop);

/* RSET. */
void fm_abort(struct fakemta *fm);

/* QUIT and close; with SMFIC_QUIT_NC keep the connections instead. */
void fm_quit(struct fakemta *fm);
void fm_quit_nc(struct fakemta *fm);

/* Close without a word. */
void fm_drop(struct fakemta *fm);

#endif

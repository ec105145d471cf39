/*
 * The pipeline: takes the events of one SMTP connection through the filters of
 * a program.
 *
 * It owns the lifetimes of connection and message, decides which filters see
 * what (direction.h), lets results in and out (trust/gate.h) and keeps a
 * verdict until the MTA can be told.  It knows no socket: milter/ drives it,
 * and so do `mailvet check` and the tests.
 *
 * Every event function may be called in any state; what makes no sense is
 * answered by VERDICT_CONTINUE.  Out of memory is VERDICT_TEMPFAIL, also as a
 * NULL pipeline.
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "pipeline/snapshot.h"

struct pipeline;

/* The bytes that a message may take: room for the largest header, and for its
 * parsing. */
enum { PIPELINE_MESSAGE_LIMIT = 6 * HEADERS_MAX_BYTES };

/* A connection begins.  Takes its own reference.  NULL: out of memory. */
struct pipeline *pipeline_new(struct snapshot *snapshot) MUST_USE;

/* It ends, an open message with it.  NULL is ok. */
void pipeline_free(struct pipeline *pipeline);

/* What the MTA tells at CONNECT; the views are copied. */
struct connect_facts {
	struct ipaddr client;
	struct str client_name;
	struct str daemon_name; /* {daemon_name} */
	struct str mta_name;	/* j */
};

/* What it tells at MAIL. */
struct mail_facts {
	struct str from;      /* the path, with or without angle brackets */
	struct str auth_user; /* {auth_authen} */
	struct str queue_id;  /* i; Postfix knows it later */
};

/*
 * VERDICT_DONE: no filter has anything to say on this connection (connect) or
 * message (mail); the MTA can be told to accept.
 */
enum verdict pipeline_connect(
	struct pipeline *pipeline, const struct connect_facts *facts);
enum verdict pipeline_helo(struct pipeline *pipeline, struct str helo);
enum verdict pipeline_mail(
	struct pipeline *pipeline, const struct mail_facts *facts);

/*
 * A recipient.  VERDICT_REJECT and VERDICT_TEMPFAIL are for it alone, unless
 * pipeline_kept says the same of the message.
 */
enum verdict pipeline_rcpt(struct pipeline *pipeline, struct str address);

/* Let a final verdict be the message's: it could not be told otherwise. */
enum verdict pipeline_refuse(struct pipeline *pipeline, enum verdict verdict);

/* The queue id, once it is known; harmless to repeat. */
void pipeline_queue_id(struct pipeline *pipeline, struct str queue_id);

/* One header field, as struct header has it. */
enum verdict pipeline_header(
	struct pipeline *pipeline, struct str name, struct str value);

/* The end of the header. */
enum verdict pipeline_headers(struct pipeline *pipeline);

/* VERDICT_SKIP: no filter needs more of the body. */
enum verdict pipeline_body(struct pipeline *pipeline, struct str chunk);

/*
 * The end of the message.  The edits of pipeline_message are to be applied
 * unless the verdict is VERDICT_REJECT or VERDICT_TEMPFAIL.
 */
enum verdict pipeline_end(struct pipeline *pipeline);

/* The message is over, by its end or by an abort.  Frees it. */
void pipeline_reset(struct pipeline *pipeline);

/* The open message, or NULL. */
struct message *pipeline_message(struct pipeline *pipeline);

/* Did the message count: was it for one of the filters? */
bool pipeline_is_wanted(const struct pipeline *pipeline);

/* A verdict that was kept because the MTA did not wait for a reply, or
 * VERDICT_CONTINUE. */
enum verdict pipeline_kept(const struct pipeline *pipeline);

/* The verdict of the first recipient that was refused, or VERDICT_CONTINUE. */
enum verdict pipeline_refusal(const struct pipeline *pipeline);

#endif

/*
 * The gate that results pass on their way in and out of a program.
 *
 * On the way in, Authentication-Results fields that could be taken for ours are
 * removed unless a neighbour milter sealed them; what a neighbour sealed is
 * believed.  An administrator can have those believed, too, that another
 * program of his writes in our name; all but the last milter then leave them
 * alone.  On the way out, results are published: sealed while more milters
 * follow, plain by the last.
 */
#ifndef TRUST_GATE_H
#define TRUST_GATE_H

#include "filter/message.h"
#include "mail/authres.h"
#include "trust/seal.h"

struct gate {
	const struct seal_key *key; /* NULL: nothing is sealed or believed */
	unsigned parts;		    /* AUTHRES_*: what this program fills */
	bool dnssec;		    /* tell the DNSSEC status of keys */
	bool trust_id; /* our authserv-id is enough, without a seal */
};

/* The program's results are the final ones: it has dmarc. */
bool gate_is_last(const struct gate *gate);

/*
 * Needs a complete header and the queue id.  Removals go to message->edits,
 * believed results to message->results.  ERR_NOMEM, ERR_LIBRARY.
 */
int gate_receive(const struct gate *gate, struct message *message) MUST_USE;

/*
 * Add the program's Authentication-Results field.  ERR_NOMEM, ERR_LIBRARY;
 * ERR_SYNTAX when a seal is due and the MTA told no queue id; ERR_ABSENT when
 * we have no authserv-id.
 */
int gate_publish(const struct gate *gate, struct message *message) MUST_USE;

#endif

/*
 * A connection and a message, as every filter of a program sees them.
 */
#ifndef FILTER_MESSAGE_H
#define FILTER_MESSAGE_H

#include "base/ipnet.h"
#include "dns/dns.h"
#include "filter/edits.h"
#include "mail/header.h"
#include "mail/reply.h"
#include "mail/results.h"

struct common;

/* One SMTP connection.  Views belong to its arena. */
struct connection {
	struct arena *arena;
	struct ipaddr client;	/* IP_NONE: not over the internet */
	struct str client_name; /* as the MTA found it, or "[192.0.2.1]" */
	struct str helo;	/* of the last HELO or EHLO */
	struct str daemon_name; /* {daemon_name}, which listener */
	struct str mta_name;	/* j */
};

/* One message on it. */
struct message {
	struct arena *arena;
	const struct connection *connection;
	const struct common *common;
	struct dns_scope dns;
	struct str authserv_id;
	struct str queue_id;  /* macro i; empty until the MTA tells */
	struct str mail_from; /* without the angle brackets; empty: null */
	struct str auth_user; /* {auth_authen}; empty: not authenticated */
	struct headers headers; /* complete from EVENT_HEADERS on */
	struct results results;
	struct edits edits; /* applied at the end, if the message lives */
	struct reply reply; /* with VERDICT_REJECT or VERDICT_TEMPFAIL */
	unsigned refused_recipients;
};

#endif

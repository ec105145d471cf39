/*
 * A backend over a resolver that may fall silent: it is noticed, and another
 * one takes its place.
 *
 * While questions are in flight and nothing comes back, the resolver is asked
 * what it can answer by itself.  If that is not answered either, it is beyond
 * help: the questions are put to a new one, and the old one is closed, or left
 * behind where closing it would never end.  So it is when it has lost a
 * question, for it would lose each that is like it.  Internal to src/dns.
 */
#ifndef DNS_WATCH_H
#define DNS_WATCH_H

#include "dns/line.h"

struct watch_limits {
	long tick;	   /* milliseconds between two looks */
	unsigned patience; /* looks that the first unanswered probe is given */
	long opening;	   /* milliseconds until a new one has to answer */
	long lost;	   /* until a question counts as lost inside it */
	unsigned left;	   /* resolvers that may be left behind */
};

extern const struct watch_limits watch_default_limits;

struct watch;

/* For dns_new, with the watch as its state. */
extern const struct dns_backend watch_backend;

/* With a first resolver that has answered.  On error maker is the caller's. */
int watch_new(const struct dns_engine *engine, void *maker,
	const struct watch_limits *limits, struct watch **ret) MUST_USE;

/* To whom dns_listen said. */
void watch_tell(const char *text, bool hopeless);

#endif

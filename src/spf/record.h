/*
 * SPF records (RFC 7208 sections 4.5, 4.6, 5, 6): selection and grammar.
 *
 * The grammar is taken strictly, for the whole record: a syntax error anywhere
 * is a permerror, whatever stands before it.
 */
#ifndef SPF_RECORD_H
#define SPF_RECORD_H

#include "base/ipnet.h"
#include "base/str.h"

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_UNKNOWN, /* a modifier to be ignored */
};

struct spf_term {
	enum spf_kind kind;
	char qualifier;	    /* + - ~ ?; + when none is written */
	struct str text;    /* the whole term, as written */
	struct str domain;  /* the domain-spec; empty: none is written */
	unsigned prefix4;   /* a, mx: bits; 32 when none are written */
	unsigned prefix6;   /* a, mx: bits; 128 when none are written */
	struct ipnet net;   /* ip4, ip6; an ip6 one is never IP_V4 */
};

/* A record that is being read. */
struct spf_reader {
	struct str rest;
	bool has_redirect;
	bool has_exp;
	const char *error; /* after ERR_SYNTAX: what is wrong; static */
};

/* Is this TXT record an SPF record ("v=spf1", then a space or the end)? */
bool spf_record_is(struct str txt) MUST_USE;

/* record must be one (spf_record_is). */
struct spf_reader spf_record_open(struct str record);

/*
 * The next term.  1: *ret is filled, with views into the record.  0: the end.
 * ERR_SYNTAX: reader->error tells why, and ret->text is the term at fault.
 */
int spf_record_next(struct spf_reader *reader, struct spf_term *ret) MUST_USE
	NONNULL;

/* Does evaluating a term of this kind ask the DNS (section 4.6.4)? */
bool spf_kind_asks(enum spf_kind kind);

#endif

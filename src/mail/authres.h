/*
 * The Authentication-Results field (RFC 8601).
 */
#ifndef MAIL_AUTHRES_H
#define MAIL_AUTHRES_H

#include "mail/header.h"
#include "mail/results.h"

#define AUTHRES_NAME STR("Authentication-Results")

struct authres_prop {
	struct str ptype; /* "smtp", "header", "policy", ... */
	struct str name;
	struct str value; /* unquoted */
};

struct authres_method {
	struct str method; /* without its version */
	struct str result;
	struct str reason; /* or empty */
	struct authres_prop *props;
	size_t prop_count;
};

struct authres {
	struct str authserv_id;
	struct authres_method *methods; /* none: "none" was said */
	size_t count;
};

enum { AUTHRES_MAX = 100 /* methods, and properties of a method */ };

/*
 * Parse a value, strictly by section 2.2.  ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM.
 * Text that had to be unquoted is in arena, the rest are views into value.
 */
int authres_parse(
	struct arena *arena, struct str value, struct authres *ret) MUST_USE;

/* May the text stand as an authserv-id without quotes? */
bool authres_is_id(struct str text);

/*
 * Could somebody take this field for one of authserv-id id?  Generous, to
 * remove forgeries: the id anywhere before the first semicolon that is not in a
 * comment or a string counts, in any case, quoted, escaped, with a version or a
 * trailing dot; and when that place cannot be found, anywhere at all.
 */
bool authres_claims(struct str value, struct str id);

/* Is the id a word anywhere in the text?  Case and backslashes are ignored. */
bool authres_mentions(struct str text, struct str id);

/*
 * Which parts of the results go into a field.
 */
enum authres_part {
	AUTHRES_SPF = 1 << 0,
	AUTHRES_DKIM = 1 << 1,
	AUTHRES_DMARC = 1 << 2,
	/* Also what only a neighbour milter reads: for sealed fields. */
	AUTHRES_DETAIL = 1 << 3,
	/* Whether DNSSEC secured a key: dns.sec (as in RFC 8904). */
	AUTHRES_DNSSEC = 1 << 4,
};

/*
 * The value of a field of ours: "id; spf=pass ...; dkim=..." for the parts
 * that are known; "id; none" if none is.  The fold is left open for a seal.
 */
struct fold authres_write(struct arena *arena, struct str id,
	const struct results *results, unsigned parts);

/*
 * The inverse: fill the parts (of those asked for) that the field reports and
 * that are not known yet.  Other methods are passed over.  ERR_SYNTAX for
 * results that we would not have written, ERR_NOMEM; then nothing is filled.
 */
int authres_read(struct arena *arena, const struct authres *field,
	unsigned parts, struct results *results) MUST_USE;

#endif

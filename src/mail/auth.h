/*
 * The words for an outcome of SPF, DKIM and DMARC.
 */
#ifndef MAIL_AUTH_H
#define MAIL_AUTH_H

#include "base/err.h"
#include "base/str.h"

/* RFC 8601 section 2.7: one set of words for all methods. */
enum auth_result {
	AUTH_NONE,
	AUTH_PASS,
	AUTH_FAIL,
	AUTH_SOFTFAIL, /* SPF only */
	AUTH_NEUTRAL,
	AUTH_POLICY, /* DKIM only: good, but not good enough for us */
	AUTH_TEMPERROR,
	AUTH_PERMERROR,
};

/* "pass", "fail", ...; static. */
const char *auth_result_text(enum auth_result result);

/* The inverse, case ignored; "hardfail" is not one. */
bool auth_result_parse(struct str text, enum auth_result *ret) MUST_USE;

#endif

/*
 * What becomes of a message by its signatures alone.
 */
#ifndef DKIM_ACTION_H
#define DKIM_ACTION_H

#include "dkim/conf.h"
#include "mail/reply.h"
#include "mail/results.h"

/*
 * The one result that the signatures add up to, the best: pass, temperror,
 * policy, fail, permerror; none without a signature.  Those that were not
 * tried do not count, nor do those by a key under test that do not pass (RFC
 * 6376 section 3.6.1: as if not there).
 */
enum auth_result action_result(const struct dkim_results *results);

/*
 * The action for that result, and the reply (RFC 7372) with it unless it is
 * DKIM_ACCEPT.  reply->text is static.
 */
enum dkim_action action_for(const struct dkim_conf *conf,
	enum auth_result result, struct reply *ret_reply);

#endif

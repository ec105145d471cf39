/*
 * Whose mail is it?
 *
 * Strangers' mail is checked; mail from internal hosts and from authenticated
 * users is signed.  The filters stand in the MTA's one list and choose by
 * themselves, so nobody's DAEMON_OPTIONS need editing.
 */
#ifndef PIPELINE_DIRECTION_H
#define PIPELINE_DIRECTION_H

#include "filter/filter.h"

/*
 * Can mail on this connection be for a filter of that direction?  Known at
 * CONNECT.  OUTBOUND: from an internal host, or on one of submission-daemons,
 * where the client may still authenticate.  INBOUND: not from an internal host.
 */
bool direction_may_want(enum direction direction, const struct common *common,
	const struct connection *connection);

/*
 * Is this message for it?  Known at MAIL.  OUTBOUND: from an internal host or
 * authenticated.  INBOUND: neither.
 */
bool direction_wants(enum direction direction, const struct message *message);

#endif

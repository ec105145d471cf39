#include "pipeline/direction.h"

static bool
is_internal(const struct common *common, const struct connection *connection)
{
	return ipnet_list_contains(&common->internal_hosts,
		&connection->client);
}

/* May a client authenticate here? */
static bool
is_submission(const struct common *common, const struct connection *connection)
{
	const struct conf_list *daemons = &common->submission_daemons;

	for (size_t i = 0; i < daemons->count; i++)
		if (str_eq(daemons->items[i], STR("*")) ||
			str_ieq(daemons->items[i], connection->daemon_name))
			return true;
	return false;
}

bool
direction_may_want(enum direction direction, const struct common *common,
	const struct connection *connection)
{
	bool internal = is_internal(common, connection);

	if (direction == INBOUND)
		return !internal;
	return internal || is_submission(common, connection);
}

bool
direction_wants(enum direction direction, const struct message *message)
{
	bool ours = message->auth_user.n > 0 ||
		is_internal(message->common, message->connection);

	return direction == INBOUND ? !ours : ours;
}

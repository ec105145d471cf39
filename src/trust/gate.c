#include "trust/gate.h"

#define RECEIVED_SPF STR("Received-SPF")

bool
gate_is_last(const struct gate *gate)
{
	return gate->parts & AUTHRES_DMARC;
}

/* What a neighbour may tell us: all that we do not find out ourselves. */
static unsigned
believable(const struct gate *gate)
{
	return (AUTHRES_SPF | AUTHRES_DKIM) & ~gate->parts;
}

/* Take a field's results over.  One that is not of our making although the
 * seal is valid (another version's?) is as good as none. */
static int
believe(const struct gate *gate, struct message *message, struct str value)
{
	struct authres parsed;
	int err = authres_parse(message->arena, value, &parsed);

	if (err == 0 && str_ieq(parsed.authserv_id, message->authserv_id))
		err = authres_read(message->arena, &parsed, believable(gate),
			&message->results);
	return err == ERR_NOMEM ? ERR_NOMEM : 0;
}

/* A field of Authentication-Results that claims to be ours. */
static int
receive_field(const struct gate *gate, struct message *message,
	const struct header *field)
{
	struct str bare = { NULL, 0 };
	int err = 0;

	if (gate->key != NULL)
		err = seal_check(message->arena, gate->key,
			message->queue_id, field, &bare);
	if (bare.p == NULL && gate->trust_id)
		bare = field->value;
	if (err == 0 && bare.p != NULL)
		err = believe(gate, message, bare);
	if (bare.p == NULL || gate_is_last(gate))
		edits_remove(&message->edits, message->arena, field);
	return err;
}

/*
 * A Received-SPF that names us as the receiver, on the way into the program
 * that will write the true one (RFC 7208 section 9.1: receiver=).
 */
static bool
is_forged_spf(const struct gate *gate, const struct message *message,
	const struct header *field)
{
	return (gate->parts & AUTHRES_SPF) &&
		str_ieq(str_trim(field->name), RECEIVED_SPF) &&
		authres_mentions(field->value, message->authserv_id);
}

int
gate_receive(const struct gate *gate, struct message *message)
{
	const struct headers *headers = &message->headers;
	int err = 0;

	for (size_t i = 0; i < headers->count && err == 0; i++) {
		const struct header *field = &headers->fields[i];

		if (is_forged_spf(gate, message, field))
			edits_remove(&message->edits, message->arena, field);
		else if (str_ieq(str_trim(field->name), AUTHRES_NAME) &&
			authres_claims(field->value, message->authserv_id))
			err = receive_field(gate, message, field);
	}
	return message->edits.failed ? ERR_NOMEM : err;
}

int
gate_publish(const struct gate *gate, struct message *message)
{
	unsigned parts = gate->parts;
	struct fold fold;
	int err = 0;

	if (parts == 0)
		return 0;
	if (message->authserv_id.n == 0)
		return ERR_ABSENT;
	if (gate_is_last(gate))
		parts = AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DMARC;
	else
		parts |= AUTHRES_DETAIL;
	if (gate->dnssec)
		parts |= AUTHRES_DNSSEC;
	fold = authres_write(message->arena, message->authserv_id,
		&message->results, parts);
	if (!gate_is_last(gate) && gate->key != NULL)
		err = seal_add(gate->key, message->queue_id, AUTHRES_NAME,
			&fold);
	if (err < 0)
		return err;
	edits_add(&message->edits, message->arena, AUTHRES_NAME,
		fold_done(&fold));
	return message->edits.failed ? ERR_NOMEM : 0;
}

#include "fuzz/answers.h"

#include "dns/backend.h"

enum {
	RECORDS_MAX = 16,
	WIRE_MAX = 4096,
};

/* Strings of a TXT record, each of at most 255 bytes. */
static size_t
wire_txt(struct str text, uint8_t *out)
{
	size_t n = 0;

	do {
		struct str part = str_first(text, 255);

		out[n++] = (uint8_t)part.n;
		if (part.n > 0)
			memcpy(out + n, part.p, part.n);
		n += part.n;
		text = str_from(text, part.n);
	} while (text.n > 0);
	return n;
}

/* A name of labels as they come; long ones are cut. */
static size_t
wire_name(struct str text, uint8_t *out)
{
	size_t n = 0;

	text = str_first(text, 200);
	while (text.n > 0) {
		struct str label = str_first(str_cut(&text, '.'), 63);

		if (label.n == 0)
			continue;
		out[n++] = (uint8_t)label.n;
		memcpy(out + n, label.p, label.n);
		n += label.n;
	}
	out[n++] = 0;
	return n;
}

static size_t
wire_address(struct str text, size_t size, uint8_t *out)
{
	static const uint8_t client[16] = { 192, 0, 2, 1 };

	text = str_first(text, size);
	memcpy(out, client, size);
	if (text.n > 0)
		memcpy(out, text.p, text.n);
	return size;
}

static size_t
wire(enum dns_type type, struct str text, uint8_t *out)
{
	switch (type) {
	case DNS_TXT:
		return wire_txt(str_first(text, WIRE_MAX - 50), out);
	case DNS_A:
		return wire_address(text, 4, out);
	case DNS_AAAA:
		return wire_address(text, 16, out);
	case DNS_MX:
		out[0] = out[1] = 0;
		return 2 + wire_name(text, out + 2);
	default:
		return wire_name(text, out);
	}
}

static int
start(void *state, struct str name, enum dns_type type,
	struct dns_question *question)
{
	static uint8_t bytes[RECORDS_MAX][WIRE_MAX];
	struct answers *answers = state;
	struct str line = str_cut(&answers->rest, '\n');
	struct rdata rdata[RECORDS_MAX];
	struct dns_reply reply = { .status = DNS_NXDOMAIN, .ttl = 60,
		.rdata = rdata };
	char kind = line.n > 0 ? *line.p : '\0';

	must(name.n > 0 && name.n <= 253);
	line = str_from(line, 1);
	if (kind == 'F')
		reply.status = DNS_FAILURE;
	else if (kind == 'N')
		reply.status = DNS_NODATA;
	else if (kind != '\0')
		reply.status = DNS_FOUND;
	while (reply.status == DNS_FOUND && line.p != NULL &&
		reply.count < RECORDS_MAX) {
		uint8_t *out = bytes[reply.count];
		size_t n = wire(type, str_cut(&line, '|'), out);

		rdata[reply.count++] = (struct rdata){ out, n };
	}
	if (reply.count == 0 && reply.status == DNS_FOUND)
		reply.status = DNS_NODATA;
	dns_answered(question, &reply);
	return 0;
}

static void
finish(void *state)
{
	(void)state;
}

struct dns *
answers_open(struct answers *answers)
{
	static const struct dns_backend backend = { start, finish };
	const struct dns_limits limits = { 1000, 1 << 20, 1, 1000 };
	struct dns *dns;

	must(dns_new(&backend, answers, &limits, &dns) == 0);
	return dns;
}

#include "dns/rdata.h"

#include "dns/name.h"

/* One label in lower case; a dot in it would read as two labels. */
static bool
copy_label(const uint8_t *from, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++) {
		if (from[i] == '.')
			return false;
		to[i] = to_lower((char)from[i]);
	}
	return true;
}

int
rdata_name(struct rdata wire, char *out, struct str *ret)
{
	size_t at = 0, n = 0, label;

	for (; at < wire.n && wire.p[at] != 0; at += 1 + label) {
		label = wire.p[at];
		if (label > NAME_MAX_LABEL || label >= wire.n - at)
			return ERR_SYNTAX;
		if (n > 0)
			out[n++] = '.';
		if (n + label > NAME_MAX_BYTES ||
			!copy_label(wire.p + at + 1, label, out + n))
			return ERR_SYNTAX;
		n += label;
	}
	if (at + 1 != wire.n)
		return ERR_SYNTAX;
	*ret = (struct str){ out, n };
	return 0;
}

static int
decode_address(struct rdata wire, size_t size, char *out,
	struct dns_record *ret)
{
	if (wire.n != size)
		return ERR_SYNTAX;
	memcpy(out, wire.p, size);
	*ret = (struct dns_record){ .data = { out, size } };
	return 0;
}

static int
decode_ptr(struct rdata wire, char *out, struct dns_record *ret)
{
	struct dns_record record = { 0 };
	int rc = rdata_name(wire, out, &record.data);

	if (rc == 0)
		*ret = record;
	return rc;
}

static int
decode_mx(struct rdata wire, char *out, struct dns_record *ret)
{
	struct rdata name;
	int rc;

	if (wire.n < 2)
		return ERR_SYNTAX;
	name = (struct rdata){ wire.p + 2, wire.n - 2 };
	rc = decode_ptr(name, out, ret);
	if (rc == 0)
		ret->preference = (unsigned)(wire.p[0] << 8 | wire.p[1]);
	return rc;
}

static int
decode_txt(struct rdata wire, char *out, struct dns_record *ret)
{
	size_t at = 0, n = 0, length;
	unsigned strings = 0;

	for (; at < wire.n; at += 1 + length) {
		length = wire.p[at];
		if (length >= wire.n - at)
			return ERR_SYNTAX;
		memcpy(out + n, wire.p + at + 1, length);
		n += length;
		strings++;
	}
	if (strings == 0)
		return ERR_SYNTAX;
	*ret = (struct dns_record){ .data = { out, n }, .strings = strings };
	return 0;
}

int
rdata_decode(enum dns_type type, struct rdata wire, char *out,
	struct dns_record *ret)
{
	switch (type) {
	case DNS_A:
		return decode_address(wire, 4, out, ret);
	case DNS_AAAA:
		return decode_address(wire, 16, out, ret);
	case DNS_PTR:
		return decode_ptr(wire, out, ret);
	case DNS_MX:
		return decode_mx(wire, out, ret);
	case DNS_TXT:
		return decode_txt(wire, out, ret);
	}
	return ERR_SYNTAX;
}

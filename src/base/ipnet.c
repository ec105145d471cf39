#include "base/ipnet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static struct ipaddr
from_v6(const uint8_t bytes[16])
{
	struct ipaddr a = { .family = IP_V6 };

	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		a.family = IP_V4;
		memcpy(a.bytes, bytes + 12, 4);
	} else {
		memcpy(a.bytes, bytes, 16);
	}
	return a;
}

bool
ipaddr_parse(struct str text, struct ipaddr *ret)
{
	char buf[IP_TEXT_SIZE];
	uint8_t bytes[16];

	if (text.n == 0 || text.n >= sizeof(buf) ||
		memchr(text.p, '\0', text.n) != NULL)
		return false;
	memcpy(buf, text.p, text.n);
	buf[text.n] = '\0';
	if (inet_pton(AF_INET, buf, bytes) == 1) {
		*ret = (struct ipaddr){ .family = IP_V4 };
		memcpy(ret->bytes, bytes, 4);
		return true;
	}
	if (inet_pton(AF_INET6, buf, bytes) == 1) {
		*ret = from_v6(bytes);
		return true;
	}
	return false;
}

struct ipaddr
ipaddr_from_sockaddr(const struct sockaddr *sa)
{
	struct ipaddr a = { .family = IP_NONE };

	if (sa == NULL)
		return a;
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *sin = (const void *)sa;

		a.family = IP_V4;
		memcpy(a.bytes, &sin->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *sin6 = (const void *)sa;

		a = from_v6(sin6->sin6_addr.s6_addr);
	}
	return a;
}

const char *
ipaddr_text(const struct ipaddr *addr, char buf[IP_TEXT_SIZE])
{
	int af = addr->family == IP_V4 ? AF_INET : AF_INET6;

	if (addr->family == IP_NONE ||
		inet_ntop(af, addr->bytes, buf, IP_TEXT_SIZE) == NULL)
		snprintf(buf, IP_TEXT_SIZE, "-");
	return buf;
}

bool
ipaddr_eq(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->family == b->family &&
		memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
ipnet_parse(struct str text, struct ipnet *ret)
{
	struct str rest = text;
	struct str addr = str_cut(&rest, '/');
	struct ipnet net;
	unsigned long bits;
	bool mapped;

	if (!ipaddr_parse(addr, &net.addr))
		return false;
	mapped = net.addr.family == IP_V4 && str_index(addr, ':') < addr.n;
	bits = net.addr.family == IP_V4 && !mapped ? 32 : 128;
	if (rest.p != NULL && !str_to_ulong(rest, bits, &bits))
		return false;
	if (mapped && bits < 96)
		return false;
	net.prefix = (unsigned)(mapped ? bits - 96 : bits);
	*ret = net;
	return true;
}

bool
ipnet_contains(const struct ipnet *net, const struct ipaddr *addr)
{
	unsigned whole = net->prefix / 8;
	unsigned rest = net->prefix % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (addr->family == IP_NONE || net->addr.family != addr->family ||
		memcmp(net->addr.bytes, addr->bytes, whole) != 0)
		return false;
	return rest == 0 ||
		((net->addr.bytes[whole] ^ addr->bytes[whole]) & mask) == 0;
}

bool
ipnet_list_contains(const struct ipnet_list *list, const struct ipaddr *addr)
{
	for (size_t i = 0; i < list->count; i++)
		if (ipnet_contains(&list->nets[i], addr))
			return true;
	return false;
}

/*
 * Internet addresses and networks.
 *
 * An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is the IPv4 address: a
 * dual-stack MTA reports its IPv4 clients that way.
 */
#ifndef BASE_IPNET_H
#define BASE_IPNET_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

struct sockaddr;

enum ip_family {
	IP_NONE = 0, /* no address: a local client, or a test without one */
	IP_V4 = 4,
	IP_V6 = 6,
};

struct ipaddr {
	enum ip_family family;
	uint8_t bytes[16]; /* network order; IPv4 in the first four */
};

struct ipnet {
	struct ipaddr addr;
	unsigned prefix; /* bits */
};

struct ipnet_list {
	struct ipnet *nets;
	size_t count;
};

enum { IP_TEXT_SIZE = 46 };

/* The address in text ("192.0.2.1", "2001:db8::1"); false if it is none. */
bool ipaddr_parse(struct str text, struct ipaddr *ret) MUST_USE;

/* From a socket address; family is IP_NONE when it is not AF_INET/AF_INET6. */
struct ipaddr ipaddr_from_sockaddr(const struct sockaddr *sa);

/* Into buf, which it returns; "-" for IP_NONE. */
const char *ipaddr_text(const struct ipaddr *addr, char buf[IP_TEXT_SIZE]);

bool ipaddr_eq(const struct ipaddr *a, const struct ipaddr *b);

/* "192.0.2.0/24", "2001:db8::/32" or a single address. */
bool ipnet_parse(struct str text, struct ipnet *ret) MUST_USE;

bool ipnet_contains(const struct ipnet *net, const struct ipaddr *addr);
bool ipnet_list_contains(const struct ipnet_list *list,
	const struct ipaddr *addr);

#endif

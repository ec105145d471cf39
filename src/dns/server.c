#include "dns/server.h"

enum { DNS_PORT = 53, PORT_MAX = 65535 };

int
dns_server_parse(struct str text, struct dns_server *ret)
{
	struct str rest = text, host = str_cut(&rest, '@');
	struct dns_server server;
	unsigned long port = DNS_PORT;

	if (!ipaddr_parse(host, &server.addr))
		return ERR_SYNTAX;
	if (rest.p != NULL && (!str_to_ulong(rest, PORT_MAX, &port) ||
		port == 0))
		return ERR_SYNTAX;
	server.port = (unsigned)port;
	*ret = server;
	return 0;
}

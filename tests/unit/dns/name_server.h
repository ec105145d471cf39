/*
 * A name server for tests, on 127.0.0.1 with UDP and TCP, in a thread.
 */
#ifndef TESTS_NAME_SERVER_H
#define TESTS_NAME_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum behaviour {
	ANSWER = 1,
	ANSWER_BIG, /* the record's data, as 12 strings of 250 bytes */
	TRUNCATED,  /* likewise, but over UDP only the TC bit */
	TCP_ONLY,   /* the record, but over UDP only the TC bit */
	ANSWER_SIG, /* the record is an RRSIG */
	CNAME,	    /* for each type, the record is a CNAME */
	NODATA,
	SILENT,
	GARBAGE,  /* bytes that are no DNS message */
	WRONG_ID, /* an answer to another question */
	FORMERR = 0x100 + 1,
	SERVFAIL = 0x100 + 2,
	NXDOMAIN = 0x100 + 3,
	REFUSED = 0x100 + 5,
};

/* All that the server knows; several lines about one name are one answer. */
struct server_record {
	const char *name; /* lower case, each byte as it is; "*" for any */
	unsigned type;	  /* of the question; 5: of any */
	enum behaviour behaviour;
	uint32_t ttl;
	const char *data; /* as on the wire */
	size_t size;
};

struct server;

/* Start it on a port (0: any free one); the table ends with a NULL name. */
struct server *server_start(const struct server_record *table, unsigned port);
void server_stop(struct server *server);
unsigned server_port(const struct server *server);

/* While deaf it takes queries and says nothing. */
void server_set_deaf(struct server *server, bool deaf);

/* Milliseconds by which each answer is late, those that wait now as well. */
void server_set_delay(struct server *server, unsigned milliseconds);

/* Queries seen so far, over UDP and over TCP. */
unsigned server_udp_count(struct server *server);
unsigned server_tcp_count(struct server *server);

#endif

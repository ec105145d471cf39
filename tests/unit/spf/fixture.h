/* A zone as the DNS, and checks in it, for the tests of this room. */
#ifndef TESTS_UNIT_SPF_FIXTURE_H
#define TESTS_UNIT_SPF_FIXTURE_H

#include "unit/base/check.h"
#include "spf/terms.h"

#define TXT(name, text) name ". IN TXT \"" text "\"\n"
#define A(name, ip) name ". IN A " ip "\n"
#define AAAA(name, ip) name ". IN AAAA " ip "\n"
#define MX(name, host) name ". IN MX 10 " host ".\n"
#define PTR(name, host) name ". IN PTR " host ".\n"
#define FAULT(name) "; fault " name " SERVFAIL\n"

struct fixture {
	struct dns *dns;
	struct dns_scope scope;
};

static inline struct dns *
open_zone_text(const char *zone)
{
	char path[] = "/tmp/mailvet-zone-XXXXXX";
	int fd = mkstemp(path);
	unsigned line = 0;
	struct dns *dns;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, zone, strlen(zone)), strlen(zone));
	close(fd);
	if (dns_open_zone(path, &dns, &line) != 0)
		fail_msg("zone, line %u", line);
	unlink(path);
	return dns;
}

static inline void
fixture_open(struct fixture *f, const char *zone)
{
	f->dns = open_zone_text(zone);
	f->scope = (struct dns_scope){ .dns = f->dns, .arena = arena_new(0),
		.budget = 1000 };
	assert_non_null(f->scope.arena);
}

static inline void
fixture_close(struct fixture *f)
{
	arena_free(f->scope.arena);
	dns_close(f->dns);
}

static inline struct ipaddr
ip(const char *text)
{
	struct ipaddr addr = { .family = IP_NONE };

	if (text != NULL)
		assert_true(ipaddr_parse(str_of(text), &addr));
	return addr;
}

/* MAIL FROM from there, with all that is asked for explained. */
static inline struct spf_answer
check_from(struct fixture *f, const char *client, const char *from)
{
	const struct spf_query query = { .client = ip(client), .explain = true,
		.sender = str_of(from) };
	struct spf_answer answer;

	assert_int_equal(spf_check_host(&f->scope, &query, &answer), 0);
	return answer;
}

/* An evaluation that has just begun. */
static inline void
eval_init(struct spf_eval *eval, struct fixture *f, const char *client)
{
	*eval = (struct spf_eval){ .scope = &f->scope,
		.arena = f->scope.arena, .client = ip(client) };
	eval->values = (struct macro_values){
		.sender = STR("alice@d.test"), .local = STR("alice"),
		.sender_domain = STR("d.test"), .domain = STR("d.test"),
		.client = eval->client, .helo = STR("mail.example.org"),
		.receiver = STR("mx.test"), .now = 1700000000,
		.client_name = spf_client_name, .arg = eval };
}

/* The only term of a record. */
static inline struct spf_term
term_of(const char *text)
{
	struct spf_reader reader = { .rest = str_of(text) };
	struct spf_term term;

	assert_int_equal(spf_record_next(&reader, &term), 1);
	return term;
}

#endif

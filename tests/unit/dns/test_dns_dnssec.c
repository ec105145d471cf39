/*
 * DNSSEC, by libunbound: a zone that is signed here and now, and its trust
 * anchor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "dns/dns.h"
#include "unit/dns/name_server.h"

#define ZONE "secure.example."

enum { RECORDS = 8, WIRE = 512, TXT = 16 };

static struct server_record table[RECORDS + 1];
static char wires[RECORDS][WIRE];
static size_t records;
static char anchor[] = "/tmp/mailvet-anchor-XXXXXX";

/* A record for the answer to questions about a name and a type. */
static void
serve(const char *name, unsigned type, const ldns_rr *rr)
{
	struct server_record *r = &table[records];
	char *wire = wires[records++];
	size_t n = 0;

	assert_true(records <= RECORDS);
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		assert_true(n + ldns_rdf_size(rdf) <= WIRE);
		memcpy(wire + n, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
		n += ldns_rdf_size(rdf);
	}
	*r = (struct server_record){ name, type,
		ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG ? ANSWER_SIG
							   : ANSWER,
		60, wire, n };
}

/* The record and its signature. */
static void
serve_signed(const char *name, ldns_rr *rr, ldns_key_list *keys)
{
	ldns_rr_list *set = ldns_rr_list_new(), *sigs;

	ldns_rr_list_push_rr(set, rr);
	sigs = ldns_sign_public(set, keys);
	assert_non_null(sigs);
	serve(name, ldns_rr_get_type(rr), rr);
	serve(name, ldns_rr_get_type(rr), ldns_rr_list_rr(sigs, 0));
	ldns_rr_list_deep_free(sigs);
	ldns_rr_list_free(set);
}

static ldns_rr *
txt(const char *name)
{
	char line[256];
	ldns_rr *rr = NULL;

	snprintf(line, sizeof(line), "%s. 60 IN TXT \"v=DKIM1; p=\"", name);
	assert_int_equal(
		LDNS_STATUS_OK, ldns_rr_new_frm_str(&rr, line, 60, NULL, NULL));
	return rr;
}

static void
write_anchor(const ldns_rr *dnskey)
{
	FILE *f = fdopen(mkstemp(anchor), "w");

	assert_non_null(f);
	ldns_rr_print(f, dnskey);
	fclose(f);
}

static ldns_key *
new_key(void)
{
	ldns_key *key =
		ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, 256);

	assert_non_null(key);
	ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str(ZONE));
	ldns_key_set_flags(key, 257);
	ldns_key_set_inception(key, (uint32_t)time(NULL) - 3600);
	ldns_key_set_expiration(key, (uint32_t)time(NULL) + 3600);
	return key;
}

static int
setup(void **state)
{
	ldns_key_list *keys = ldns_key_list_new();
	ldns_key *key = new_key();
	ldns_rr *dnskey = ldns_key2rr(key);
	ldns_rr *good = txt("k.secure.example"), *bare = txt("bare.example");

	(void)state;
	ldns_key_set_keytag(key, ldns_calc_keytag(dnskey));
	ldns_key_list_push_key(keys, key);
	write_anchor(dnskey);
	serve_signed("secure.example", dnskey, keys);
	serve_signed("k.secure.example", good, keys);
	/* Without its signature, and with another record's. */
	serve("stripped.secure.example", TXT, good);
	serve("moved.secure.example", TXT, good);
	table[records] = table[3];
	table[records++].name = "moved.secure.example";
	/* Where nothing is signed. */
	serve("bare.example", TXT, bare);
	ldns_rr_free(dnskey);
	ldns_rr_free(good);
	ldns_rr_free(bare);
	ldns_key_list_free(keys);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(anchor);
	return 0;
}

static const struct {
	struct str name;
	enum dns_status status;
	bool secure;
} rows[] = {
	{ STR("k.secure.example"), DNS_FOUND, true },
	{ STR("bare.example"), DNS_FOUND, false },
	{ STR("stripped.secure.example"), DNS_FAILURE, false },
	{ STR("moved.secure.example"), DNS_FAILURE, false },
};

/* With the trust anchor, or without one, when all that is found will do. */
static void
check(struct server *server, const char *path)
{
	char text[32];
	struct str item;
	struct dns_options options = { { &item, 1 }, path };
	struct dns_scope scope = { .arena = arena_new(0), .budget = 30000 };

	snprintf(text, sizeof(text), "127.0.0.1@%u", server_port(server));
	item = str_of(text);
	assert_int_equal(0, dns_open(&options, &scope.dns));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dns_answer *answer =
			dns_lookup(&scope, rows[i].name, DNS_TXT);

		assert_int_equal(path != NULL ? rows[i].status : DNS_FOUND,
			answer->status);
		assert_int_equal(
			path != NULL && rows[i].secure, answer->secure);
	}
	arena_free(scope.arena);
	dns_close(scope.dns);
}

static void
test_validation(void **state)
{
	struct server *server = server_start(table, 0);

	(void)state;
	check(server, anchor);
	check(server, NULL);
	server_stop(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_validation),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

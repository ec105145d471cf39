#include "unit/base/check.h"

#include "trust/gate.h"

#define ALL (AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DMARC)
#define AR AUTHRES_NAME

static const struct seal_key *key, *other_key;
static struct arena *keys;

static const struct seal_key *
make_key(char first)
{
	struct conf_errors errors = { .arena = keys };
	char path[] = "/tmp/mailvet-gate-XXXXXX", bytes[32];
	const struct seal_key *ret = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	memset(bytes, first, sizeof(bytes));
	write_file(path, (struct str){ bytes, sizeof(bytes) }, 0600);
	assert_int_equal(0, seal_key_load(keys, path, "x", &errors, &ret));
	unlink(path);
	return ret;
}

static int
group_setup(void **state)
{
	(void)state;
	keys = arena_new(0);
	key = make_key('a');
	other_key = make_key('b');
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	arena_free(keys);
	return 0;
}

/* The gates of the programs; sign fills nothing and has no key. */
static struct gate
gate_of(unsigned parts)
{
	return (struct gate){
		.key = parts == 0 || parts == ALL ? NULL : key,
		.parts = parts,
	};
}

static const unsigned programs[] = { AUTHRES_SPF, AUTHRES_DKIM, AUTHRES_DMARC,
	ALL, 0 };

static struct message
message_new(size_t limit)
{
	return (struct message){ .arena = arena_new(limit),
		.authserv_id = STR("mx.example"), .queue_id = STR("Q1") };
}

static void
add(struct message *m, struct str name, struct str value)
{
	assert_int_equal(0, headers_add(&m->headers, m->arena, name, value));
}

/* A field as a neighbour with that key would seal it. */
static struct str
sealed_with(struct arena *arena, const struct seal_key *with,
	struct str queue_id, struct str name, struct str value)
{
	struct fold fold = fold_new(arena, name);

	fold_add(&fold, value);
	assert_int_equal(0, seal_add(with, queue_id, name, &fold));
	return fold_done(&fold);
}

static struct str
sealed(struct arena *arena, struct str value)
{
	return sealed_with(arena, key, STR("Q1"), AR, value);
}

static bool
is_removed(const struct message *m, size_t field)
{
	const struct header *h = &m->headers.fields[field];

	for (size_t i = 0; i < m->edits.count; i++)
		if (m->edits.list[i].kind == EDIT_REMOVE &&
			m->edits.list[i].nth == h->nth &&
			str_ieq(m->edits.list[i].name, h->name))
			return true;
	return false;
}

static bool
knows(const struct message *m)
{
	return m->results.spf.known || m->results.dkim.known ||
		m->results.dmarc.known || m->results.spf.helo_known;
}

/* ---- forgeries ---------------------------------------------------------- */

#define HEX64 "0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

static const struct {
	struct str name, value;
} forged[] = {
	{ AR, STR("mx.example; spf=pass smtp.mailfrom=bank.example") },
	{ AR, STR(" MX.Example; dkim=pass header.d=bank.example") },
	{ STR("authentication-RESULTS"), STR("mx.example; dmarc=pass") },
	{ STR("Authentication-Results "), STR("mx.example; dmarc=pass") },
	{ STR("Authentication-Results\t"), STR("mx.example; dmarc=pass") },
	{ AR, STR("\n\tmx.example\n\t;\n\tspf=pass") },
	{ AR, STR("(nice) mx.example (x) 1; spf=pass") },
	{ AR, STR("mx.example 2; spf=pass") },
	{ AR, STR("mx.example/1.0; spf=pass") },
	{ AR, STR("\"mx.example\"; spf=pass") },
	{ AR, STR("\"m\\x.example\" ; spf=pass") },
	{ AR, STR("mx.example.; spf=pass") },
	{ AR, STR("mx.example; spf=pass; dkim=pass; dmarc=pass") },
	{ AR, STR("mx.example; spf=pass; garbage ((") },
	{ AR, STR("mx.example") },
	{ AR, STR("mx.example; none") },
	{ AR, STR("mx.example; spf=pass (seal=" HEX64 ")") },
	{ AR, STR("mx.example; spf=pass (seal=)") },
	{ AR, STR("mx.example; spf=pass\n\t(SEAL=" HEX64 ")") },
	{ AR, STR("mx.example; spf=pass (seal=" HEX64 ") (c)") },
	{ AR, STR("mx\0.example; spf=pass") },
	{ AR, STR("\xef\xbb\xbfmx.example; spf=pass") },
};

static void
forgeries_go(void **state)
{
	(void)state;
	for (size_t p = 0; p < COUNT(programs); p++) {
		const struct gate gate = gate_of(programs[p]);
		struct message m = message_new(0);

		for (size_t i = 0; i < COUNT(forged); i++)
			add(&m, forged[i].name, forged[i].value);
		assert_int_equal(0, gate_receive(&gate, &m));
		for (size_t i = 0; i < COUNT(forged); i++)
			assert_row(i, is_removed(&m, i));
		assert_int_equal(m.edits.count, COUNT(forged));
		assert_false(knows(&m));
		arena_free(m.arena);
	}
}

/* Other hosts' fields, and other fields that only look like it, stay. */
static const struct {
	struct str name, value;
} foreign[] = {
	{ AR, STR("mx.other.example; spf=pass") },
	{ AR, STR("mx.example.org; spf=pass smtp.mailfrom=mx.example") },
	{ AR, STR("xmx.example; spf=pass") },
	{ AR, STR("mx-example; spf=pass") },
	{ AR, STR("mx.examp1e; spf=pass") },
	{ AR, STR("other; spf=pass (mx.example)") },
	{ AR, STR("") },
	{ STR("X-Authentication-Results"), STR("mx.example; spf=pass") },
	{ STR("ARC-Authentication-Results"), STR("i=1; mx.example; spf=pass") },
	{ STR("Authentication-Result"), STR("mx.example; spf=pass") },
	{ STR("Subject"), STR("mx.example; spf=pass") },
	{ STR("Received"), STR("from a by mx.example; Thu, 1 Jan 1970") },
	{ STR("Received-SPF"), STR("pass receiver=mx.other.example") },
};

static void
foreign_fields_stay(void **state)
{
	(void)state;
	for (size_t p = 0; p < COUNT(programs); p++) {
		const struct gate gate = gate_of(programs[p]);
		struct message m = message_new(0);

		for (size_t i = 0; i < COUNT(foreign); i++)
			add(&m, foreign[i].name, foreign[i].value);
		assert_int_equal(0, gate_receive(&gate, &m));
		assert_int_equal(m.edits.count, 0);
		assert_false(knows(&m));
		arena_free(m.arena);
	}
}

/* Ours is written by the program that has spf; the ones behind it need it. */
static void
forged_received_spf(void **state)
{
	static const struct str values[] = {
		STR("pass (x) receiver=mx.example; client-ip=192.0.2.1"),
		STR(" Pass\n\t(MX.EXAMPLE: ok)"),
		STR("pass receiver=\"mx.example\""),
	};

	(void)state;
	for (size_t p = 0; p < COUNT(programs); p++) {
		const struct gate gate = gate_of(programs[p]);
		bool goes = programs[p] & AUTHRES_SPF;
		struct message m = message_new(0);

		for (size_t i = 0; i < COUNT(values); i++)
			add(&m, STR("received-spf"), values[i]);
		assert_int_equal(0, gate_receive(&gate, &m));
		assert_int_equal(m.edits.count, goes ? COUNT(values) : 0);
		arena_free(m.arena);
	}
}

/* ---- seals -------------------------------------------------------------- */

#define SPF_FIELD STR("mx.example; spf=pass smtp.mailfrom=a@b.example " \
	"policy.domain=b.example")
#define DKIM_FIELD STR("mx.example; dkim=pass header.d=d.example header.s=s")

static void
sealed_results_are_believed(void **state)
{
	const struct gate gate = gate_of(AUTHRES_DMARC);
	struct message m = message_new(0);

	(void)state;
	add(&m, AR, sealed(m.arena, DKIM_FIELD));
	add(&m, AR, STR("mx.example; dkim=pass header.d=bank.example"));
	add(&m, AR, sealed(m.arena, SPF_FIELD));
	assert_int_equal(0, gate_receive(&gate, &m));
	assert_true(m.results.spf.known && m.results.dkim.known);
	assert_str(m.results.spf.mail_from_domain, "b.example");
	assert_int_equal(m.results.dkim.count, 1);
	assert_str(m.results.dkim.sigs[0].domain, "d.example");
	/* The last replaces them all by one field. */
	assert_int_equal(m.edits.count, 3);
	arena_free(m.arena);
}

/* In the middle they stay, and what we find out ourselves is not heard. */
static void
sealed_results_on_the_way(void **state)
{
	const struct gate gate = gate_of(AUTHRES_DKIM);
	struct message m = message_new(0);

	(void)state;
	add(&m, AR, sealed(m.arena, SPF_FIELD));
	add(&m, AR, sealed(m.arena, DKIM_FIELD));
	add(&m, AR, STR("mx.example; spf=pass"));
	assert_int_equal(0, gate_receive(&gate, &m));
	assert_true(m.results.spf.known);
	assert_false(m.results.dkim.known);
	assert_int_equal(m.edits.count, 1);
	assert_true(is_removed(&m, 2));
	arena_free(m.arena);
}

/* An inbound program has no neighbour, and without queue id nobody has. */
static void
seals_of_nobody(void **state)
{
	static const struct {
		unsigned parts;
		struct str queue_id;
	} rows[] = { { ALL, STR("Q1") }, { AUTHRES_DMARC, STR("") } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct gate gate = gate_of(rows[i].parts);
		struct message m = message_new(0);

		m.queue_id = rows[i].queue_id;
		add(&m, AR, sealed(m.arena, SPF_FIELD));
		assert_row(i, gate_receive(&gate, &m) == 0);
		assert_row(i, !knows(&m) && is_removed(&m, 0));
		arena_free(m.arena);
	}
}

/* A seal carried to another message, field or host. */
static void
moved_seals(void **state)
{
	const struct gate gate = gate_of(AUTHRES_DMARC);
	struct message m = message_new(0);
	struct arena *a = m.arena;
	struct strbuf sb = sb_new(a);

	(void)state;
	add(&m, AR, sealed_with(a, key, STR("Q2"), AR, SPF_FIELD));
	add(&m, AR, sealed_with(a, key, STR("q1"), AR, SPF_FIELD));
	add(&m, AR, sealed_with(a, other_key, STR("Q1"), AR, SPF_FIELD));
	add(&m, AR, sealed_with(a, key, STR("Q1"), STR("Subject"), SPF_FIELD));
	sb_add(&sb, sealed(a, DKIM_FIELD));
	sb_addz(&sb, "; spf=pass smtp.mailfrom=bank.example");
	add(&m, AR, sb_done(&sb));
	assert_int_equal(0, gate_receive(&gate, &m));
	assert_false(knows(&m));
	assert_int_equal(m.edits.count, m.headers.count);
	arena_free(m.arena);
}

/* Sealed, but not as we write: removed with the rest, and nothing is known. */
static void
sealed_nonsense(void **state)
{
	const struct gate gate = gate_of(AUTHRES_DMARC);
	struct message m = message_new(0);

	(void)state;
	add(&m, AR, sealed(m.arena, STR("mx.example; spf==pass")));
	add(&m, AR, sealed(m.arena, STR("mx.example; spf=great")));
	add(&m, AR, sealed(m.arena, STR("mx.example; dmarc=pass")));
	assert_int_equal(0, gate_receive(&gate, &m));
	assert_false(knows(&m));
	assert_int_equal(m.edits.count, 3);
	arena_free(m.arena);
}

/* ---- publishing --------------------------------------------------------- */

static struct str
published(unsigned parts, struct message *m, int wanted)
{
	const struct gate gate = gate_of(parts);
	size_t before = m->edits.count;

	assert_int_equal(wanted, gate_publish(&gate, m));
	if (m->edits.count == before)
		return (struct str){ NULL, 0 };
	assert_int_equal(m->edits.count, before + 1);
	assert_int_equal(m->edits.list[before].kind, EDIT_ADD);
	assert_str(m->edits.list[before].name, "Authentication-Results");
	return m->edits.list[before].value;
}

/* As three milters do it: each sees what the ones before it added. */
static void
from_milter_to_milter(void **state)
{
	struct message spf = message_new(0), dkim = message_new(0);
	struct message dmarc = message_new(0);
	struct dkim_result sig = { .result = AUTH_PASS, .key_bits = 2048,
		.domain = STR("d.example"), .partial_body = true };
	const struct gate gate = gate_of(AUTHRES_DMARC);
	struct str last;

	(void)state;
	spf.results.spf = (struct spf_results){ .known = true,
		.mail_from = AUTH_FAIL, .mail_from_domain = STR("b.example") };
	add(&dmarc, AR, published(AUTHRES_SPF, &spf, 0));
	dkim.results.dkim = (struct dkim_results){
		.known = true, .sigs = &sig, .count = 1 };
	add(&dmarc, AR, published(AUTHRES_DKIM, &dkim, 0));
	assert_int_equal(0, gate_receive(&gate, &dmarc));
	assert_int_equal(dmarc.results.spf.mail_from, AUTH_FAIL);
	assert_str(dmarc.results.spf.mail_from_domain, "b.example");
	assert_int_equal(dmarc.results.dkim.count, 1);
	assert_int_equal(dmarc.results.dkim.sigs[0].key_bits, 2048);
	assert_true(dmarc.results.dkim.sigs[0].partial_body);
	dmarc.results.dmarc = (struct dmarc_results){ .known = true,
		.result = AUTH_PASS, .author_domain = STR("d.example") };
	last = published(AUTHRES_DMARC, &dmarc, 0);
	assert_str(last, "mx.example;\n\tspf=fail smtp.mailfrom=b.example;"
		"\n\tdkim=pass header.d=d.example;"
		"\n\tdmarc=pass header.from=d.example");
	arena_free(spf.arena);
	arena_free(dkim.arena);
	arena_free(dmarc.arena);
}

static void
publishes(void **state)
{
	struct message m = message_new(0);

	(void)state;
	assert_null(published(0, &m, 0).p);
	assert_str(published(ALL, &m, 0), "mx.example; none");
	assert_non_null(strstr(published(AUTHRES_SPF, &m, 0).p,
		"mx.example; none\n\t(seal="));
	m.queue_id = STR("");
	assert_null(published(AUTHRES_SPF, &m, ERR_SYNTAX).p);
	/* The last seals nothing. */
	assert_non_null(published(AUTHRES_DMARC, &m, 0).p);
	m.authserv_id = STR("");
	assert_null(published(ALL, &m, ERR_ABSENT).p);
	arena_free(m.arena);
}

/* Whether a key was secured is told by the last, too, if so configured. */
static void
dnssec(void **state)
{
	struct dkim_result sig = { .result = AUTH_PASS, .key_bits = 2048,
		.dnssec = true };
	struct message m = message_new(0);
	struct gate gate = gate_of(AUTHRES_DMARC);

	(void)state;
	m.results.dkim = (struct dkim_results){
		.known = true, .sigs = &sig, .count = 1 };
	assert_int_equal(0, gate_publish(&gate, &m));
	gate.dnssec = true;
	assert_int_equal(0, gate_publish(&gate, &m));
	assert_int_equal(2, m.edits.count);
	assert_str(m.edits.list[0].value, "mx.example;\n\tdkim=pass");
	assert_str(m.edits.list[1].value,
		"mx.example;\n\tdkim=pass dns.sec=yes");
	arena_free(m.arena);
}

/* ---- without memory ----------------------------------------------------- */

/*
 * Whatever does not fit: an error, or all that is true is known and all that is
 * forged goes.
 */
static void
receive_without_memory(void **state)
{
	const struct gate gate = gate_of(AUTHRES_DMARC);
	struct arena *big = arena_new(0);
	struct str spf = sealed(big, SPF_FIELD);
	struct str dkim = sealed(big, DKIM_FIELD);
	int seen[2] = { 0 };

	(void)state;
	for (size_t limit = 3000; limit < 20000; limit += 7) {
		struct message m = message_new(limit);
		int err;

		if (headers_add(&m.headers, m.arena, AR, spf) == 0 &&
			headers_add(&m.headers, m.arena, AR, dkim) == 0) {
			err = gate_receive(&gate, &m);
			assert_true(err == 0 || err == ERR_NOMEM);
			seen[err == 0]++;
			assert_true(err != 0 || (m.results.spf.known &&
				m.results.dkim.count == 1 &&
				m.edits.count == 2));
		}
		arena_free(m.arena);
	}
	assert_true(seen[0] > 0 && seen[1] > 0);
	arena_free(big);
}

static void
publish_without_memory(void **state)
{
	int seen[2] = { 0 };

	(void)state;
	for (size_t limit = 1; limit < 6000; limit += 3) {
		struct message m = message_new(limit);
		const struct gate gate = gate_of(AUTHRES_SPF);
		int err = gate_publish(&gate, &m);

		assert_true(err == 0 || err == ERR_NOMEM);
		assert_int_equal(m.edits.count, err == 0);
		seen[err == 0]++;
		arena_free(m.arena);
	}
	assert_true(seen[0] > 0 && seen[1] > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forgeries_go),
		cmocka_unit_test(foreign_fields_stay),
		cmocka_unit_test(forged_received_spf),
		cmocka_unit_test(sealed_results_are_believed),
		cmocka_unit_test(sealed_results_on_the_way),
		cmocka_unit_test(seals_of_nobody),
		cmocka_unit_test(moved_seals),
		cmocka_unit_test(sealed_nonsense),
		cmocka_unit_test(from_milter_to_milter),
		cmocka_unit_test(publishes),
		cmocka_unit_test(dnssec),
		cmocka_unit_test(receive_without_memory),
		cmocka_unit_test(publish_without_memory),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

/* trust = authserv-id: another verifier of this host writes in our name. */
#include "unit/base/check.h"

#include "trust/gate.h"

static struct message
message_new(void)
{
	return (struct message){ .arena = arena_new(0),
		.authserv_id = STR("mx.example"), .queue_id = STR("Q1") };
}

static void
add(struct message *m, struct str value)
{
	assert_int_equal(0, headers_add(
		&m->headers, m->arena, AUTHRES_NAME, value));
}

static void
the_last_believes(void **state)
{
	const struct gate gate = { .parts = AUTHRES_DMARC, .trust_id = true };
	struct message m = message_new();
	const struct results *r = &m.results;

	(void)state;
	add(&m, STR("other.example; dkim=pass header.d=evil.example"));
	add(&m, STR("mx.example.; dkim=pass header.d=evil.example"));
	add(&m, STR("mx.example garbage; dkim=pass header.d=evil.example"));
	add(&m, STR("MX.example 1; spf=pass smtp.mailfrom=a@x.example"));
	add(&m, STR("mx.example; dkim=fail header.d=x.example header.s=s"));
	add(&m, STR("mx.example; spf=fail smtp.mailfrom=b@y.example"));
	assert_int_equal(0, gate_receive(&gate, &m));
	assert_true(r->spf.known);
	assert_int_equal(r->spf.mail_from, AUTH_PASS);
	assert_true(str_eq(r->spf.mail_from_domain, STR("x.example")));
	assert_true(r->dkim.known);
	assert_int_equal(r->dkim.count, 1);
	assert_int_equal(r->dkim.sigs[0].result, AUTH_FAIL);
	/* All but the foreign one go. */
	assert_int_equal(m.edits.count, m.headers.count - 1);
	for (size_t i = 0; i < m.edits.count; i++)
		assert_row(i, m.edits.list[i].nth == i + 2);
	arena_free(m.arena);
}

static void
the_others_hand_on(void **state)
{
	const struct gate gate = { .parts = AUTHRES_SPF, .trust_id = true };
	struct message m = message_new();

	(void)state;
	add(&m, STR("mx.example; spf=pass smtp.mailfrom=x.example"));
	assert_int_equal(0, gate_receive(&gate, &m));
	assert_int_equal(m.edits.count, 0);
	assert_false(m.results.spf.known);
	arena_free(m.arena);
}

static void
what_we_find_out_ourselves_counts(void **state)
{
	const struct gate gate = { .trust_id = true,
		.parts = AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DMARC };
	struct message m = message_new();

	(void)state;
	add(&m, STR("mx.example; spf=pass smtp.mailfrom=x.example"));
	assert_int_equal(0, gate_receive(&gate, &m));
	assert_int_equal(m.edits.count, 1);
	assert_false(m.results.spf.known);
	arena_free(m.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_believes),
		cmocka_unit_test(the_others_hand_on),
		cmocka_unit_test(what_we_find_out_ourselves_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

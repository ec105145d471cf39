/* The journal's line: mailvet-journal(5). */
#include "unit/dmarc/fixture.h"

#include "dmarc/line.h"

#include <jansson.h>
#include <time.h>

struct test {
	struct connection connection;
	struct message message;
	struct dmarc_record record;
	struct dkim_result sigs[200];
};

static void
set_record(struct test *t, const char *text)
{
	assert_int_equal(record_parse(t->message.arena, str_of(text),
		&t->record), 0);
}

static void
open_test(struct test *t)
{
	struct results *r = &t->message.results;

	*t = (struct test){ .message.connection = &t->connection };
	t->message.arena = arena_new(0);
	assert_true(ipaddr_parse(STR("192.0.2.10"), &t->connection.client));
	t->message.queue_id = STR("6AO8kHKn000088");
	t->message.mail_from = STR("alice@Friend.example");
	r->dmarc = (struct dmarc_results){ .known = true, .has_policy = true,
		.result = AUTH_PASS, .author_domain = STR("friend.example"),
		.policy_domain = STR("friend.example"),
		.policy = DMARC_POLICY_REJECT, .spf_aligned = true };
	r->spf = (struct spf_results){ .known = true, .mail_from = AUTH_PASS,
		.mail_from_domain = STR("friend.example") };
	r->dkim = (struct dkim_results){ .known = true, .sigs = t->sigs };
	set_record(t, "v=DMARC1; p=reject; rua=mailto:dmarc@friend.example");
}

static void
close_test(struct test *t)
{
	arena_free(t->message.arena);
}

static void
add_signature(struct test *t, const char *domain, enum auth_result result,
	enum alignment_kind aligned)
{
	t->sigs[t->message.results.dkim.count++] = (struct dkim_result){
		.result = result, .domain = str_of(domain),
		.selector = STR("k1"), .aligned = aligned };
}

static struct str
make(struct test *t, const struct failure *failure)
{
	struct str line;

	assert_int_equal(line_make(&t->message, &t->record, failure, &line),
		0);
	assert_true(line.n <= LINE_MAX_BYTES);
	assert_null(memchr(line.p, '\n', line.n));
	return line;
}

static json_t *
parse(struct str line)
{
	json_error_t error;
	json_t *object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES,
		&error);

	if (object == NULL)
		fail_msg("%s: %.*s", error.text, STR_ARG(line));
	return object;
}

/* The example of the manual page; "time" is looked at and cut out. */
static void
the_example(void **state)
{
	static const char wanted[] = "{\"v\":1,\"id\":\"6AO8kHKn000088\","
		"\"ip\":\"192.0.2.10\",\"header-from\":\"friend.example\","
		"\"mail-from\":\"friend.example\","
		"\"policy-domain\":\"friend.example\","
		"\"discovery\":\"treewalk\","
		"\"record\":{\"p\":\"reject\",\"adkim\":\"r\",\"aspf\":\"r\","
		"\"psd\":\"u\",\"t\":\"n\",\"fo\":\"0\","
		"\"rua\":[\"mailto:dmarc@friend.example\"]},"
		"\"result\":\"pass\",\"disposition\":\"pass\","
		"\"would\":\"pass\",\"reasons\":[],"
		"\"spf\":{\"domain\":\"friend.example\",\"result\":\"pass\","
		"\"aligned\":true},"
		"\"dkim\":[{\"domain\":\"friend.example\","
		"\"selector\":\"k1\",\"result\":\"pass\","
		"\"aligned\":\"strict\"}]}";
	time_t before = time(NULL);
	json_int_t when;
	struct test t;
	json_t *object;
	char *text;

	(void)state;
	open_test(&t);
	add_signature(&t, "friend.example", AUTH_PASS, ALIGNED_STRICT);
	object = parse(make(&t, NULL));
	when = json_integer_value(json_object_get(object, "time"));
	assert_true(when >= before && when <= time(NULL));
	json_object_del(object, "time");
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, wanted);
	free(text);
	json_decref(object);
	close_test(&t);
}

static void
a_failure_of_a_policy(void **state)
{
	static const char *const parts[] = {
		"\"mail-from\":\"\"", "\"discovery\":\"psl\"",
		"\"record\":{\"p\":\"quarantine\",\"sp\":\"reject\","
		"\"np\":\"none\",\"adkim\":\"s\",\"aspf\":\"s\","
		"\"psd\":\"n\",\"t\":\"y\",\"fo\":\"1:d:s\","
		"\"ruf\":[\"mailto:a@x.com\",\"mailto:b@x.com\"]}",
		"\"result\":\"fail\"", "\"disposition\":\"none\"",
		"\"would\":\"quarantine\"",
		"\"reasons\":[{\"type\":\"policy_test_mode\"},"
		"{\"type\":\"local_policy\",\"comment\":\"so there\"}]",
		"\"dkim\":[{\"domain\":\"a.x.com\",\"selector\":\"k1\","
		"\"result\":\"pass\",\"aligned\":\"relaxed\"},"
		"{\"domain\":\"y.com\",\"selector\":\"k1\","
		"\"result\":\"permerror\",\"aligned\":\"no\"}]",
	};
	struct test t;
	struct dmarc_results *dmarc = &t.message.results.dmarc;
	struct str line;

	(void)state;
	open_test(&t);
	set_record(&t, "v=DMARC1; p=quarantine; sp=reject; np=none; adkim=s; "
		"aspf=s; psd=n; t=y; fo=d:1:s; "
		"ruf=mailto:a@x.com!10m,mailto:b@x.com");
	t.message.mail_from = STR("");
	t.connection.client.family = IP_NONE;
	t.message.results.spf.known = false;
	dmarc->result = AUTH_FAIL;
	dmarc->discovery = DMARC_PSL;
	dmarc->policy = DMARC_POLICY_QUARANTINE;
	dmarc_reason_add(dmarc, REASON_TEST_MODE, STR(""));
	dmarc_reason_add(dmarc, REASON_LOCAL_POLICY, STR("so there"));
	add_signature(&t, "a.x.com", AUTH_PASS, ALIGNED_RELAXED);
	add_signature(&t, "y.com", AUTH_PERMERROR, ALIGNED_NO);
	line = make(&t, NULL);
	json_decref(parse(line));
	for (size_t i = 0; i < COUNT(parts); i++)
		if (memmem(line.p, line.n, parts[i], strlen(parts[i])) == NULL)
			fail_msg("no %s in %.*s", parts[i], STR_ARG(line));
	assert_null(memmem(line.p, line.n, "\"ip\"", 4));
	assert_null(memmem(line.p, line.n, "\"spf\"", 5));
	close_test(&t);
}

/* What strangers write stays within its string. */
static void
hostile_texts(void **state)
{
	static const struct str texts[] = { STR("\"}\n{\"v\":1"),
		STR("a\0b"), STR("\r\n\t\x1b\x7f"), STR("M\xfcller"),
		STR("\\u0000\\"), STR("\xe2\x80\xa8"), STR("") };
	struct test t;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct str *s[4];
		json_t *object;

		open_test(&t);
		add_signature(&t, "x", AUTH_FAIL, ALIGNED_NO);
		s[0] = &t.message.queue_id;
		s[1] = &t.sigs[0].selector;
		s[2] = &t.sigs[0].domain;
		s[3] = &t.message.results.spf.mail_from_domain;
		for (size_t j = 0; j < COUNT(s); j++)
			*s[j] = texts[i];
		object = parse(make(&t, NULL));
		assert_int_equal(json_object_size(object), 15);
		json_decref(object);
		close_test(&t);
	}
}

static void
many_signatures(void **state)
{
	struct test t;
	json_t *object;

	(void)state;
	open_test(&t);
	for (size_t i = 0; i < COUNT(t.sigs); i++)
		add_signature(&t, "x.com", AUTH_FAIL, ALIGNED_NO);
	object = parse(make(&t, NULL));
	assert_int_equal(json_array_size(json_object_get(object, "dkim")),
		LINE_SIGNATURES_MAX);
	json_decref(object);
	close_test(&t);
}

/* As large as it can get, in each of the lists. */
static void
as_long_as_it_can_get(void **state)
{
	static char selector[2000], uris[60000] = "v=DMARC1; p=none; rua=";
	struct test t;
	json_t *object;

	(void)state;
	memset(selector, 1, sizeof(selector) - 1);
	while (strlen(uris) < sizeof(uris) - 40)
		strcat(uris, "mailto:abcdefghijklmnopqrst@x.com,");
	open_test(&t);
	set_record(&t, uris);
	for (size_t i = 0; i < COUNT(t.sigs); i++) {
		add_signature(&t, "x.com", AUTH_FAIL, ALIGNED_NO);
		t.sigs[i].selector = str_of(selector);
	}
	object = parse(make(&t, NULL));
	assert_true(json_array_size(json_object_get(object, "dkim")) > 0);
	json_decref(object);
	/* A queue id of a megabyte is nothing that an MTA has. */
	t.message.queue_id = (struct str){ calloc(1, 1 << 20), 1 << 20 };
	assert_int_equal(line_make(&t.message, &t.record, NULL,
		&t.message.mail_from), ERR_NOMEM);
	free((void *)(uintptr_t)t.message.queue_id.p);
	close_test(&t);
}

static void
add_field(struct test *t, const char *name, struct str value)
{
	assert_int_equal(headers_add(&t->message.headers, t->message.arena,
		str_of(name), value), 0);
}

static void
a_failure_report(void **state)
{
	const struct failure failure = { STR("mx.test; dmarc=fail") };
	struct test t;
	json_t *o, *sig;

	(void)state;
	open_test(&t);
	add_signature(&t, "x.com", AUTH_FAIL, ALIGNED_NO);
	t.sigs[0].identity = STR("@x.com");
	add_field(&t, "From", STR(" a@x.com"));
	add_field(&t, "Subject", STR(" one\n two"));
	o = parse(make(&t, &failure));
	assert_string_equal(json_string_value(json_object_get(o, "headers")),
		"From: a@x.com\nSubject: one\n two\n");
	assert_string_equal(json_string_value(json_object_get(o, "authres")),
		"mx.test; dmarc=fail");
	assert_string_equal(json_string_value(
		json_object_get(o, "envelope-from")), "alice@Friend.example");
	sig = json_array_get(json_object_get(o, "dkim"), 0);
	assert_string_equal(json_string_value(
		json_object_get(sig, "identity")), "@x.com");
	assert_null(json_object_get(o, "truncated"));
	json_decref(o);
	close_test(&t);
}

/* Whole fields from the top, even where JSON needs six bytes for one. */
static void
a_large_header(void **state)
{
	static char text[9000];
	const struct failure failure = { STR("mx.test; none") };
	const char *headers;
	struct test t;
	json_t *o;

	(void)state;
	for (int c = 'x'; c >= 1; c -= 'x' - 1) {
		open_test(&t);
		memset(text, c, sizeof(text));
		for (int i = 0; i < 20; i++)
			add_field(&t, "A", (struct str){ text, sizeof(text) });
		o = parse(make(&t, &failure));
		assert_true(json_is_true(json_object_get(o, "truncated")));
		headers = json_string_value(json_object_get(o, "headers"));
		assert_int_equal(strlen(headers) % (sizeof(text) + 3), 0);
		assert_true(strlen(headers) > 0);
		json_decref(o);
		close_test(&t);
	}
}

static void
out_of_memory(void **state)
{
	const struct failure failure = { STR("mx.test; none") };
	int err = ERR_NOMEM;

	(void)state;
	for (size_t limit = 0; err != 0; limit += 8) {
		struct test t;
		struct arena *all;
		struct str line;

		open_test(&t);
		t.message.mail_from = STR("\xff@x.com");
		add_field(&t, "From", STR(" a@x.com"));
		all = t.message.arena;
		t.message.arena = arena_new(limit);
		err = line_make(&t.message, &t.record, &failure, &line);
		assert_true(err == 0 || err == ERR_NOMEM);
		arena_free(t.message.arena);
		t.message.arena = all;
		close_test(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example),
		cmocka_unit_test(a_failure_of_a_policy),
		cmocka_unit_test(hostile_texts),
		cmocka_unit_test(many_signatures),
		cmocka_unit_test(as_long_as_it_can_get),
		cmocka_unit_test(a_failure_report),
		cmocka_unit_test(a_large_header),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

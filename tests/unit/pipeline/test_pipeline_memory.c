/*
 * pipeline.c with the filters of mailvet-inbound, and a message that runs out
 * of memory anywhere: what comes of it is the whole truth or a 4xx.
 */
#include "unit/dkim/support.h"

#include "dkim/session.h"
#include "dmarc/session.h"
#include "pipeline/pipeline.h"
#include "spf/session.h"

static size_t memory; /* what a message has left when its filters begin */

/* Takes the rest. */
static void *
begin_hog(struct message *message, const void *settings)
{
	size_t used = arena_used(message->arena);

	(void)settings;
	return arena_alloc(message->arena,
		PIPELINE_MESSAGE_LIMIT - used - memory);
}

static enum verdict
end_hog(void *session)
{
	(void)session;
	return VERDICT_CONTINUE;
}

static const struct filter hog = { .name = "hog", .begin = begin_hog,
	.end = end_hog };
static const struct filter *const filters[] = { &hog, &spf_filter,
	&dkim_filter, &dmarc_filter, NULL };
static const struct program program = { "test", "", filters };

static char zone_path[64];
static struct arena *forever;
static struct str body;
static struct headers fields;
static struct snapshot *snapshot;

static int
setup(void **state)
{
	const struct conf_setting settings[] = {
		{ "common", "zone", zone_path, "x" },
		{ "common", "authserv-id", "mx.example", "x" },
		{ "dmarc", "journal", "no", "x" }, { NULL } };
	struct test_key key = test_rsa(2048);
	struct conf_errors errors = { .arena = NULL };
	FILE *zone = test_file(zone_path);
	struct str signed_;

	(void)state;
	forever = errors.arena = arena_new(0);
	signed_ = dkimpy_sign(forever, &key,
		"s1 d.example relaxed/relaxed rsa-sha256",
		STR("From: Joe <joe@d.example>\r\nSubject: x\r\n\r\ntext\r\n"));
	body = split_message(forever, signed_, &fields);
	zone_key(zone, "s1._domainkey.d.example", "v=DKIM1; ", key.public_key);
	zone_txt(zone, "d.example", "v=spf1 a:mail.d.example -all");
	zone_txt(zone, "_dmarc.d.example", "v=DMARC1; p=reject");
	fputs("mail.d.example. A 192.0.2.1\n", zone);
	fclose(zone);
	test_key_free(&key);
	return snapshot_load(&program, NULL, settings, &errors, &snapshot);
}

static int
teardown(void **state)
{
	(void)state;
	snapshot_unref(snapshot);
	arena_free(forever);
	return unlink(zone_path);
}

/* The message through the pipeline, which then holds what came of it. */
static enum verdict
run(struct pipeline *p)
{
	const struct mail_facts mail = { .from = STR("<joe@d.example>"),
		.queue_id = STR("Q1") };
	struct connect_facts facts = { .client_name = STR("mail.d.example") };

	assert_true(ipaddr_parse(STR("192.0.2.1"), &facts.client));
	(void)pipeline_connect(p, &facts);
	(void)pipeline_helo(p, STR("mail.d.example"));
	(void)pipeline_mail(p, &mail);
	for (size_t i = 0; i < fields.count; i++)
		(void)pipeline_header(p, fields.fields[i].name,
			fields.fields[i].value);
	(void)pipeline_headers(p);
	(void)pipeline_body(p, body);
	return pipeline_end(p);
}

static bool
same_edits(const struct edits *a, const struct edits *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = a->list[i].kind == b->list[i].kind &&
			str_eq(a->list[i].name, b->list[i].name) &&
			str_eq(a->list[i].value, b->list[i].value);
	return same;
}

static void
truth_or_4xx(void **state)
{
	struct pipeline *whole = pipeline_new(snapshot);
	const struct edits *wanted;
	const struct edit *result;
	unsigned deferred = 0, accepted = 0;

	(void)state;
	memory = 1 << 20;
	assert_int_equal(VERDICT_CONTINUE, run(whole));
	wanted = &pipeline_message(whole)->edits;
	result = &wanted->list[wanted->count - 1];
	assert_non_null(strstr(result->value.p, "spf=pass"));
	assert_non_null(strstr(result->value.p, "dkim=pass"));
	assert_non_null(strstr(result->value.p, "dmarc=pass"));
	for (memory = 0; accepted < 3; memory += memory < 2000 ? 16 : 240) {
		struct pipeline *p = pipeline_new(snapshot);

		if (run(p) == VERDICT_TEMPFAIL) {
			deferred++;
		} else {
			accepted++;
			if (!same_edits(&pipeline_message(p)->edits, wanted))
				fail_msg("%zu bytes: another result", memory);
		}
		pipeline_free(p);
	}
	assert_true(deferred > 50);
	pipeline_free(whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(truth_or_4xx) };

	return cmocka_run_group_tests(tests, setup, teardown);
}

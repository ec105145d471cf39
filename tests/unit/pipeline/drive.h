/* Programs of scripted filters, and an MTA that drives them. */
#ifndef TESTS_UNIT_PIPELINE_DRIVE_H
#define TESTS_UNIT_PIPELINE_DRIVE_H

#include "unit/pipeline/key.h"
#include "unit/pipeline/scripts.h"

static const struct filter *const one[] = { &a, NULL };
static const struct filter *const two[] = { &a, &b, NULL };

static inline struct snapshot *
load(const struct program *program, const char *authserv_id)
{
	const struct conf_setting settings[] = {
		{ "common", "seal-key", key_path, "x" },
		{ "common", "authserv-id", authserv_id, "x" }, { NULL } };
	struct conf_errors errors = { .arena = arena };
	struct snapshot *ret;

	if (snapshot_load(program, NULL, settings, &errors, &ret) != 0)
		fail_msg("%s", errors.count > 0 ? errors.texts[0] : "");
	return ret;
}

static inline struct pipeline *
new_pipeline(const struct filter *const *filters)
{
	static struct program program;
	struct snapshot *snapshot;
	struct pipeline *p;

	program = (struct program){ "test", "", filters };
	snapshot = load(&program, "mx.example");
	p = pipeline_new(snapshot);
	snapshot_unref(snapshot);
	assert_non_null(p);
	return p;
}

static inline int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	seen = sb_new(arena);
	for (size_t i = 0; i < COUNT(scripts); i++)
		scripts[i] = (struct script){ .name = scripts[i].name };
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static inline void
assert_seen(const char *wanted)
{
	assert_str(sb_done(&seen), wanted);
	seen.n = 0;
}

static inline enum verdict
connect_from(struct pipeline *p, const char *client)
{
	struct connect_facts facts = { .client_name = STR("c.example"),
		.daemon_name = STR("MTA"), .mta_name = STR("mta.example") };

	assert_true(ipaddr_parse(str_of(client), &facts.client));
	return pipeline_connect(p, &facts);
}

static inline enum verdict
step(struct pipeline *p, enum stage stage)
{
	const struct mail_facts facts = { .from = STR("<u@d.example>"),
		.queue_id = STR("Q1") };

	switch (stage) {
	case MAIL:
		return pipeline_mail(p, &facts);
	case RCPT:
		return pipeline_rcpt(p, STR("<r@d.example>"));
	case HEADERS:
		return pipeline_headers(p);
	case BODY:
		return pipeline_body(p, STR("text"));
	default:
		return pipeline_end(p);
	}
}

#endif

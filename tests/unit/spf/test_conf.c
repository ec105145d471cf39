/* The [spf] section. */
#include "unit/spf/fixture.h"

#include "spf/conf.h"

static char path[] = "/tmp/mailvet-spf-XXXXXX";

struct loaded {
	struct arena *arena;
	struct conf_errors errors;
	int err;
	const struct spf_settings *settings;
};

static struct loaded
load(const char *text, bool dry_run)
{
	static const struct conf_section *const sections[] = { &spf_section,
		NULL };
	const struct conf_source source = { .path = path };
	const struct common common = { .dry_run = dry_run };
	struct loaded ret = { .arena = arena_new(0) };
	struct load l = { .arena = ret.arena, .common = &common,
		.errors = &ret.errors };
	const void *settings = NULL;
	struct conf *conf;

	ret.errors.arena = ret.arena;
	write_file(path, str_of(text), 0600);
	ret.err = conf_load(ret.arena, &source, sections, &ret.errors, &conf);
	if (ret.err == 0) {
		l.conf = conf;
		ret.err = spf_load(&l, &settings);
	}
	ret.settings = settings;
	return ret;
}

static void
safe_defaults(void **state)
{
	struct loaded l = load("[spf]\n", false);

	(void)state;
	assert_int_equal(l.err, 0);
	assert_int_equal(l.settings->conf.helo_check, HELO_LOG);
	assert_true(l.settings->conf.received_spf);
	assert_false(l.settings->conf.skip_null_sender);
	assert_false(l.settings->refuses);
	for (int i = 0; i <= AUTH_PERMERROR; i++)
		assert_int_equal(l.settings->conf.actions[i], SPF_ACCEPT);
	assert_string_equal(l.settings->conf.subject_tag, "[SPF:{result}]");
	arena_free(l.arena);
}

static void
an_action_for_each_result(void **state)
{
	struct loaded l = load("[spf]\nfail = reject\nsoftfail = tag\n"
		"neutral = quarantine\nnone = accept\ntemperror = defer\n"
		"permerror = reject\n", false);
	const int *actions;

	(void)state;
	assert_int_equal(l.err, 0);
	actions = l.settings->conf.actions;
	assert_int_equal(actions[AUTH_FAIL], SPF_REJECT);
	assert_int_equal(actions[AUTH_SOFTFAIL], SPF_TAG);
	assert_int_equal(actions[AUTH_NEUTRAL], SPF_QUARANTINE);
	assert_int_equal(actions[AUTH_NONE], SPF_ACCEPT);
	assert_int_equal(actions[AUTH_TEMPERROR], SPF_DEFER);
	assert_int_equal(actions[AUTH_PERMERROR], SPF_REJECT);
	assert_int_equal(actions[AUTH_PASS], SPF_ACCEPT);
	assert_string_equal(spf_action_text(SPF_QUARANTINE), "quarantine");
	arena_free(l.arena);
}

static const struct {
	const char *text;
	bool dry_run, refuses;
} refusals[] = {
	{ "fail = reject", false, true },
	{ "temperror = defer", false, true },
	{ "fail = quarantine", false, false },
	{ "softfail = tag", false, false },
	{ "fail = reject", true, false },
};

static void
knows_whether_it_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		char text[100];
		struct loaded l;

		snprintf(text, sizeof(text), "[spf]\n%s\n", refusals[i].text);
		l = load(text, refusals[i].dry_run);
		assert_row(i, l.settings->refuses == refusals[i].refuses);
		arena_free(l.arena);
	}
}

static void
whitelists(void **state)
{
	struct loaded l = load("[spf]\nwhitelist-ip = 192.0.2.0/24 ::1\n"
		"whitelist-ptr = .x.test\nwhitelist-from = a@x.test, @y.test\n"
		"whitelist-to = postmaster@\nwhitelist-helo = h.test\n", false);
	const struct spf_whitelist *w;

	(void)state;
	assert_int_equal(l.err, 0);
	w = &l.settings->whitelist;
	assert_int_equal(w->ip.count, 2);
	assert_true(name_list_has(&w->ptr, l.arena, STR("a.x.test")));
	assert_true(name_list_has_address(&w->from, l.arena, STR("A@x.test")));
	assert_true(name_list_has_address(&w->from, l.arena, STR("b@y.test")));
	assert_true(name_list_has_address(&w->to, l.arena,
		STR("postmaster@z.test")));
	assert_true(name_list_has(&w->helo, l.arena, STR("H.test")));
	arena_free(l.arena);
}

static const struct {
	const char *text, *complaint;
} faults[] = {
	{ "fail = drop", ":2: fail: \"drop\" is not a valid value" },
	{ "pass = reject", ":2: unknown key \"pass\"" },
	{ "whitelist-ip = 1.2.3", ":2: \"1.2.3\" is not an address" },
	{ "whitelist-ptr = a@b.test", ":2: \"a@b.test\" is not a host" },
	{ "whitelist-from = a@b@", ":2: \"a@b@\" is not an address" },
	{ "whitelist-to = /nonexistent/x", ":2: list /nonexistent/x: No such" },
	{ "whitelist-helo = x..y", ":2: \"x..y\" is not a host" },
	{ "reply-text = {x}", ":2: reply-text: \"{x}\" does not begin" },
	{ "subject-tag =", ":2: subject-tag: a text" },
	{ "reply-text = caf\xc3\xa9", ":2: reply-text: a text" },
};

static void
complains(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		char text[100];
		struct loaded l;

		snprintf(text, sizeof(text), "[spf]\n%s\n", faults[i].text);
		l = load(text, false);
		assert_row(i, l.err == ERR_CONFIG);
		assert_row(i, l.errors.count == 1);
		if (strstr(l.errors.texts[0], faults[i].complaint) == NULL)
			fail_msg("%s", l.errors.texts[0]);
		arena_free(l.arena);
	}
}

static void
complains_of_all(void **state)
{
	struct loaded l = load("[spf]\nwhitelist-ip = x, y\n"
		"whitelist-ptr = @\nreply-text = {z}\n", false);

	(void)state;
	assert_int_equal(l.err, ERR_CONFIG);
	assert_int_equal(l.errors.count, 4);
	arena_free(l.arena);
}

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(safe_defaults),
		cmocka_unit_test(an_action_for_each_result),
		cmocka_unit_test(knows_whether_it_refuses),
		cmocka_unit_test(whitelists),
		cmocka_unit_test(complains),
		cmocka_unit_test(complains_of_all),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

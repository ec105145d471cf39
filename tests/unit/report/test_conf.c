/* The [report] section. */
#include "unit/report/fixture.h"

static int
load(struct arena *arena, const char *text, struct conf_errors *errors,
	const struct report_settings **ret)
{
	const struct conf_section *const sections[] = { &report_section,
		NULL };
	char path[] = "/tmp/mailvet-conf-XXXXXX";
	struct conf_source source = { .path = path };
	struct load l = { .arena = arena, .errors = errors };
	const void *settings = NULL;
	struct conf *conf;
	int fd = mkstemp(path), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	*errors = (struct conf_errors){ .arena = arena };
	err = conf_load(arena, &source, sections, errors, &conf);
	unlink(path);
	if (err != 0)
		return err;
	l.conf = conf;
	err = report_load(&l, &settings);
	*ret = settings;
	return err;
}

static void
defaults(void **state)
{
	struct arena *arena = arena_new(0);
	const struct report_settings *s;
	struct conf_errors errors;

	(void)state;
	assert_int_equal(load(arena, "[report]\n", &errors, &s), 0);
	assert_null(s->conf.from);
	assert_true(s->conf.aggregate);
	assert_true(s->conf.redact);
	assert_true(s->host.n > 0);
	assert_true(str_iends(s->sender, s->host));
	assert_string_equal(s->submit_host, "localhost");
	assert_int_equal(s->submit_port, 25);
	assert_string_equal(s->conf.database, "/var/lib/mailvet/report.db");
	arena_free(arena);
}

static void
values(void **state)
{
	struct arena *arena = arena_new(0);
	const struct report_settings *s;
	struct conf_errors errors;

	(void)state;
	assert_int_equal(load(arena, "[report]\nfrom = dmarc@Home.example\n"
		"submit = [::1]:2525\nhost = MX1.home.example\n"
		"database = postgresql:///mailvet\naggregate = no\n",
		&errors, &s), 0);
	assert_str(s->submitter, "home.example");
	assert_str(s->organization, "home.example");
	assert_str(s->host, "mx1.home.example");
	assert_string_equal(s->submit_host, "::1");
	assert_int_equal(s->submit_port, 2525);
	assert_int_equal(load(arena, "[report]\nfrom = dmarc@home.example\n"
		"organization = Home & Co.\nsubmit = mail.home.example\n",
		&errors, &s), 0);
	assert_str(s->organization, "Home & Co.");
	assert_string_equal(s->submit_host, "mail.home.example");
	assert_int_equal(s->submit_port, 25);
	arena_free(arena);
}

static void
bad_values(void **state)
{
	static const char *const lines[] = {
		"from = nobody", "from = @home.example", "from = a b@c.example",
		"from = a@home..example", "from = <a@home.example>",
		"from = a,b@home.example",
		"from = a@b@home.example",
		"submit = [::1]25", "submit = [::1", "submit = []:25",
		"submit = :25", "submit = host:0", "submit = host:99999",
		"submit = host:smtp", "submit = [::1]25x",
		"database = report.db", "database = mysql://x",
		"host = not a name", "keep-days = 1", "failure-limit = 0",
		"organization = tab\there",
	};
	struct arena *arena = arena_new(0);
	const struct report_settings *s;
	struct conf_errors errors;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct strbuf sb = sb_new(arena);

		sb_addf(&sb, "[report]\n%s\n", lines[i]);
		if (load(arena, sb_done(&sb).p, &errors, &s) != ERR_CONFIG)
			fail_msg("%s", lines[i]);
		assert_int_equal(errors.count, 1);
		if (strstr(errors.texts[0], ":2: ") == NULL)
			fail_msg("%s: %s", lines[i], errors.texts[0]);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(values),
		cmocka_unit_test(bad_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

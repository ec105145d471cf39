/* The [dmarc] section. */
#include "unit/dmarc/fixture.h"

#include "dmarc/conf.h"

/* Load a file of this text; the errors go to *errors. */
static int
load(struct arena *arena, const char *text, struct conf_errors *errors,
	const struct dmarc_settings **ret)
{
	const struct conf_section *const sections[] = { &dmarc_section, NULL };
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
	err = dmarc_load(&l, &settings);
	*ret = settings;
	return err;
}

static void
defaults(void **state)
{
	struct arena *arena = arena_new(0);
	const struct dmarc_settings *s;
	struct conf_errors errors;

	(void)state;
	assert_int_equal(load(arena, "[dmarc]\n", &errors, &s), 0);
	assert_int_equal(s->conf.enforce, ENFORCE_QUARANTINE);
	assert_int_equal(s->conf.quarantine, QUARANTINE_MARK);
	assert_int_equal(s->conf.on_temperror, TEMPERROR_ACCEPT);
	assert_int_equal(s->conf.on_invalid_from, INVALID_FROM_ACCEPT);
	assert_int_equal(s->mark_name.n, 0);
	assert_null(s->suffixes);
	assert_int_equal(s->overrides.count, 0);
	assert_non_null(s->journal);
	assert_string_equal(s->conf.journal_directory,
		"/var/spool/mailvet/dmarc");
	assert_null(s->failures);
	assert_int_equal(s->conf.name_address, NAME_ADDRESS_IGNORE);
	arena_free(arena);
}

static void
values(void **state)
{
	struct arena *arena = arena_new(0);
	const struct dmarc_settings *s;
	struct conf_errors errors;

	(void)state;
	assert_int_equal(load(arena, "[dmarc]\nenforce = reject\n"
		"quarantine = hold\nquarantine-header = X-Spam : a: b\n"
		"on-temperror = defer\non-invalid-from = reject\n",
		&errors, &s), 0);
	assert_int_equal(s->conf.enforce, ENFORCE_REJECT);
	assert_int_equal(s->conf.quarantine, QUARANTINE_HOLD);
	assert_int_equal(s->conf.on_temperror, TEMPERROR_DEFER);
	assert_int_equal(s->conf.on_invalid_from, INVALID_FROM_REJECT);
	assert_str(s->mark_name, "X-Spam");
	assert_str(s->mark_value, "a: b");
	assert_int_equal(load(arena, "[dmarc]\ndiscovery = psl\n"
		"journal = no\nfailure-reports = yes\n"
		"name-address = invalid\n", &errors, &s), 0);
	assert_non_null(s->suffixes);
	assert_null(s->journal);
	assert_non_null(s->failures);
	assert_int_equal(s->conf.name_address, NAME_ADDRESS_INVALID);
	assert_int_equal(load(arena, "[dmarc]\nenforce = monitor\n", &errors,
		&s), 0);
	assert_int_equal(s->conf.enforce, ENFORCE_MONITOR);
	arena_free(arena);
}

static void
bad_values(void **state)
{
	static const char *const lines[] = {
		"enforce = maybe", "enforce =", "quarantine = delete",
		"on-temperror = reject", "on-invalid-from = quarantine",
		"discovery = rfc7489", "journal = perhaps",
		"journal-directory = here", "overrides = /nonexistent/file",
		"overrides = /tmp", "name-address = no",
		"quarantine-header = X-Spam", "quarantine-header = : yes",
		"quarantine-header = X-Spam:", "quarantine-header = X Spam: y",
		"quarantine-header = X-Sp\xc3\xa4m: yes",
		"quarantine-header = X-Spam: \x01", "trust = sealed",
		"quarantine-header = X-Spam: 0123456789012345678901234567890123"
		"4567890123456789012345678901234567890123456789012345678901234"
		"5678901234567890123456789012345678901234567890123456789012345"
		"67890123456789012345678901234567890123456789",
	};
	struct arena *arena = arena_new(0);
	const struct dmarc_settings *s;
	struct conf_errors errors;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct strbuf sb = sb_new(arena);

		sb_addf(&sb, "[dmarc]\n%s\n", lines[i]);
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

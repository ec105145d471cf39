#include "unit/base/check.h"

#include "filter/common.h"

#include <grp.h>

static const struct conf_section *const sections[] = { &common_section, NULL };

/* The section with one key set on the command line. */
static const struct common *
load(struct arena *arena, const char *key, const char *value,
	struct conf_errors *errors, struct conf **conf)
{
	const struct conf_setting settings[] = {
		{ "common", key, value, "--test" }, { NULL } };
	const struct conf_source source = { NULL, NULL, settings };

	*errors = (struct conf_errors){ .arena = arena };
	if (conf_load(arena, &source, sections, errors, conf) != 0)
		return NULL;
	return conf_get(*conf, "common");
}

static void
defaults(void **state)
{
	struct arena *arena = arena_new(0);
	struct conf_errors errors;
	struct conf *conf;
	const struct common *c = load(arena, NULL, NULL, &errors, &conf);
	struct ipaddr local, stranger;

	(void)state;
	assert_non_null(c);
	assert_null(c->authserv_id);
	assert_true(ipaddr_parse(STR("127.1.2.3"), &local));
	assert_true(ipaddr_parse(STR("192.0.2.1"), &stranger));
	assert_true(ipnet_list_contains(&c->internal_hosts, &local));
	assert_false(ipnet_list_contains(&c->internal_hosts, &stranger));
	assert_int_equal(c->submission_daemons.count, 1);
	assert_int_equal(c->nameservers.count, 0);
	assert_int_equal(c->deadline, 20000);
	assert_int_equal(common_log_level(c), LEVEL_INFO);
	assert_false(c->dry_run);
	assert_int_equal(c->socket_mode, 0660);
	assert_null(c->socket_group);
	arena_free(arena);
}

static void
log_levels(void **state)
{
	static const struct {
		const char *word;
		enum log_level level;
	} rows[] = { { "error", LEVEL_ERROR }, { "warning", LEVEL_WARNING },
		{ "notice", LEVEL_NOTICE }, { "info", LEVEL_INFO },
		{ "debug", LEVEL_DEBUG } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *arena = arena_new(0);
		struct conf_errors errors;
		struct conf *conf;
		const struct common *c = load(arena, "log-level", rows[i].word,
			&errors, &conf);

		assert_row(i, common_log_level(c) == rows[i].level);
		arena_free(arena);
	}
}

static const struct {
	const char *id;
	bool good;
} ids[] = {
	{ "mx.example.org", true }, { "MX-1", true }, { "a_b", true },
	{ "mail", true }, { "mx example", false }, { "mx;", false },
	{ "(mx)", false }, { "\"mx\"", false }, { "mx/1", false },
	{ "mx@example", false }, { "m\xc3\xa9", false }, { "mx\t", false },
};

/* What cannot stand in a field would be found in none. */
static void
authserv_ids(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct arena *arena = arena_new(0);
		struct conf_errors errors;
		struct conf *conf;
		const struct common *c = load(arena, "authserv-id", ids[i].id,
			&errors, &conf);

		assert_row(i, (c != NULL) == ids[i].good);
		assert_row(i, errors.count == !ids[i].good);
		if (!ids[i].good)
			assert_true(str_istarts(str_of(errors.texts[0]),
				STR("--test: authserv-id")));
		arena_free(arena);
	}
}

/* A group that is not there would be found out when the socket is bound. */
static void
socket_groups(void **state)
{
	const struct group *own = getgrgid(getgid());
	struct arena *arena = arena_new(0);
	struct conf_errors errors;
	struct conf *conf;
	const struct common *c;

	(void)state;
	assert_non_null(own);
	c = load(arena, "socket-group", own->gr_name, &errors, &conf);
	assert_non_null(c);
	assert_string_equal(c->socket_group, own->gr_name);
	c = load(arena, "socket-group", "", &errors, &conf);
	assert_non_null(c);
	assert_null(c->socket_group);
	assert_null(load(arena, "socket-group", "no-such-group", &errors,
		&conf));
	assert_int_equal(errors.count, 1);
	assert_true(str_istarts(str_of(errors.texts[0]),
		STR("--test: socket-group: \"no-such-group\" is not a valid")));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(log_levels),
		cmocka_unit_test(authserv_ids),
		cmocka_unit_test(socket_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

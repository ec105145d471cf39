#include "unit/pipeline/key.h"

#include "pipeline/snapshot.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- filters ------------------------------------------------------------ */

static int load_status; /* of the filter's load */
static atomic_int alive; /* settings that were made and not freed */

static void
forget(void *arg)
{
	(void)arg;
	alive--;
}

struct section {
	long speed;
};

static int
load_filter(const struct load *load, const void **settings)
{
	const struct section *section = conf_get(load->conf, "spf");

	if (load_status == ERR_CONFIG)
		conf_error(load->errors, conf_where(load->conf, "spf", "speed"),
			"too slow");
	alive++;
	if (arena_defer(load->arena, forget, NULL) < 0)
		return ERR_NOMEM;
	*settings = section;
	return load_status;
}

static const struct conf_option options_of_test[] = {
	{ .key = "speed", .type = CONF_INT, .initial = "7", .max = 99,
		.help = "How fast" },
	{ .key = NULL },
};
static const struct conf_section section = { "spf", options_of_test,
	sizeof(struct section) };

static const struct filter spf = { .name = "spf", .section = &section,
	.load = load_filter };
static const struct filter asking = { .name = "dkim", .uses_dns = true };
static const struct filter dmarc = { .name = "dmarc" };
static const struct filter sign = { .name = "sign" };

#define PROGRAM(name, ...) \
	static const struct filter *const name##_filters[] = { \
		__VA_ARGS__, NULL }; \
	static const struct program name = { "test", "", name##_filters }

PROGRAM(spf_only, &spf);
PROGRAM(dkim_only, &asking);
PROGRAM(dmarc_only, &dmarc);
PROGRAM(sign_only, &sign);
PROGRAM(inbound, &spf, &asking, &dmarc);

/* ---- loading ------------------------------------------------------------ */

static struct arena *arena;
static struct conf_errors errors;
static char path[] = "/tmp/mailvet-snapshot-XXXXXX";

static int
setup(void **state)
{
	int fd;

	(void)state;
	arena = arena_new(0);
	errors = (struct conf_errors){ .arena = arena };
	load_status = 0;
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	return close(fd);
}

static int
teardown(void **state)
{
	(void)state;
	assert_int_equal(alive, 0);
	arena_free(arena);
	return unlink(path);
}

/* With that text as the file; %s in it is the seal key's path. */
static int
load(const struct program *program, const char *format, struct snapshot **ret)
{
	char text[500];
	int n = snprintf(text, sizeof(text), format, key_path);

	write_file(path, (struct str){ text, (size_t)n }, 0600);
	errors = (struct conf_errors){ .arena = arena };
	*ret = NULL;
	return snapshot_load(program, path, NULL, &errors, ret);
}

#define KEY "[common]\nseal-key = %s\n"

static void
settings(void **state)
{
	const struct conf_setting above[] = {
		{ "spf", "speed", "9", "--speed" }, { NULL } };
	struct snapshot *s;

	(void)state;
	assert_int_equal(0, load(&spf_only, KEY "[spf]\nspeed = 8\n", &s));
	assert_ptr_equal(s->program, &spf_only);
	assert_int_equal(((const struct section *)s->settings[0])->speed, 8);
	assert_int_equal(s->common->deadline, 20000);
	assert_null(s->dns);
	snapshot_unref(s);
	assert_int_equal(0, snapshot_load(
		&spf_only, path, above, &errors, &s));
	assert_int_equal(((const struct section *)s->settings[0])->speed, 9);
	snapshot_unref(s);
	snapshot_unref(NULL);
}

static void
references(void **state)
{
	struct snapshot *s;

	(void)state;
	assert_int_equal(0, load(&spf_only, KEY, &s));
	assert_ptr_equal(snapshot_ref(s), s);
	snapshot_unref(s);
	assert_int_equal(alive, 1);
	snapshot_unref(s);
	assert_int_equal(alive, 0);
}

static void *
take_and_give(void *arg)
{
	for (int i = 0; i < 10000; i++)
		snapshot_unref(snapshot_ref(arg));
	return NULL;
}

static void
references_of_threads(void **state)
{
	pthread_t threads[4];
	struct snapshot *s;

	(void)state;
	assert_int_equal(0, load(&spf_only, KEY, &s));
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_create(&threads[i], NULL, take_and_give, s);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(alive, 1);
	snapshot_unref(s);
}

/* ---- the gate ----------------------------------------------------------- */

static const struct {
	const struct program *program;
	unsigned parts;
	bool sealed;
} gates[] = {
	{ &spf_only, AUTHRES_SPF, true },
	{ &dkim_only, AUTHRES_DKIM, true },
	{ &dmarc_only, AUTHRES_DMARC, true },
	{ &inbound, AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DMARC, false },
	{ &sign_only, 0, false },
};

/* Who fills all or nothing has no neighbour and needs no key. */
static void
seal_keys(void **state)
{
	char zone[] = "/tmp/mailvet-zone-XXXXXX", keyed[100], no_key[100];
	int fd = mkstemp(zone);
	struct snapshot *s;

	(void)state;
	close(fd);
	snprintf(keyed, sizeof(keyed), "%szone = %s\n", KEY, zone);
	snprintf(no_key, sizeof(no_key), "[common]\n"
		"seal-key = /nonexistent\nzone = %s\n", zone);
	for (size_t i = 0; i < COUNT(gates); i++) {
		int err = load(gates[i].program, keyed, &s);

		assert_row(i, err == 0);
		assert_row(i, s->gate.parts == gates[i].parts);
		assert_row(i, (s->gate.key != NULL) == gates[i].sealed);
		snapshot_unref(s);
		err = load(gates[i].program, no_key, &s);
		assert_row(i, err == (gates[i].sealed ? ERR_CONFIG : 0));
		if (gates[i].sealed)
			assert_non_null(strstr(errors.texts[0], ":2: seal-key "
				"/nonexistent: No such file"));
		snapshot_unref(s);
	}
	unlink(zone);
}

/* ---- the resolver ------------------------------------------------------- */

static void
zones(void **state)
{
	char zone[] = "/tmp/mailvet-zone-XXXXXX", text[100];
	int fd = mkstemp(zone);
	struct snapshot *s;

	(void)state;
	snprintf(text, sizeof(text), "%szone = %s\n", KEY, zone);
	assert_int_equal(0, load(&dkim_only, text, &s));
	assert_non_null(s->dns);
	snapshot_unref(s);
	/* Who asks nothing reads no zone. */
	assert_int_equal(0, load(&spf_only, KEY "zone = /nonexistent\n", &s));
	assert_null(s->dns);
	snapshot_unref(s);
	assert_int_equal(29, write(fd, "a.example. TXT \"b\"\nnonsense\n\n",
		29));
	close(fd);
	assert_int_equal(ERR_CONFIG, load(&dkim_only, text, &s));
	assert_true(str_istarts(str_of(errors.texts[0]), str_of(zone)));
	assert_non_null(strstr(errors.texts[0], ":2: "));
	unlink(zone);
	assert_int_equal(ERR_CONFIG, load(&dkim_only, text, &s));
	assert_non_null(strstr(errors.texts[0], ":3: zone /tmp/mailvet-zone-"));
	assert_int_equal(ERR_CONFIG,
		load(&dkim_only, KEY "zone = /dev/zero\n", &s));
	assert_non_null(strstr(errors.texts[0],
		":3: zone /dev/zero: not a regular file"));
}

/* libunbound would wait for a pipe's writer. */
static void
anchors(void **state)
{
	char pipe_path[] = "/tmp/mailvet-pipe-XXXXXX", text[100];
	struct snapshot *s;

	(void)state;
	close(mkstemp(pipe_path));
	unlink(pipe_path);
	snprintf(text, sizeof(text), "%strust-anchor = %s\n", KEY, pipe_path);
	assert_int_equal(ERR_CONFIG, load(&dkim_only, text, &s));
	assert_non_null(strstr(errors.texts[0], ":3: trust-anchor /tmp/"));
	assert_non_null(strstr(errors.texts[0], ": No such file"));
	assert_int_equal(0, mkfifo(pipe_path, 0600));
	alarm(10);
	assert_int_equal(ERR_CONFIG, load(&dkim_only, text, &s));
	alarm(0);
	assert_non_null(strstr(errors.texts[0], ": not a regular file"));
	unlink(pipe_path);
}

/* ---- refusals ----------------------------------------------------------- */

/* All complaints at once, as far as the file can be read. */
static void
complaints(void **state)
{
	struct snapshot *s;

	(void)state;
	load_status = ERR_CONFIG;
	assert_int_equal(ERR_CONFIG, load(&spf_only,
		"[common]\nseal-key = /nonexistent\n[spf]\nspeed = 1\n", &s));
	assert_null(s);
	assert_int_equal(errors.count, 2);
	assert_non_null(strstr(errors.texts[0], ":4: too slow"));
	assert_non_null(strstr(errors.texts[1], ":2: seal-key"));
	assert_int_equal(ERR_CONFIG,
		load(&spf_only, KEY "nonsense = 1\n[spf]\nspeed = x\n", &s));
	assert_int_equal(errors.count, 2);
	assert_int_equal(ERR_CONFIG, snapshot_load(
		&spf_only, "/nonexistent", NULL, &errors, &s));
	load_status = ERR_NOMEM;
	assert_int_equal(ERR_NOMEM, load(&spf_only, KEY, &s));
	assert_null(s);
}

static void
programs(void **state)
{
	const struct conf_section *sections[FILTERS_MAX + 2];

	(void)state;
	assert_int_equal(program_filters(&inbound), 3);
	program_sections(&inbound, sections);
	assert_ptr_equal(sections[0], &common_section);
	assert_ptr_equal(sections[1], &section);
	assert_null(sections[2]);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(settings),
		TEST(references),
		TEST(references_of_threads),
		TEST(seal_keys),
		TEST(zones),
		TEST(anchors),
		TEST(complaints),
		TEST(programs),
	};

	return cmocka_run_group_tests(tests, make_key, remove_key);
}

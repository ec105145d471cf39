/* Sets of networks, names and addresses. */
#include "unit/base/check.h"

#include "filter/lists.h"

static struct arena *arena;
static struct conf_errors errors;

/* The list of words parted by spaces. */
static struct conf_list
words_of(const char *text)
{
	struct conf_list words = { arena_array(arena, 20, sizeof(struct str)),
		0 };
	struct str rest = str_of(text);

	while (rest.n > 0)
		words.items[words.count++] = str_cut(&rest, ' ');
	return words;
}

typedef int read_fn(const struct load *load, const struct list_option *option,
	struct name_list *ret);

static int
read_names(read_fn *read, const char *text, struct name_list *ret)
{
	static const struct conf_option none[] = { { .key = NULL } };
	static const struct conf_section section = { "s", none, 1 };
	static const struct conf_section *const sections[] = { &section,
		NULL };
	const struct conf_source source = { .path = NULL };
	const struct conf_list words = words_of(text);
	const struct list_option option = { "s", "k", &words };
	struct load load = { .arena = arena, .errors = &errors };
	struct conf *conf;

	errors = (struct conf_errors){ .arena = arena };
	assert_int_equal(conf_load(arena, &source, sections, &errors, &conf),
		0);
	load.conf = conf;
	return read(&load, &option, ret);
}

static const struct {
	const char *list, *name;
	bool has;
} names[] = {
	{ "", "x.test", false },
	{ "x.test", "x.test", true },
	{ "x.test", "X.Test.", true },
	{ "X.TEST.", "x.test", true },
	{ "x.test", "a.x.test", false },
	{ "x.test", "ax.test", false },
	{ ".x.test", "x.test", false },
	{ ".x.test", "a.x.test", true },
	{ ".x.test", "a.b.x.test", true },
	{ ".x.test", "ax.test", false },
	{ ".test", "a.x.test", true },
	{ "z.test a.test m.test .b.test", "m.test", true },
	{ "z.test a.test m.test .b.test", "x.b.test", true },
	{ "z.test a.test m.test .b.test", "n.test", false },
	{ "b\xc3\xbc" "cher.test", "xn--bcher-kva.test", true },
	{ "xn--bcher-kva.test", "B\xc3\x9c" "cher.test", true },
	{ "x.test", "", false },
	{ "x.test", "..", false },
	{ "x.test", "[192.0.2.1]", false },
};

static void
has_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct name_list list;

		assert_row(i, read_names(lists_names, names[i].list,
			&list) == 0);
		assert_row(i, name_list_has(&list, arena,
			str_of(names[i].name)) == names[i].has);
	}
}

static const struct {
	const char *list, *address;
	bool has;
} addresses[] = {
	{ "a@x.test", "a@x.test", true },
	{ "a@x.test", "A@X.TEST", true },
	{ "A@x.test", "a@x.test.", true },
	{ "a@x.test", "b@x.test", false },
	{ "a@x.test", "a@y.x.test", false },
	{ "a@x.test", "xa@x.test", false },
	{ "x.test", "a@x.test", true },
	{ "@x.test", "a@x.test", true },
	{ "x.test", "a@y.x.test", false },
	{ ".x.test", "a@y.x.test", true },
	{ ".x.test", "a@x.test", false },
	{ "a@", "a@x.test", true },
	{ "a@", "a@[192.0.2.1]", true },
	{ "a@", "a", true },
	{ "a@", "ba@x.test", false },
	{ "x.test", "x.test", false },
	{ "x.test", "x.test@y.test", false },
	{ "\"a@b\"@x.test", "\"a@b\"@x.test", true },
	{ "a@x.test", "\"z@z\"a@x.test", false },
	{ "a@b\xc3\xbc" "cher.test", "a@xn--bcher-kva.test", true },
	{ "a@x.test", "", false },
	{ "a@x.test", "@", false },
};

static void
has_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct name_list list;

		assert_row(i, read_names(lists_addresses, addresses[i].list,
			&list) == 0);
		assert_row(i, name_list_has_address(&list, arena,
			str_of(addresses[i].address)) == addresses[i].has);
	}
}

static void
refuses(void **state)
{
	static const struct {
		read_fn *read;
		const char *list, *complaint;
	} rows[] = {
		{ lists_names, "x..test", "\"x..test\" is not a host" },
		{ lists_names, ".", "\".\" is not a host or domain name" },
		{ lists_names, "a@x.test", "\"a@x.test\" is not a host" },
		{ lists_names, "x_y!", "\"x_y!\" is not a host" },
		{ lists_addresses, "@", "\"@\" is not an address or" },
		{ lists_addresses, "*@x.test", "\"*@x.test\" is not an" },
		{ lists_addresses, "a@x..test", "\"a@x..test\" is not an" },
		{ lists_addresses, "a@b@x.test", "\"a@b@x.test\" is not an" },
	};
	struct name_list list;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_row(i, read_names(rows[i].read, rows[i].list, &list) ==
			ERR_CONFIG);
		assert_row(i, errors.count == 1);
		if (strstr(errors.texts[0], rows[i].complaint) == NULL)
			fail_msg("%s", errors.texts[0]);
	}
}

/* Of a size at which a walk through the list would be felt. */
static void
large_lists(void **state)
{
	struct name_list list = { NULL, 0, 0 };
	char path[] = "/tmp/mailvet-list-XXXXXX", name[40];
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	(void)state;
	for (int i = 0; i < 100000; i++)
		fprintf(file, "host%d.x.test\n", i * 7 % 100000);
	fclose(file);
	assert_int_equal(read_names(lists_names, path, &list), 0);
	assert_int_equal(list.count, 100000);
	for (int i = 0; i < 110000; i++) {
		snprintf(name, sizeof(name), "host%d.x.test", i);
		assert_row(i, name_list_has(&list, arena, str_of(name)) ==
			(i < 100000));
	}
	unlink(path);
}

static struct ipnet_list the_nets;

/* In the shape of read_fn. */
static int
read_nets(const struct load *load, const struct list_option *option,
	struct name_list *ret)
{
	(void)ret;
	return lists_nets(load, option, &the_nets);
}

static void
networks(void **state)
{
	struct ipaddr addr;

	(void)state;
	assert_int_equal(read_names(read_nets,
		"192.0.2.0/24 2001:db8::/32 198.51.100.1", NULL), 0);
	assert_int_equal(the_nets.count, 3);
	assert_true(ipaddr_parse(STR("2001:db8::1"), &addr));
	assert_true(ipnet_list_contains(&the_nets, &addr));
	assert_true(ipaddr_parse(STR("198.51.100.2"), &addr));
	assert_false(ipnet_list_contains(&the_nets, &addr));
	assert_int_equal(read_names(read_nets, "192.0.2.0/33 x", NULL),
		ERR_CONFIG);
	assert_int_equal(errors.count, 2);
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_names),
		cmocka_unit_test(has_addresses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(large_lists),
		cmocka_unit_test(networks),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

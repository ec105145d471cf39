#include "keys/txt.h"
#include "unit/keys/command_test.h"

#include <stdlib.h>

static char *
printed(enum record_format format, struct str text)
{
	const struct txt record = { STR("s1._domainkey.example.org"), text };
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);

	txt_print(f, format, &record);
	fclose(f);
	return out;
}

static void
assert_printed(enum record_format format, struct str text, const char *want)
{
	char *got = printed(format, text);

	assert_string_equal(want, got);
	free(got);
}

#define NAME "s1._domainkey.example.org"
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X255 X50 X50 X50 X50 X50 "xxxxx"

static void
test_short(void **state)
{
	(void)state;
	assert_printed(FORMAT_BIND, STR("v=DKIM1; p="),
		NAME ".\tIN TXT\t\"v=DKIM1; p=\"\n");
	assert_printed(FORMAT_NSD, STR("a\"b\\c"),
		NAME ".\tIN TXT\t\"a\\\"b\\\\c\"\n");
	assert_printed(FORMAT_PLAIN, STR("a\"b"), NAME " TXT\na\"b\n");
}

/* RFC 1035: strings of up to 255 bytes. */
static void
test_long(void **state)
{
	(void)state;
	assert_printed(FORMAT_BIND, STR(X255),
		NAME ".\tIN TXT\t\"" X255 "\"\n");
	assert_printed(FORMAT_BIND, STR(X255 "y"),
		NAME ".\tIN TXT\t( \"" X255 "\"\n\t\t\"y\" )\n");
	assert_printed(FORMAT_NSD, STR(X255 X255 "z"),
		NAME ".\tIN TXT\t\"" X255 "\" \"" X255 "\" \"z\"\n");
	assert_printed(FORMAT_PLAIN, STR(X255 X255 "z"),
		NAME " TXT\n" X255 X255 "z\n");
}

static void
test_remark(void **state)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);

	(void)state;
	txt_remark(f, "%s: %d", "a", 1);
	fclose(f);
	assert_string_equal("; a: 1\n", out);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_remark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

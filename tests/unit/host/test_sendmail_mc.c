#include "unit/base/check.h"

#include "host/sendmail_mc.h"

#define LINE "FEATURE(`mailvet', `chain')dnl"

static struct arena *arena;

static const struct {
	const char *before;
	const char *after; /* with LINE inserted */
} inserts[] = {
	{ "OSTYPE(`linux')dnl\nMAILER(`local')dnl\nMAILER(`smtp')dnl\n",
		"OSTYPE(`linux')dnl\n" LINE
		"\nMAILER(`local')dnl\nMAILER(`smtp')dnl\n" },
	/* No MAILER, no newline at the end, nothing at all. */
	{ "OSTYPE(`linux')dnl\n", "OSTYPE(`linux')dnl\n" LINE "\n" },
	{ "OSTYPE(`linux')dnl", "OSTYPE(`linux')dnl\n" LINE "\n" },
	{ "", LINE "\n" },
	/* What m4 does not read is no MAILER and no feature. */
	{ "dnl MAILER(`uucp')\nMAILER(`smtp')dnl\n",
		"dnl MAILER(`uucp')\n" LINE "\nMAILER(`smtp')dnl\n" },
	{ "dnl FEATURE(`mailvet')dnl\nMAILER(`smtp')dnl\n",
		"dnl FEATURE(`mailvet')dnl\n" LINE "\nMAILER(`smtp')dnl\n" },
	/* What is there already, however it is written, is replaced. */
	{ LINE "\nMAILER(`smtp')dnl\n", LINE "\nMAILER(`smtp')dnl\n" },
	{ "a\nFEATURE(`mailvet', `inbound')\nb\nMAILER(`smtp')\n",
		"a\n" LINE "\nb\nMAILER(`smtp')\n" },
	{ "include(`/usr/share/mailvet/sendmail/mailvet.m4')dnl\nb\n",
		LINE "\nb\n" },
	{ "FEATURE(`mailvet')\nFEATURE(`mailvet')\n", LINE "\n" },
	{ "FEATURE(mailvet)dnl\n", LINE "\n" },
	{ "FEATURE( mailvet, inbound)dnl\n", LINE "\n" },
	{ "include(/usr/share/mailvet/sendmail/mailvet.m4)dnl\n", LINE "\n" },
	/* sendmail's m4 files have m4 read what stands behind a #. */
	{ "# FEATURE(`mailvet')\n", LINE "\n" },
	/* Another feature, whose name is longer. */
	{ "FEATURE(`mailvet2')\n", "FEATURE(`mailvet2')\n" LINE "\n" },
	/* The end of the text is kept as it is. */
	{ "MAILER(`smtp')", LINE "\nMAILER(`smtp')" },
};

static void
insert(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(inserts); i++) {
		struct str once = mc_insert(arena, str_of(inserts[i].before),
			STR(LINE));

		assert_str(once, inserts[i].after);
		assert_str(mc_insert(arena, once, STR(LINE)),
			inserts[i].after);
		assert_true(mc_uses_mailvet(once, NULL));
	}
}

static const struct {
	const char *before;
	const char *after;
} removals[] = {
	{ "a\n" LINE "\nb\n", "a\nb\n" },
	{ "a\n", "a\n" },
	{ "dnl FEATURE(`mailvet')\n", "dnl FEATURE(`mailvet')\n" },
	{ LINE "\n", "" },
	{ LINE "\nb", "b" },
};

static void
removal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(removals); i++)
		assert_str(mc_remove(arena, str_of(removals[i].before)),
			removals[i].after);
}

static const struct {
	const char *text;
	const char *directory;
} trees[] = {
	{ "include(`/usr/share/sendmail-cf/m4/cf.m4')dnl\n",
		"/usr/share/sendmail-cf" },
	{ "divert(0)\n  include(`/a/m4/cf.m4')\n", "/a" },
	{ "dnl include(`/a/m4/cf.m4')\ninclude(`/b/m4/cf.m4')\n", "/b" },
	{ "include(`../m4/cf.m4')\n", ".." },
	{ "include(`/etc/mail/other.m4')\n", "" },
	{ "", "" },
};

static void
tree(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(trees); i++)
		assert_str(mc_cf_directory(str_of(trees[i].text)),
			trees[i].directory);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(insert),
		cmocka_unit_test(removal),
		cmocka_unit_test(tree),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* The second opinion, and the faults that it must not let in. */
#include "unit/dmarc/fixture.h"

#include <pthread.h>

#include "dmarc/opendmarc.h"

static const char *
opinion(struct arena *arena, const char *text, struct dmarc_record *r)
{
	const char *difference;

	assert_int_equal(record_parse(arena, str_of(text), r), 0);
	assert_int_equal(opendmarc_compare(arena, STR("example.com"), r,
		&difference), 0);
	return difference;
}

static void
same_reading(void **state)
{
	static const char *const texts[] = {
		"v=DMARC1; p=none",
		"v=DMARC1; p=reject; sp=quarantine; np=none; t=y; psd=n",
		"v=DMARC1; p=quarantine; adkim=s; aspf=s; pct=x; ri=x; rf=x",
		"v=DMARC1; p=Reject; sp=bad; rua=mailto:a@x.com",
		"v=DMARC1; p=rej; rua=mailto:a@x.com",
		"v=DMARC1; p=none; p=reject",
		"v=DMARC1; p=none; adkim=bad; fo=z; ruf=mailto:a@x.com",
		"v=DMARC1; p=none; rua=mailto:a@x.com!10m,https://x.com; "
			"ruf=mailto:b@x.com,mailto:c@x.com",
		"v=DMARC1; p=none; rua=mailto:a@x.com; rua=mailto:b@x.com",
		"v=DMARC1; p=none; rua=mailto:a%3Bb@x.com",
		"v=DMARC1",
	};
	struct arena *arena = arena_new(0);
	struct dmarc_record r;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *difference = opinion(arena, texts[i], &r);

		if (difference != NULL)
			fail_msg("%s: %s", texts[i], difference);
	}
	arena_free(arena);
}

/* What a wrong reading of ours would look like. */
static void
differences_are_named(void **state)
{
	struct arena *arena = arena_new(0);
	struct str uris[] = { STR("mailto:a@x.com;x=y"), STR("mailto:b@x") };
	struct dmarc_record r;
	const char *difference;

	(void)state;
	opinion(arena, "v=DMARC1; p=none", &r);
	r.rua = (struct dmarc_uris){ uris, 2, true };
	assert_int_equal(opendmarc_compare(arena, STR("example.com"), &r,
		&difference), 0);
	assert_string_equal(difference, "rua");
	arena_free(arena);
}

/* It drops a list of 512 bytes, and a whole record for a URI of 256. */
static void
its_buffers_are_never_filled(void **state)
{
	struct arena *arena = arena_new(0);
	struct dmarc_record r;

	(void)state;
	for (size_t size = 200; size < 600; size++) {
		struct strbuf sb = sb_new(arena);

		sb_addz(&sb, "v=DMARC1; p=none; rua=mailto:");
		for (size_t i = 0; i < size; i++)
			sb_addc(&sb, 'a');
		sb_addz(&sb, "@x.com");
		assert_null(opinion(arena, sb_done(&sb).p, &r));
		assert_int_equal(r.rua.count, 1);
	}
	for (size_t size = 1; size < 80; size++) {
		struct strbuf sb = sb_new(arena);

		sb_addz(&sb, "v=DMARC1; p=none; ruf=mailto:a@x.com");
		for (size_t i = 1; i < size; i++)
			sb_addz(&sb, ",mailto:a@x");
		assert_null(opinion(arena, sb_done(&sb).p, &r));
		assert_int_equal(r.ruf.count, size);
	}
	arena_free(arena);
}

static void
long_domains_are_not_handed_over(void **state)
{
	static char name[70000];
	struct arena *arena = arena_new(0);
	struct dmarc_record r;
	const char *difference = "";

	(void)state;
	memset(name, 'a', sizeof(name));
	opinion(arena, "v=DMARC1; p=none", &r);
	assert_int_equal(opendmarc_compare(arena,
		(struct str){ name, sizeof(name) }, &r, &difference), 0);
	assert_null(difference);
	arena_free(arena);
}

static void *
one_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 500; i++) {
		struct arena *arena = arena_new(0);
		struct dmarc_record r;
		const char *difference;

		if (record_parse(arena, STR("v=DMARC1; p=reject; adkim=s; "
			"rua=mailto:a@x.com,mailto:b@x.com"), &r) != 0 ||
			opendmarc_compare(arena, STR("x.com"), &r,
				&difference) != 0 || difference != NULL)
			return "failed";
		arena_free(arena);
	}
	return NULL;
}

static void
threads_do_not_meet(void **state)
{
	pthread_t threads[8];
	void *failed;

	(void)state;
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, one_thread,
			NULL), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_reading),
		cmocka_unit_test(differences_are_named),
		cmocka_unit_test(its_buffers_are_never_filled),
		cmocka_unit_test(long_domains_are_not_handed_over),
		cmocka_unit_test(threads_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/dkim/signed.h"

struct signed_world world = {
	.options = { .minimum_bits = 1024, .maximum = 10 },
};

const struct str plain_message = STR("From: Ann <ann@example.com>\r\n"
				     "To: bob@example.net\r\n"
				     "Subject: a  folded\r\n"
				     "\tsubject \r\n"
				     "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n"
				     "\r\n"
				     "Hello  Bob,\r\n"
				     "\r\n"
				     "trailing space \t\r\n"
				     ".\r\n"
				     "bye\r\n"
				     "\r\n\r\n");

int
signed_setup(void **state)
{
	char path[64];
	FILE *f = test_file(path);

	(void)state;
	world.rsa = test_rsa(2048);
	world.old = test_rsa(1024);
	world.small = test_rsa(512);
	world.ed = test_ed25519();
	fputs("$ORIGIN _domainkey.example.com.\n", f);
	zone_key(f, "rsa", "v=DKIM1; k=rsa; ", world.rsa.public_key);
	zone_key(f, "test", "v=DKIM1; t=y; ", world.rsa.public_key);
	zone_key(f, "strict", "v=DKIM1; t=s; ", world.rsa.public_key);
	zone_key(f, "old", "", world.old.public_key);
	zone_key(f, "small", "v=DKIM1; ", world.small.public_key);
	zone_key(f, "ed", "v=DKIM1; k=ed25519; ", world.ed.public_key);
	zone_key(f, "other", "v=DKIM1; ", world.old.public_key);
	zone_key(f, "revoked", "v=DKIM1; ", "");
	zone_key(f, "two", "v=DKIM1; ", world.rsa.public_key);
	zone_key(f, "two", "v=DKIM1; ", "");
	zone_key(f, "rsa._domainkey.xn--bcher-kva.example.", "",
		world.rsa.public_key);
	zone_key(f, "ed._domainkey.xn--bcher-kva.example.", "k=ed25519; ",
		world.ed.public_key);
	fputs("; fault servfail._domainkey.example.com. SERVFAIL\n", f);
	fputs("; fault timeout._domainkey.example.com. TIMEOUT\n", f);
	fclose(f);
	world.dns = zone_open(path);
	unlink(path);
	world.arena = arena_new(0);
	return dk_library_new(world.arena, &world.options.library);
}

int
signed_teardown(void **state)
{
	(void)state;
	arena_free(world.arena);
	dns_close(world.dns);
	test_key_free(&world.rsa);
	test_key_free(&world.old);
	test_key_free(&world.small);
	test_key_free(&world.ed);
	return 0;
}

struct str
signed_message(struct arena *arena, const char *canonicalization)
{
	char arguments[128];

	snprintf(arguments, sizeof(arguments), "rsa example.com %s rsa-sha256",
		canonicalization);
	return dkimpy_sign(arena, &world.rsa, arguments, plain_message);
}

struct str
with_text(struct arena *arena, struct str text, const char *before,
	const char *insert)
{
	const char *at = memmem(text.p, text.n, before, strlen(before));
	struct strbuf sb = sb_new(arena);

	assert_non_null(at);
	sb_add(&sb, (struct str){ text.p, (size_t)(at - text.p) });
	sb_addz(&sb, insert);
	sb_add(&sb, str_from(text, (size_t)(at - text.p)));
	return sb_done(&sb);
}

struct dkim_result
verify_one(struct arena *arena, struct str text, size_t piece)
{
	struct dkim_results r =
		verify_message(arena, &world.options, world.dns, text, piece);

	assert_int_equal(1, r.count);
	return r.sigs[0];
}

struct dkim_result
sign_and_verify(
	struct arena *arena, const struct test_key *key, const char *arguments)
{
	struct str text = dkimpy_sign(arena, key, arguments, plain_message);

	return verify_one(arena, text, 65535);
}

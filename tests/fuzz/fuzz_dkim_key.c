/*
 * A key record: two, parted by a NUL, as one answer.  A key that is taken can
 * be used, whatever it is, and the order of the records does not matter.
 */
#include "dkim/pubkey.h"
#include "fuzz/fuzz.h"

static struct pubkey
choose(struct arena *arena, const struct signature *sig, struct str a,
	struct str b)
{
	struct dns_record records[] = { { .data = a }, { .data = b } };
	struct dns_answer answer = { .status = DNS_FOUND,
		.records = records,
		.count = b.p != NULL ? 2 : 1 };
	struct pubkey key;

	must(pubkey_choose(arena, &answer, sig, 1024, &key) == 0);
	return key;
}

static void
check_key(const struct pubkey *key)
{
	static const unsigned char hash[SHA256_SIZE];
	bool good;

	if (key->result != AUTH_NONE) {
		must(key->reason.n > 0);
		return;
	}
	must(key->bits >= 256 && key->bits <= 8192);
	must(crypto_verify(key->key, hash, STR("no signature"), &good) == 0);
	must(!good);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str second = input(data, size);
	struct str first = str_cut(&second, '\0');

	for (int i = 0; i < 2; i++) {
		struct signature sig = { .key = i == 0 ? SIG_RSA : SIG_ED25519,
			.domain = STR("x.example"),
			.identity_domain = STR("x.example") };
		struct arena *arena = arena_new(0);
		struct pubkey key = choose(arena, &sig, first, second);

		check_key(&key);
		if (second.p != NULL) {
			struct pubkey same = choose(arena, &sig, second, first);

			must(same.result == key.result &&
				same.bits == key.bits &&
				same.test == key.test &&
				str_eq(same.reason, key.reason));
		}
		arena_free(arena);
	}
	return 0;
}

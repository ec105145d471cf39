#include "dkim/pubkey.h"
#include "dkim/base64.h"
#include "dkim/crypto.h"

enum {
	ED25519_BITS = 256,
	RSA_BITS_MAX = 8192, /* verifying takes 0.2 ms then */
	/* Usual are 17; one of the modulus's size takes milliseconds. */
	EXPONENT_BITS_MAX = 64,
};

static int
refuse(struct pubkey *key, enum auth_result result, const char *reason)
{
	key->result = result;
	key->reason = str_of(reason);
	return 0;
}

/* Is word in the list that colons part? */
static bool
list_has(struct str list, struct str word)
{
	while (list.p != NULL)
		if (str_eq(str_trim(str_cut(&list, ':')), word))
			return true;
	return false;
}

/* ---- p= ------------------------------------------------------------- */

/* Is the size one that we take?  RFC 8301 section 3.2. */
static int
check_size(struct arena *arena, const struct rsa_public *rsa,
	unsigned minimum, struct pubkey *key)
{
	struct strbuf sb = sb_new(arena);

	key->bits = rsa->modulus_bits;
	if (rsa->exponent_bits > EXPONENT_BITS_MAX)
		return refuse(key, AUTH_PERMERROR,
			"the RSA key has a huge exponent");
	if (key->bits >= minimum && key->bits <= RSA_BITS_MAX)
		return 0;
	sb_addf(&sb, "an RSA key of %u bits, ", key->bits);
	if (key->bits < minimum) {
		key->result = AUTH_POLICY;
		sb_addf(&sb, "less than %u", minimum);
	} else {
		key->result = AUTH_PERMERROR;
		sb_addf(&sb, "more than %u", RSA_BITS_MAX);
	}
	key->reason = sb_done(&sb);
	return key->reason.p != NULL ? 0 : ERR_NOMEM;
}

static int
check_rsa(struct arena *arena, struct str der, unsigned minimum,
	struct pubkey *key)
{
	struct rsa_public rsa;
	int r;

	if (!rsa_read(der, &rsa))
		return refuse(key, AUTH_PERMERROR, "the key is no RSA key");
	r = check_size(arena, &rsa, minimum, key);
	if (r == 0 && key->result == AUTH_NONE)
		r = crypto_rsa(arena, &rsa, &key->key);
	if (r == ERR_SYNTAX)
		r = refuse(key, AUTH_PERMERROR, "the key is no RSA key");
	return r;
}

static int
check_ed25519(struct arena *arena, struct str bytes, struct pubkey *key)
{
	int r = crypto_ed25519(arena, bytes, &key->key);

	if (r == ERR_SYNTAX)
		return refuse(
			key, AUTH_PERMERROR, "the key is no Ed25519 key");
	key->bits = ED25519_BITS;
	return r;
}

static int
check_key(struct arena *arena, struct str p, const struct signature *sig,
	unsigned minimum, struct pubkey *key)
{
	struct str bytes;
	int r = base64_decode(arena, p, &bytes);

	if (r == ERR_SYNTAX)
		return refuse(key, AUTH_PERMERROR, "p= is not base64");
	if (r < 0)
		return r;
	return sig->key == SIG_RSA ? check_rsa(arena, bytes, minimum, key) :
				     check_ed25519(arena, bytes, key);
}

/* ---- the record ----------------------------------------------------- */

/* What the record's tags forbid this signature; NULL: nothing. */
static const char *
objection(const struct taglist *tags, const struct signature *sig)
{
	struct str k = taglist_get(tags, "k");
	struct str h = taglist_get(tags, "h");
	struct str s = taglist_get(tags, "s");
	struct str t = taglist_get(tags, "t");
	struct str type = sig->key == SIG_RSA ? STR("rsa") : STR("ed25519");

	if (!str_eq(k.p != NULL ? k : STR("rsa"), type))
		return "the key is of another type than the signature";
	if (h.p != NULL && !list_has(h, STR("sha256")))
		return "the key is not for this hash algorithm";
	if (s.p != NULL && !list_has(s, STR("*")) &&
		!list_has(s, STR("email")))
		return "the key is not for mail";
	if (list_has(t, STR("s")) &&
		!str_eq(sig->identity_domain, sig->domain))
		return "the key is not for subdomains";
	return NULL;
}

/* RFC 6376 section 3.6.1: v=, if there is one, is first and DKIM1. */
static bool
is_key_record(const struct taglist *tags)
{
	struct str v = taglist_get(tags, "v");

	if (v.p != NULL &&
		(!str_eq(tags->tags[0].name, STR("v")) ||
			!str_eq(v, STR("DKIM1"))))
		return false;
	return taglist_get(tags, "p").p != NULL;
}

static int
judge(struct arena *arena, struct str text, const struct signature *sig,
	unsigned minimum, struct pubkey *key)
{
	struct taglist tags;
	const char *why;
	int r = taglist_parse(arena, text, &tags);

	if (r == ERR_NOMEM)
		return r;
	if (r < 0 || !is_key_record(&tags))
		return refuse(key, AUTH_PERMERROR, "malformed key record");
	key->test = list_has(taglist_get(&tags, "t"), STR("y"));
	why = objection(&tags, sig);
	if (why != NULL)
		return refuse(key, AUTH_PERMERROR, why);
	if (taglist_get(&tags, "p").n == 0)
		return refuse(key, AUTH_PERMERROR, "the key was revoked");
	return check_key(arena, taglist_get(&tags, "p"), sig, minimum, key);
}

/* ---- the answer ----------------------------------------------------- */

static int
compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return r != 0 ? r : (a.n > b.n) - (a.n < b.n);
}

/* Is this judgement better?  Usable first, then by the order of the bytes. */
static bool
better(const struct pubkey *a, struct str a_text, const struct pubkey *b,
	struct str b_text)
{
	if ((a->result == AUTH_NONE) != (b->result == AUTH_NONE))
		return a->result == AUTH_NONE;
	return compare(a_text, b_text) < 0;
}

enum { RECORDS_MAX = 8 }; /* that are looked at */

static int
best_of(struct arena *arena, const struct dns_answer *answer,
	const struct signature *sig, unsigned minimum, struct pubkey *ret)
{
	struct str chosen = { NULL, 0 };

	for (size_t i = 0; i < answer->count && i < RECORDS_MAX; i++) {
		struct pubkey key = { .result = AUTH_NONE };
		struct str text = answer->records[i].data;
		int r = judge(arena, text, sig, minimum, &key);

		if (r < 0)
			return r;
		if (chosen.p != NULL && !better(&key, text, ret, chosen))
			continue;
		chosen = text;
		*ret = key;
	}
	return 0;
}

int
pubkey_choose(struct arena *arena, const struct dns_answer *answer,
	const struct signature *sig, unsigned minimum, struct pubkey *ret)
{
	struct pubkey key = { .result = AUTH_NONE };
	int r = 0;

	switch (answer->status) {
	case DNS_FOUND:
		r = best_of(arena, answer, sig, minimum, &key);
		break;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		refuse(&key, AUTH_PERMERROR, "no key for signature");
		break;
	case DNS_BADNAME:
		refuse(&key, AUTH_PERMERROR, "the key's name is too long");
		break;
	case DNS_FAILURE:
		refuse(&key, AUTH_TEMPERROR, "key lookup failed");
		break;
	case DNS_TIMEOUT:
		refuse(&key, AUTH_TEMPERROR, "key lookup timed out");
		break;
	}
	key.secure = answer->secure;
	*ret = key;
	return r;
}

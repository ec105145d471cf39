#include "dkim/pubkey.h"
#include "dkim/lib.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum {
	ED25519_BYTES = 32,
	ED25519_BITS = 256,
	BASE64_MAX = 4096, /* of p=; an RSA key of 16384 bits needs 2800 */
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

/* Base64 without its white space, padded; { NULL, 0 } when it is none. */
static struct str
compact(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < text.n; i++)
		if (!is_space(text.p[i]))
			sb_addc(&sb, text.p[i]);
	while (sb.n > 0 && sb.p[sb.n - 1] == '=')
		sb.n--;
	while (sb.n % 4 != 0 && !sb.failed)
		sb_addc(&sb, '=');
	return sb_done(&sb);
}

static size_t
padding(struct str base64)
{
	size_t count = 0;

	while (count < base64.n && base64.p[base64.n - 1 - count] == '=')
		count++;
	return count;
}

/* The bytes of p=; ERR_SYNTAX when it is not base64. */
static int
decode(struct arena *arena, struct str base64, struct str *ret)
{
	size_t pad = padding(base64);
	unsigned char *bytes = arena_alloc(arena, base64.n + 1);
	int n;

	if (bytes == NULL)
		return ERR_NOMEM;
	if (base64.n > BASE64_MAX || pad > 2)
		return ERR_SYNTAX;
	n = EVP_DecodeBlock(bytes, (const unsigned char *)base64.p,
		(int)base64.n);
	if (n < 0 || (size_t)n < pad)
		return ERR_SYNTAX;
	*ret = (struct str){ (const char *)bytes, (size_t)n - pad };
	return 0;
}

/* Step into the element of that type; *n becomes its length. */
static bool
enter(const unsigned char **p, long *n, int type)
{
	long length;
	int tag, class;
	int r = ASN1_get_object(p, &length, &tag, &class, *n);

	if ((r & 0x80) != 0 || tag != type || class != V_ASN1_UNIVERSAL)
		return false;
	*n = length;
	return true;
}

/* The bits of the modulus of an RSAPublicKey; 0 when it is none. */
static unsigned
modulus_bits(const unsigned char *p, long n)
{
	unsigned bits;

	if (!enter(&p, &n, V_ASN1_SEQUENCE) ||
		!enter(&p, &n, V_ASN1_INTEGER))
		return 0;
	while (n > 0 && *p == 0)
		p++, n--;
	if (n == 0)
		return 0;
	bits = (unsigned)n * 8;
	for (unsigned char top = *p; (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

/*
 * Likewise of a SubjectPublicKeyInfo.  By hand, for decoding the key twice,
 * here and in the library, would double the cost of a message.
 */
static unsigned
info_bits(const unsigned char *p, long n)
{
	static const unsigned char rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a,
		0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	long size = (long)sizeof(rsa);

	if (!enter(&p, &n, V_ASN1_SEQUENCE) || n < size ||
		memcmp(p, rsa, sizeof(rsa)) != 0)
		return 0;
	p += size;
	n -= size;
	if (!enter(&p, &n, V_ASN1_BIT_STRING) || n < 1 || *p != 0)
		return 0;
	return modulus_bits(p + 1, n - 1);
}

/* A bare RSAPublicKey as the library takes it, in base64. */
static struct str
wrap_rsa(struct arena *arena, struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *rsa = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.n);
	unsigned char *info = NULL;
	char *text = NULL;
	int n = rsa != NULL ? i2d_PUBKEY(rsa, &info) : -1;

	if (n > 0)
		text = arena_alloc(arena, (size_t)n * 4 / 3 + 8);
	if (text != NULL)
		n = EVP_EncodeBlock((unsigned char *)text, info, n);
	OPENSSL_free(info);
	EVP_PKEY_free(rsa);
	return (struct str){ text, text != NULL ? (size_t)n : 0 };
}

/*
 * An RSA key comes in either form: SubjectPublicKeyInfo, which everyone
 * publishes and the library takes, or RSAPublicKey, which RFC 6376 asks for.
 */
static int
check_rsa(struct arena *arena, struct str der, struct str *base64,
	struct pubkey *key)
{
	const unsigned char *p = (const unsigned char *)der.p;

	key->bits = info_bits(p, (long)der.n);
	if (key->bits > 0)
		return 0;
	key->bits = modulus_bits(p, (long)der.n);
	if (key->bits > 0)
		*base64 = wrap_rsa(arena, der);
	if (key->bits == 0 || base64->p == NULL)
		return refuse(key, AUTH_PERMERROR, "the key is no RSA key");
	return 0;
}

static int
check_ed25519(struct str bytes, struct pubkey *key)
{
	if (bytes.n != ED25519_BYTES)
		return refuse(
			key, AUTH_PERMERROR, "the key is no Ed25519 key");
	key->bits = ED25519_BITS;
	return 0;
}

/* The plain record; and is it one that the library has room for? */
static int
write_text(struct arena *arena, const struct signature *sig,
	struct str base64, struct pubkey *key)
{
	struct strbuf sb = sb_new(arena);

	sb_addz(&sb, sig->key == SIG_RSA ? "k=rsa; p=" : "k=ed25519; p=");
	sb_add(&sb, base64);
	key->text = sb_done(&sb);
	if (key->text.p == NULL)
		return ERR_NOMEM;
	if (key->text.n <= DK_KEY_MAX)
		return 0;
	sb = sb_new(arena);
	sb_addf(&sb, "a key of %u bits is more than can be verified",
		key->bits);
	key->result = AUTH_PERMERROR;
	key->reason = sb_done(&sb);
	return key->reason.p != NULL ? 0 : ERR_NOMEM;
}

static int
check_size(struct arena *arena, unsigned minimum, struct pubkey *key)
{
	struct strbuf sb = sb_new(arena);

	if (key->bits >= minimum)
		return 0;
	sb_addf(&sb, "an RSA key of %u bits, less than %u", key->bits,
		minimum);
	key->result = AUTH_POLICY;
	key->reason = sb_done(&sb);
	return key->reason.p != NULL ? 0 : ERR_NOMEM;
}

static int
check_key(struct arena *arena, struct str p, const struct signature *sig,
	unsigned minimum, struct pubkey *key)
{
	struct str base64 = compact(arena, p);
	struct str bytes;
	int r;

	if (base64.p == NULL)
		return ERR_NOMEM;
	r = decode(arena, base64, &bytes);
	if (r == ERR_NOMEM)
		return r;
	if (r < 0)
		return refuse(key, AUTH_PERMERROR, "p= is not base64");
	if (sig->key == SIG_RSA)
		r = check_rsa(arena, bytes, &base64, key);
	else
		r = check_ed25519(bytes, key);
	if (r == 0 && key->result == AUTH_NONE && sig->key == SIG_RSA)
		r = check_size(arena, minimum, key);
	if (r == 0 && key->result == AUTH_NONE)
		r = write_text(arena, sig, base64, key);
	return r;
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

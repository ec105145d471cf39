#include "report/digest.h"

#include "base/strbuf.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

enum { BYTES = 32 };

static struct str
to_text(struct arena *arena, const unsigned char bytes[BYTES])
{
	struct strbuf sb = sb_new(arena);

	for (int i = 0; i < BYTES; i++)
		sb_addf(&sb, "%02x", bytes[i]);
	return sb_done(&sb);
}

static bool
add_part(EVP_MD_CTX *md, struct str part)
{
	unsigned char size[8];

	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)((uint64_t)part.n >> (8 * i));
	return EVP_DigestUpdate(md, size, sizeof(size)) == 1 &&
		EVP_DigestUpdate(md, part.p, part.n) == 1;
}

struct str
digest(struct arena *arena, const struct str *parts, size_t count)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char bytes[EVP_MAX_MD_SIZE];
	struct str text = { NULL, 0 };
	bool good = md != NULL &&
		EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; good && i < count; i++)
		good = add_part(md, parts[i]);
	if (good && EVP_DigestFinal_ex(md, bytes, NULL) == 1)
		text = to_text(arena, bytes);
	EVP_MD_CTX_free(md);
	return text;
}

struct str
digest_keyed(struct arena *arena, struct str key, struct str text)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];

	if (HMAC(EVP_sha256(), key.p, (int)key.n,
		(const unsigned char *)text.p, text.n, bytes, NULL) == NULL)
		return (struct str){ NULL, 0 };
	return to_text(arena, bytes);
}

struct str
digest_random(struct arena *arena)
{
	unsigned char bytes[BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return (struct str){ NULL, 0 };
	return to_text(arena, bytes);
}

#include "trust/seal.h"

#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KEY_MIN = 32,
	KEY_MAX = 256,
	MAC_SIZE = 32, /* SHA-256 */
	HEX_SIZE = 2 * MAC_SIZE,
};

#define SEAL_BEGIN STR("(seal=")

struct seal_key {
	unsigned char bytes[KEY_MAX];
	size_t n;
};

static void
wipe(void *arg)
{
	OPENSSL_cleanse(arg, sizeof(struct seal_key));
}

/* Read the open file into key; a complaint, or NULL. */
static const char *
read_key(int fd, struct seal_key *key)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))
		return "others may read or change it (want mode 0640)";
	n = read(fd, key->bytes, sizeof(key->bytes));
	if (n < 0)
		return strerror(errno);
	if (n < KEY_MIN)
		return "shorter than 32 bytes";
	key->n = (size_t)n;
	return NULL;
}

int
seal_key_load(struct arena *arena, const char *path, const char *where,
	struct conf_errors *errors, const struct seal_key **ret)
{
	struct seal_key *key = arena_alloc(arena, sizeof(*key));
	const char *wrong = NULL;
	int fd;

	if (key == NULL || arena_defer(arena, wipe, key) < 0)
		return ERR_NOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	wrong = fd < 0 ? strerror(errno) : read_key(fd, key);
	if (fd >= 0)
		close(fd);
	if (wrong != NULL) {
		conf_error(errors, where, "seal-key %s: %s", path, wrong);
		return ERR_CONFIG;
	}
	*ret = key;
	return 0;
}

/* Trimmed, each run of folds and white space as one space. */
static struct str
unfolded(struct arena *arena, struct str value)
{
	struct strbuf sb = sb_new(arena);
	bool space = false;

	value = str_trim(value);
	for (size_t i = 0; i < value.n; i++) {
		if (is_space(value.p[i])) {
			space = true;
			continue;
		}
		if (space)
			sb_addc(&sb, ' ');
		space = false;
		sb_addc(&sb, value.p[i]);
	}
	return sb_done(&sb);
}

/* The seal, in hex, of an unfolded value; scratch memory from arena. */
static int
compute(struct arena *arena, const struct seal_key *key,
	const struct str parts[3], char hex[HEX_SIZE + 1])
{
	static const char digits[] = "0123456789abcdef";
	struct strbuf sb = sb_new(arena);
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	sb_add(&sb, parts[0]);
	sb_addc(&sb, '\0');
	sb_add_lower(&sb, parts[1]);
	sb_addc(&sb, '\0');
	sb_add(&sb, parts[2]);
	if (sb_done(&sb).p == NULL)
		return ERR_NOMEM;
	if (HMAC(EVP_sha256(), key->bytes, (int)key->n,
		(unsigned char *)sb.p, sb.n, mac, &size) == NULL ||
		size != MAC_SIZE)
		return ERR_LIBRARY;
	for (unsigned i = 0; i < MAC_SIZE; i++) {
		hex[2 * i] = digits[mac[i] >> 4];
		hex[2 * i + 1] = digits[mac[i] & 15];
	}
	hex[HEX_SIZE] = '\0';
	return 0;
}

int
seal_add(const struct seal_key *key, struct str queue_id, struct str name,
	struct fold *fold)
{
	struct arena *arena = fold->sb.arena;
	struct str value = fold_done(fold);
	char hex[HEX_SIZE + 1];
	int err;

	if (queue_id.n == 0)
		return ERR_SYNTAX;
	value = value.p != NULL ? unfolded(arena, value) : value;
	if (value.p == NULL)
		return ERR_NOMEM;
	err = compute(arena, key,
		(const struct str[]){ queue_id, name, value }, hex);
	if (err == 0)
		fold_addf(fold, "(seal=%s)", hex);
	return err;
}

int
seal_check(struct arena *arena, const struct seal_key *key,
	struct str queue_id, const struct header *field, struct str *bare)
{
	const size_t size = SEAL_BEGIN.n + HEX_SIZE + 1;
	struct str value = str_trim(field->value), given;
	char hex[HEX_SIZE + 1];
	int err;

	*bare = (struct str){ NULL, 0 };
	if (queue_id.n == 0 || value.n <= size)
		return 0;
	given = str_from(value, value.n - size);
	if (!str_istarts(given, SEAL_BEGIN) || given.p[size - 1] != ')')
		return 0;
	value = unfolded(arena, str_first(value, value.n - size));
	if (value.p == NULL)
		return ERR_NOMEM;
	err = compute(arena, key,
		(const struct str[]){ queue_id, field->name, value }, hex);
	if (err == 0 &&
		CRYPTO_memcmp(given.p + SEAL_BEGIN.n, hex, HEX_SIZE) == 0)
		*bare = value;
	return err;
}

#include "trust/seal.h"

#include "base/strbuf.h"
#include "trust/hmac.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KEY_MIN = 32,
	KEY_MAX = 256,
	HEX_SIZE = 2 * HMAC_SIZE,
};

#define SEAL_BEGIN STR("(seal=")

struct seal_key {
	const struct hmac *hmac;
};

/* Read the open file; a complaint, or NULL. */
static const char *
read_key(int fd, unsigned char bytes[KEY_MAX], size_t *ret)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))
		return "others may read or change it (want mode 0640)";
	n = read(fd, bytes, KEY_MAX);
	if (n < 0)
		return strerror(errno);
	if (n < KEY_MIN)
		return "shorter than 32 bytes";
	*ret = (size_t)n;
	return NULL;
}

int
seal_key_load(struct arena *arena, const char *path, const char *where,
	struct conf_errors *errors, const struct seal_key **ret)
{
	struct seal_key *key = arena_alloc(arena, sizeof(*key));
	unsigned char bytes[KEY_MAX];
	const char *wrong = NULL;
	size_t n = 0;
	int fd, err;

	if (key == NULL)
		return ERR_NOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	wrong = fd < 0 ? strerror(errno) : read_key(fd, bytes, &n);
	if (fd >= 0)
		close(fd);
	if (wrong != NULL) {
		conf_error(errors, where, "seal-key %s: %s", path, wrong);
		return ERR_CONFIG;
	}
	err = hmac_new(arena, (struct str){ (const char *)bytes, n },
		&key->hmac);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	if (err == 0)
		*ret = key;
	return err;
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
	unsigned char mac[HMAC_SIZE];
	struct str text;

	sb_add(&sb, parts[0]);
	sb_addc(&sb, '\0');
	sb_add_lower(&sb, parts[1]);
	sb_addc(&sb, '\0');
	sb_add(&sb, parts[2]);
	text = sb_done(&sb);
	if (text.p == NULL || hmac_compute(key->hmac, text, mac) < 0)
		return ERR_NOMEM;
	for (unsigned i = 0; i < HMAC_SIZE; i++) {
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

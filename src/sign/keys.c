#include "sign/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>

struct sign_key {
	EVP_PKEY *pkey;
};

/* Where a complaint goes. */
struct complaint {
	struct conf_errors *errors;
	const char *where;
	const char *path;
};

static int
complain(const struct complaint *c, const char *what)
{
	conf_error(c->errors, c->where, "key %s: %s", c->path, what);
	return ERR_CONFIG;
}

/* ---- the file -------------------------------------------------------- */

/*
 * Who is let in by the mode of the file; NULL: nobody who should not be.
 * Root, who only checks a configuration, cannot tell whose group it is.
 */
static const char *
who_else(const struct stat *st)
{
	bool own_group = st->st_gid == getegid() || st->st_gid == 0 ||
		geteuid() == 0;

	if (!S_ISREG(st->st_mode))
		return "is not a file";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs to another user";
	if ((st->st_mode & S_IRWXO) != 0)
		return "is open to all users; make its mode 0640 or 0600";
	if ((st->st_mode & S_IWGRP) != 0)
		return "can be written by its group; make its mode 0640";
	if ((st->st_mode & S_IRGRP) != 0 && !own_group)
		return "can be read by a group that is not the signer's";
	return NULL;
}

enum { FILE_MAX = 65536 };

/* Up to size bytes; how many, or -1. */
static ssize_t
read_all(int fd, char *to, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, to + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

/* The file's text; whoever gets it has to cleanse it. */
static int
read_file(const struct complaint *c, char *text, size_t *ret)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *who;
	struct stat st;
	ssize_t n = -1;

	if (fd < 0 || fstat(fd, &st) < 0) {
		complain(c, strerror(errno));
		goto out;
	}
	who = who_else(&st);
	if (who != NULL) {
		complain(c, who);
		goto out;
	}
	n = read_all(fd, text, FILE_MAX);
	if (n < 0)
		complain(c, strerror(errno));
out:
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return ERR_CONFIG;
	*ret = (size_t)n;
	return 0;
}

/* ---- the key --------------------------------------------------------- */

/* A daemon has nobody to ask for a passphrase. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

static EVP_PKEY *
decode(const char *text, size_t n)
{
	BIO *bio = BIO_new_mem_buf(text, (int)n);
	EVP_PKEY *pkey = NULL;

	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

static int
check(const struct complaint *c, const EVP_PKEY *pkey)
{
	int bits;

	if (pkey == NULL)
		return complain(c,
			"is not a private key in PEM without a passphrase");
	if (EVP_PKEY_base_id(pkey) != EVP_PKEY_RSA)
		return complain(c, "is not an RSA key");
	bits = EVP_PKEY_bits(pkey);
	if (bits >= SIGN_KEY_BITS)
		return 0;
	conf_error(c->errors, c->where,
		"key %s: has %d bits; at least %d are needed", c->path, bits,
		SIGN_KEY_BITS);
	return ERR_CONFIG;
}

static void
free_pkey(void *arg)
{
	EVP_PKEY_free(arg);
}

int
sign_key_load(struct arena *arena, const char *path,
	struct conf_errors *errors, const char *where, struct sign_key **ret)
{
	const struct complaint complaint = { errors, where, path };
	struct sign_key *key = arena_alloc(arena, sizeof(*key));
	char *text = OPENSSL_malloc(FILE_MAX);
	size_t n = 0;
	int r = ERR_NOMEM;

	if (key == NULL || text == NULL)
		goto out;
	r = read_file(&complaint, text, &n);
	if (r < 0)
		goto out;
	key->pkey = decode(text, n);
	r = check(&complaint, key->pkey);
	if (arena_defer(arena, free_pkey, key->pkey) < 0)
		r = ERR_NOMEM;
	if (r == 0)
		*ret = key;
out:
	OPENSSL_clear_free(text, FILE_MAX);
	return r;
}

/* ---- signing --------------------------------------------------------- */

/* RSASSA-PKCS1-v1_5; the bytes of the signature, or 0. */
static size_t
sign_hash(const struct sign_key *key, const unsigned char *hash,
	unsigned char *to, size_t room)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	size_t n = 0;

	if (ctx != NULL && EVP_PKEY_sign_init(ctx) > 0 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
		EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0) {
		n = room;
		if (EVP_PKEY_sign(ctx, to, &n, hash, SIGN_HASH_SIZE) <= 0)
			n = 0;
	}
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return n;
}

int
sign_key_sign(const struct sign_key *key,
	const unsigned char hash[SIGN_HASH_SIZE], struct arena *arena,
	struct str *ret)
{
	size_t room = (size_t)EVP_PKEY_size(key->pkey);
	unsigned char *bytes = arena_alloc(arena, room);
	unsigned char *text = arena_alloc(arena, (room + 2) / 3 * 4 + 1);
	size_t n;

	if (bytes == NULL || text == NULL)
		return ERR_NOMEM;
	n = sign_hash(key, hash, bytes, room);
	if (n == 0)
		return ERR_LIBRARY;
	n = (size_t)EVP_EncodeBlock(text, bytes, (int)n);
	*ret = (struct str){ (const char *)text, n };
	return 0;
}

#include "sign/keygen.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static int
copy(BIO *bio, struct str *ret)
{
	char *text;
	long n = BIO_get_mem_data(bio, &text);
	char *secret = n > 0 ? OPENSSL_malloc((size_t)n) : NULL;

	if (secret == NULL)
		return ERR_NOMEM;
	memcpy(secret, text, (size_t)n);
	*ret = (struct str){ secret, (size_t)n };
	return 0;
}

int
keygen_make(unsigned bits, struct str *ret)
{
	EVP_PKEY *pkey = bits > 0 ? EVP_RSA_gen(bits) :
		EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_secmem());
	int r = ERR_LIBRARY;

	if (pkey != NULL && bio != NULL &&
		PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL,
			NULL) > 0)
		r = copy(bio, ret);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return r;
}

void
keygen_free(struct str pem)
{
	OPENSSL_clear_free((void *)(uintptr_t)pem.p, pem.n);
}

#include "unit/sign/support.h"
#include "sign/conf.h"

struct test_key
test_ed25519_pem(void)
{
	struct test_key key = { .path = "" };
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	FILE *f = test_file(key.path);
	unsigned char raw[32];
	size_t n = sizeof(raw);

	assert_non_null(pkey);
	PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	assert_int_equal(1, EVP_PKEY_get_raw_public_key(pkey, raw, &n));
	key.public_key = test_base64(raw, 32);
	EVP_PKEY_free(pkey);
	return key;
}

struct conf_list
test_list(struct arena *arena, const char *text)
{
	struct conf_list list = { arena_array(arena, 64, sizeof(struct str)),
		0 };
	struct str rest = str_of(text);

	while (rest.p != NULL) {
		struct str item = str_cut(&rest, ' ');

		if (item.n > 0)
			list.items[list.count++] = item;
	}
	return list;
}

void
write_text(char path[64], const char *text)
{
	FILE *f = test_file(path);

	fputs(text, f);
	fclose(f);
}

static struct dns *
make_dns(const struct sign_fixture *fixture)
{
	struct dns *dns;
	char path[64];
	FILE *f = test_file(path);

	zone_key(f, "s1._domainkey.example.com.", "v=DKIM1; ",
		fixture->rsa.public_key);
	zone_key(f, "e1._domainkey.example.com.", "v=DKIM1; k=ed25519; ",
		fixture->ed25519.public_key);
	fclose(f);
	dns = zone_open(path);
	unlink(path);
	return dns;
}

static const struct sign_key *
load_key(struct arena *arena, const struct test_key *key)
{
	struct conf_errors errors = { .arena = arena };
	struct sign_key *ret = NULL;

	assert_int_equal(
		0, sign_key_load(arena, key->path, &errors, "test", &ret));
	return ret;
}

void
sign_fixture_make(struct sign_fixture *f)
{
	const char *const paths[4] = { NULL };
	const struct sign_settings *settings = NULL;
	struct conf_errors errors;
	char text[256];

	*f = (struct sign_fixture){ .arena = arena_new(0) };
	f->rsa = test_rsa(2048);
	f->ed25519 = test_ed25519_pem();
	f->rsa_key = load_key(f->arena, &f->rsa);
	f->ed25519_key = load_key(f->arena, &f->ed25519);
	f->dns = make_dns(f);
	snprintf(text, sizeof(text), "domain = example.com\nselector = s1\n"
		"key = %s", f->rsa.path);
	assert_int_equal(0,
		load_section(f->arena, text, paths, &errors, &settings));
	f->options = settings->options;
	f->check = (struct verify_options){ .minimum_bits = 1024,
		.maximum = 10, .library = f->options.library };
}

void
sign_fixture_free(struct sign_fixture *f)
{
	arena_free(f->arena);
	dns_close(f->dns);
	test_key_free(&f->rsa);
	test_key_free(&f->ed25519);
}

int
load_section(struct arena *arena, const char *text, const char *const paths[4],
	struct conf_errors *errors, const struct sign_settings **ret)
{
	const struct conf_section *sections[] = { &sign_section, NULL };
	struct conf_source source = { NULL, NULL, NULL };
	struct load load = { .arena = arena, .errors = errors };
	struct conf *conf = NULL;
	struct strbuf sb = sb_new(arena);
	char path[64];
	int r;

	*errors = (struct conf_errors){ .arena = arena };
	sb_addz(&sb, "[sign]\n");
	for (size_t i = 0, n = 0; text[i] != '\0'; i++) {
		if (strncmp(&text[i], "%s", 2) == 0) {
			sb_addz(&sb, paths[n++]);
			i++;
		} else {
			sb_addc(&sb, text[i]);
		}
	}
	write_text(path, sb_done(&sb).p);
	source.path = path;
	r = conf_load(arena, &source, sections, errors, &conf);
	unlink(path);
	load.conf = conf;
	return r < 0 ? r : sign_settings_load(&load, ret);
}

int
dkimpy_count(const struct sign_fixture *f, struct arena *arena,
	struct str message)
{
	char command[2048];
	struct str out;
	int status;

	snprintf(command, sizeof(command),
		"/usr/bin/python3 tests/unit/sign/verify.py "
		"'s1._domainkey.example.com=v=DKIM1; p=%s' "
		"'e1._domainkey.example.com=v=DKIM1; k=ed25519; p=%s'",
		f->rsa.public_key, f->ed25519.public_key);
	out = run_command(arena, command, message, &status);
	return status == 0 ? atoi(out.p) : -1;
}

#include "unit/dkim/support.h"

#include <sys/wait.h>

char *
test_base64(const unsigned char *bytes, int n)
{
	char *text = malloc((size_t)n * 2 + 8);

	assert_non_null(text);
	EVP_EncodeBlock((unsigned char *)text, bytes, n);
	return text;
}

FILE *
test_file(char path[64])
{
	int fd;

	strcpy(path, "/tmp/mailvet-dkim-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return fdopen(fd, "w");
}

struct test_key
test_rsa(unsigned bits)
{
	struct test_key key = { .path = "" };
	EVP_PKEY *pkey = EVP_RSA_gen(bits);
	FILE *f = test_file(key.path);

	assert_non_null(pkey);
	PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	key.public_size = i2d_PUBKEY(pkey, &key.public_der);
	key.public_key = test_base64(key.public_der, key.public_size);
	EVP_PKEY_free(pkey);
	return key;
}

struct test_key
test_ed25519(void)
{
	struct test_key key = { .path = "" };
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	FILE *f = test_file(key.path);
	unsigned char raw[32];
	size_t n = sizeof(raw);
	char *text;

	assert_int_equal(1, EVP_PKEY_get_raw_private_key(pkey, raw, &n));
	text = test_base64(raw, 32);
	fputs(text, f);
	fclose(f);
	free(text);
	n = sizeof(raw);
	assert_int_equal(1, EVP_PKEY_get_raw_public_key(pkey, raw, &n));
	key.public_key = test_base64(raw, 32);
	EVP_PKEY_free(pkey);
	return key;
}

void
test_key_free(struct test_key *key)
{
	unlink(key->path);
	free(key->public_key);
	OPENSSL_free(key->public_der);
}

void
zone_txt(FILE *zone, const char *name, const char *text)
{
	size_t n = strlen(text);

	fprintf(zone, "%s TXT (", name);
	for (size_t i = 0; i == 0 || i < n; i += 200)
		fprintf(zone, " \"%.200s\"", text + i);
	fprintf(zone, " )\n");
}

void
zone_key(FILE *zone, const char *name, const char *tags, const char *p)
{
	char text[4096];

	snprintf(text, sizeof(text), "%sp=%s", tags, p);
	zone_txt(zone, name, text);
}

struct dns *
zone_open(const char *path)
{
	struct dns *dns = NULL;
	unsigned line = 0;
	int r = dns_open_zone(path, &dns, &line);

	if (r < 0)
		print_error("%s:%u\n", path, line);
	assert_int_equal(0, r);
	return dns;
}

static bool
is_folded(struct str text, size_t at)
{
	return at < text.n && (text.p[at] == ' ' || text.p[at] == '\t');
}

/* The value of the field at text, unfolded to LF; *ret_size: its bytes. */
static struct str
field_value(struct arena *arena, struct str text, size_t *ret_size)
{
	struct strbuf value = sb_new(arena);
	size_t i = 0;

	for (; i + 1 < text.n; i++) {
		if (text.p[i] == '\r' && text.p[i + 1] == '\n') {
			i += 2;
			if (!is_folded(text, i))
				break;
			sb_addc(&value, '\n');
		}
		sb_addc(&value, text.p[i]);
	}
	*ret_size = i;
	return sb_done(&value);
}

struct str
split_message(struct arena *arena, struct str text, struct headers *headers)
{
	while (text.n > 0 && text.p[0] != '\r') {
		struct str name = str_cut(&text, ':');
		size_t size;
		struct str value = field_value(arena, text, &size);

		assert_int_equal(0, headers_add(headers, arena, name, value));
		text = str_from(text, size);
	}
	return str_from(text, 2);
}

struct str
run_command(
	struct arena *arena, const char *command, struct str input, int *status)
{
	struct strbuf sb = sb_new(arena);
	char path[64], line[8300], buf[4096];
	FILE *f = test_file(path);
	size_t n;

	fwrite(input.p, 1, input.n, f);
	fclose(f);
	snprintf(line, sizeof(line), "%s < %s", command, path);
	f = popen(line, "r");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		sb_add(&sb, (struct str){ buf, n });
	*status = WEXITSTATUS(pclose(f));
	unlink(path);
	return sb_done(&sb);
}

struct str
dkimpy_sign(struct arena *arena, const struct test_key *key,
	const char *arguments, struct str message)
{
	char command[8192];
	struct str text;
	int status;

	snprintf(command, sizeof(command),
		"/usr/bin/python3 tests/unit/dkim/dkimpy.py sign %s %s",
		key->path, arguments);
	text = run_command(arena, command, message, &status);
	assert_int_equal(0, status);
	return text;
}

bool
dkimpy_verifies(struct arena *arena, const char *record, struct str message)
{
	char command[2048];
	int status;

	snprintf(command, sizeof(command),
		"/usr/bin/python3 tests/unit/dkim/dkimpy.py verify '%s'",
		record);
	run_command(arena, command, message, &status);
	return status == 0;
}

struct dkim_results
verify_message(struct arena *arena, const struct verify_options *options,
	struct dns *dns, struct str text, size_t piece)
{
	struct dns_scope scope = { .dns = dns, .arena = arena, .budget = 300 };
	struct headers headers = { 0 };
	struct dkim_results results = { 0 };
	struct verifier *verifier = NULL;
	struct str body = split_message(arena, text, &headers);

	assert_int_equal(
		0, verifier_new(arena, options, &scope, &headers, &verifier));
	for (; body.n > 0; body = str_from(body, piece))
		assert_int_equal(
			0, verifier_body(verifier, str_first(body, piece)));
	assert_int_equal(0, verifier_end(verifier, &results));
	assert_true(results.known);
	return results;
}

void
assert_str(struct str got, const char *want)
{
	struct str wanted = str_of(want);

	if (!str_eq(got, wanted))
		print_error("got \"%.*s\"\n", STR_ARG(got));
	assert_true(str_eq(got, wanted));
}

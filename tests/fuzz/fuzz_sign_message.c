/*
 * A message, signed: the signature must verify.  A byte of switches, then the
 * message, its lines ending in LF.
 */
#include "dkim/verify.h"
#include "fuzz/fuzz.h"
#include "sign/keygen.h"
#include "sign/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct str listed[] = { STR("From"), STR("To"), STR("Subject"),
	STR("Date"), STR("Reply-To"), STR("List-*") };
static struct sign_options options = {
	.fields = {
		.signed_fields = { listed, 6 },
		.oversigned = { listed, 5 },
	},
};
static struct signers signers = { .count = 1 };
static struct verify_options verify = { .minimum_bits = 1024, .maximum = 10 };
static struct dns *dns;

static void
make_zone(struct arena *arena, char *path)
{
	struct str public_key;
	FILE *f = fdopen(mkstemp(path), "w");
	unsigned line;

	must(sign_key_public(signers.list[0].key, arena, &public_key) == 0);
	fprintf(f, "s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; "
		"p=%s\"\n", public_key.p);
	fclose(f);
	must(dns_open_zone(path, &dns, &line) == 0);
	unlink(path);
}

/* Once; it stays. */
static void
set_up(void)
{
	static struct arena *arena;
	struct conf_errors errors = { .arena = arena_new(0) };
	char path[] = "/tmp/mailvet-fuzz-XXXXXX";
	char zone[] = "/tmp/mailvet-fuzz-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct sign_key *key = NULL;
	struct str pem;

	arena = errors.arena;
	must(keygen_make(0, &pem) == 0);
	fwrite(pem.p, 1, pem.n, f);
	fclose(f);
	must(sign_key_load(arena, path, &errors, "x", &key) == 0);
	unlink(path);
	keygen_free(pem);
	must(dk_library_new(arena, &options.library) == 0);
	verify.library = options.library;
	signers.list[0] = (struct signer){ key, STR("example.com"), STR("s"),
		STR("") };
	make_zone(arena, zone);
}

/* Header fields as an MTA has them; what is no field ends the header. */
static struct str
split(struct arena *arena, struct str text, struct headers *headers)
{
	while (text.n > 0 && text.p[0] != '\n') {
		struct str rest = text, line = str_cut(&rest, '\n'), value;
		size_t colon = str_index(line, ':');

		while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'))
			str_cut(&rest, '\n');
		value = str_first(text, rest.p != NULL ?
			(size_t)(rest.p - text.p) - 1 : text.n);
		if (colon == line.n || colon == 0 || headers_add(headers,
			arena, str_first(value, colon),
			str_from(value, colon + 1)) < 0)
			break;
		text = rest;
	}
	return text;
}

/* The body with CRLF for each LF. */
static struct str
wire(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			sb_addc(&sb, '\r');
		sb_addc(&sb, text.p[i]);
	}
	return sb_done(&sb);
}

static enum auth_result
result_of(struct arena *arena, const struct headers *headers, struct str body)
{
	struct dns_scope scope = { .dns = dns, .arena = arena,
		.budget = 100 };
	struct verifier *verifier = NULL;
	struct dkim_results results = { .known = false };

	must(verifier_new(arena, &verify, &scope, headers, &verifier) == 0);
	must(verifier_body(verifier, body) == 0);
	must(verifier_end(verifier, &results) == 0);
	must(results.count >= 1);
	if (results.sigs[0].result != AUTH_PASS)
		fprintf(stderr, "%s: %.*s\n",
			auth_result_text(results.sigs[0].result),
			STR_ARG(results.sigs[0].reason));
	return results.sigs[0].result;
}

/* As it goes out: the signature on top, with the space before it. */
static void
check(struct arena *arena, const struct headers *headers, struct str value,
	struct str body)
{
	struct headers all = { .fields = NULL };
	struct strbuf sb = sb_new(arena);
	enum auth_result result;

	sb_addc(&sb, ' ');
	sb_add(&sb, value);
	must(headers_add(&all, arena, STR("DKIM-Signature"), sb_done(&sb)) ==
		0);
	for (size_t i = 0; i < headers->count; i++)
		must(headers_add(&all, arena, headers->fields[i].name,
			headers->fields[i].value) == 0);
	result = result_of(arena, &all, body);
	/* POLICY: good, but two fields of a name that is not signed. */
	must(result == AUTH_PASS || result == AUTH_POLICY);
}

/* One From, in whatever spelling; a session signs nothing else. */
static bool
is_signed(const struct headers *headers)
{
	size_t from = 0;

	for (size_t i = 0; i < headers->count; i++) {
		struct str name = str_trim(headers->fields[i].name);

		if (str_ieq(name, STR("DKIM-Signature")))
			return false;
		from += str_ieq(name, STR("From"));
	}
	return from == 1 && headers_count(headers, STR("From")) == 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct str text = input(data, size), body, values[SIGNERS_MAX];
	struct headers headers = { .fields = NULL };
	struct signing *signing = NULL;
	int err;

	if (options.library == NULL)
		set_up();
	if (size == 0)
		goto out;
	options.simple_header = text.p[0] & 1;
	options.simple_body = text.p[0] & 2;
	options.fields.omit_risky = text.p[0] & 4;
	body = wire(arena, split(arena, str_from(text, 1), &headers));
	if (!is_signed(&headers))
		goto out;
	err = signing_new(arena, &options, &signers, &headers, &signing);
	if (err == 0)
		err = signing_body(signing, body);
	if (err == 0)
		err = signing_end(signing, values);
	must(err == 0 || err == ERR_SYNTAX || err == ERR_LIMIT);
	if (err == 0)
		check(arena, &headers, values[0], body);
out:
	arena_free(arena);
	return 0;
}

/*
 * The value of a DKIM-Signature field.  What is taken for sound must be fit to
 * be shown, and our header hash of it the library's.
 */
#include "dkim/canon.h"
#include "dkim/lib.h"
#include "dns/name.h"
#include "fuzz/fuzz.h"

static struct arena *always; /* the library's */
static struct dk_library *library;

static void
check_sound(const struct signature *sig)
{
	must(sig->domain.n > 0 && sig->selector.n > 0);
	must(sig->signature.n > 0 && sig->body_hash.n > 0);
	must(signature_covers(sig, STR("from")) > 0);
	must(name_within(sig->identity_domain, sig->domain));
	must(sig->name_count <= SIG_NAMES_MAX);
}

static const struct {
	struct str name, value;
} fields[] = {
	{ STR("Received"), STR(" by x\n\t; date") },
	{ STR("From"), STR(" a@x.example") },
	{ STR("Subject"), STR(" a  b \n c ") },
	{ STR("subject"), STR("") },
	{ STR("X"), STR("\t") },
};

static void
add_fields(struct arena *arena, struct headers *headers, struct str value)
{
	must(headers_add(headers, arena, SIGNATURE_NAME, value) == 0);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		must(headers_add(headers, arena, fields[i].name,
			     fields[i].value) == 0);
}

/* 0, or ERR_LIBRARY when the library has another view of the signature. */
static int
library_hash(struct arena *arena, const struct headers *headers,
	unsigned char ret[DK_HASH_SIZE])
{
	unsigned char body[DK_HASH_SIZE];
	struct dk_message *m;

	must(dk_message_new(arena, library, 0, &m) == 0);
	for (size_t i = 0; i < headers->count; i++)
		must(dk_field(m, headers->fields[i].name,
			     headers->fields[i].value) == 0);
	must(dk_fields_end(m) == 0);
	must(dk_end(m) == 0);
	return dk_hashes(m, 0, ret, body);
}

/*
 * What the library hashes as it should: ASCII, b= without white space before
 * its
 * "=", and no other tag whose name ends with b, which it takes for that.
 */
static bool
is_plain(struct str value)
{
	struct str rest = value;
	struct tag tag;

	while (taglist_next(&rest, &tag) > 0) {
		const char *end = tag.name.p + tag.name.n;

		if (end[-1] == 'b' && (tag.name.n > 1 || *end != '='))
			return false;
	}
	return is_clean(value, "\r\n\t");
}

/* The library counts the signature among the fields that h= means. */
static bool
can_compare(const struct signature *sig, struct str value)
{
	return is_plain(value) && signature_covers(sig, SIGNATURE_NAME) == 0 &&
	       str_index(value, '\0') == value.n;
}

static void
check_hash(struct arena *arena, const struct signature *sig, struct str value)
{
	struct headers headers = { 0 };
	struct canon *canon;
	unsigned char ours[SHA256_SIZE], theirs[DK_HASH_SIZE];

	add_fields(arena, &headers, value);
	must(canon_new(arena, &headers, &canon) == 0);
	must(canon_hash(canon, headers.fields, sig, ours) == 0);
	if (can_compare(sig, value) &&
		library_hash(arena, &headers, theirs) == 0)
		must(memcmp(ours, theirs, sizeof(ours)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value = input(data, size);
	struct arena *arena = arena_new(0);
	struct str domain = { NULL, 0 };
	struct signature sig;

	if (always == NULL) {
		always = arena_new(0);
		must(dk_library_new(always, &library) == 0);
	}
	must(signature_parse(arena, value, 1700000000, &sig) == 0);
	must(signature_domain(arena, value, &domain) == 0);
	must(is_clean(sig.domain, ""));
	must(is_clean(sig.selector, ""));
	must(is_clean(sig.identity, ""));
	must(is_clean(sig.algorithm, ""));
	must(is_clean(sig.b, ""));
	if (sig.result == AUTH_NONE) {
		check_sound(&sig);
		must(str_eq(domain, sig.domain));
		check_hash(arena, &sig, value);
	} else {
		must(sig.reason != NULL);
	}
	arena_free(arena);
	return 0;
}

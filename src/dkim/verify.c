#include "dkim/verify.h"
#include "dkim/canon.h"
#include "dkim/choose.h"
#include "dkim/length.h"
#include "dkim/pubkey.h"
#include "dkim/signature.h"

#include <time.h>

struct entry {
	const struct header *field;
	enum choice_rank rank;
	struct signature sig;
	struct dns_question *question;
	struct pubkey key;
	size_t index; /* in the library, when it is tried */
	bool tried;
	bool keyed; /* has a key to be verified with */
};

struct verifier {
	struct arena *arena;
	const struct verify_options *options;
	struct dns_scope *scope;
	const struct headers *headers;
	struct canon *canon; /* NULL: no signature */
	struct entry *entries; /* the signatures from the top */
	size_t count;
	size_t tried;
	struct dk_message *library; /* NULL: nothing to verify */
	bool counts; /* some signature has l= */
	struct body_length length;
	bool too_long; /* a body line was; the rest was not looked at */
};

static void
refuse(struct entry *entry, enum auth_result result, const char *reason)
{
	entry->sig.result = result;
	entry->sig.reason = reason;
}

/* ---- the signatures ------------------------------------------------- */

/* Only so many are read: each costs memory and a line in the results. */
static int
read_signatures(struct verifier *v)
{
	size_t most = 2 * (size_t)v->options->maximum;
	long long now = (long long)time(NULL);
	struct choice *choices;
	int r = choose_signatures(
		v->arena, v->headers, most, &choices, &v->count);

	if (r < 0 || v->count == 0)
		return r;
	v->entries = arena_array(v->arena, v->count, sizeof(*v->entries));
	if (v->entries == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->count && r == 0; i++) {
		struct entry *entry = &v->entries[i];

		entry->field = choices[i].field;
		entry->rank = choices[i].rank;
		r = signature_parse(
			v->arena, entry->field->value, now, &entry->sig);
	}
	return r;
}

/* What makes every signature of the message void (RFC 6376 section 8.15). */
static const char *
message_fault(const struct verifier *v)
{
	unsigned from = canon_count(v->canon, STR("From"));

	if (from == 0)
		return "the message has no From";
	if (from > 1)
		return "the message has more than one From";
	for (size_t i = 0; i < v->headers->count; i++) {
		struct str value = v->headers->fields[i].value;

		if (str_index(value, '\0') < value.n)
			return "the header has a NUL byte";
	}
	return NULL;
}

static void
try_it(struct verifier *v, struct entry *entry, const char *fault)
{
	if (fault != NULL) {
		refuse(entry, AUTH_PERMERROR, fault);
	} else if (v->tried == v->options->maximum) {
		refuse(entry, AUTH_NEUTRAL, "not tried, too many signatures");
	} else {
		entry->tried = true;
		v->tried++;
		v->counts = v->counts || entry->sig.has_limit;
	}
}

/* Which of the sound signatures are tried: by their rank, then from the top. */
static void
choose(struct verifier *v)
{
	const char *fault = message_fault(v);

	for (int rank = 0; rank < CHOICE_RANKS; rank++)
		for (size_t i = 0; i < v->count; i++) {
			struct entry *entry = &v->entries[i];

			if ((int)entry->rank == rank &&
				entry->sig.result == AUTH_NONE)
				try_it(v, entry, fault);
		}
}

static int
ask_keys(struct verifier *v)
{
	for (size_t i = 0; i < v->count; i++) {
		struct entry *entry = &v->entries[i];
		struct strbuf sb = sb_new(v->arena);
		struct str name;
		int r;

		if (!entry->tried)
			continue;
		sb_add(&sb, entry->sig.selector);
		sb_addz(&sb, "._domainkey.");
		sb_add(&sb, entry->sig.domain);
		name = sb_done(&sb);
		if (name.p == NULL)
			return ERR_NOMEM;
		r = dns_ask(v->scope, name, DNS_TXT, &entry->question);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The library is asked for the bodies alone. */
static int
want_bodies(struct verifier *v)
{
	size_t count = 0;
	int r = dk_message_new(v->arena, v->options->library, 0, &v->library);

	for (size_t i = 0; i < v->count && r == 0; i++) {
		struct entry *entry = &v->entries[i];
		const struct signature *sig = &entry->sig;

		if (!entry->tried)
			continue;
		entry->index = count++;
		r = dk_want_body(v->library, sig->relaxed_body,
			sig->has_limit ? sig->limit : DK_ALL);
	}
	return r == 0 ? dk_fields_end(v->library) : r;
}

int
verifier_new(struct arena *arena, const struct verify_options *options,
	struct dns_scope *scope, const struct headers *headers,
	struct verifier **ret)
{
	struct verifier *v = arena_alloc(arena, sizeof(*v));
	int r;

	if (v == NULL)
		return ERR_NOMEM;
	v->arena = arena;
	v->options = options;
	v->scope = scope;
	v->headers = headers;
	r = read_signatures(v);
	if (r == 0 && v->count > 0)
		r = canon_new(arena, headers, &v->canon);
	if (r < 0)
		return r;
	if (v->count > 0)
		choose(v);
	r = ask_keys(v);
	if (r == 0 && v->tried > 0)
		r = want_bodies(v);
	if (r == 0)
		*ret = v;
	return r;
}

/* ---- the body -------------------------------------------------------- */

bool
verifier_wants_body(const struct verifier *v)
{
	return v->library != NULL && !v->too_long;
}

int
verifier_body(struct verifier *v, struct str chunk)
{
	int r;

	if (!verifier_wants_body(v))
		return 0;
	if (v->counts)
		body_length_add(&v->length, chunk);
	r = dk_body(v->library, chunk);
	if (r == ERR_LIMIT) {
		v->too_long = true;
		r = 0;
	}
	return r;
}

/* ---- the end --------------------------------------------------------- */

static int
await_key(struct verifier *v, struct entry *entry)
{
	const struct dns_answer *answer = dns_await(v->scope, entry->question);
	int r = pubkey_choose(v->arena, answer, &entry->sig,
		v->options->minimum_bits, &entry->key);

	entry->keyed = r == 0 && entry->key.result == AUTH_NONE;
	return r;
}

static int
await_keys(struct verifier *v)
{
	int r = 0;

	for (size_t i = 0; i < v->count && r == 0; i++)
		if (v->entries[i].tried)
			r = await_key(v, &v->entries[i]);
	return r;
}

/*
 * Fields that a message has once (RFC 5322 section 3.6).  With another one that
 * the signature does not cover, a reader may be shown what nobody signed.
 */
static const char *
uncovered_field(const struct canon *canon, const struct signature *sig)
{
#define ONCE(name) { STR(name), "a second " name " is not signed" }
	static const struct {
		struct str name;
		const char *reason;
	} once[] = {
		ONCE("Subject"),
		ONCE("Date"),
		ONCE("To"),
		ONCE("Cc"),
		ONCE("Reply-To"),
		ONCE("Sender"),
		ONCE("Message-ID"),
		ONCE("Content-Type"), /* shows another part of the body */
		ONCE("Content-Transfer-Encoding"),
	};
#undef ONCE

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		unsigned has = canon_count(canon, once[i].name);

		if (has > 1 && signature_covers(sig, once[i].name) < has)
			return once[i].reason;
	}
	return NULL;
}

/* Some take it for a line end: it may show what nobody signed. */
static bool
has_bare_cr(const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		struct str rest = headers->fields[i].value;

		while (rest.p != NULL) {
			str_cut(&rest, '\r');
			/* At the end of a line scripts leave some. */
			if (rest.n > 0 && rest.p[0] != '\n')
				return true;
		}
	}
	return false;
}

static bool
is_partial(const struct verifier *v, const struct signature *sig)
{
	return sig->has_limit &&
		sig->limit < body_length_end(&v->length, sig->relaxed_body);
}

/* What a signature that verifies is worth. */
static void
weigh(const struct verifier *v, struct entry *entry)
{
	const char *uncovered = uncovered_field(v->canon, &entry->sig);
	bool partial = is_partial(v, &entry->sig);

	if (uncovered != NULL)
		refuse(entry, AUTH_POLICY, uncovered);
	else if (dk_bare_newline(v->library))
		refuse(entry, AUTH_POLICY, "the body has a bare CR or LF");
	else if (has_bare_cr(v->headers))
		refuse(entry, AUTH_POLICY, "the header has a bare CR");
	else if (partial && v->options->partial == PARTIAL_REFUSE)
		refuse(entry, AUTH_POLICY, "l= is less than the body");
	else
		refuse(entry, AUTH_PASS,
			partial ? "l= is less than the body" : NULL);
}

/* RFC 6376 section 6.1.3: compare the hashes and verify the signature. */
static int
conclude(const struct verifier *v, struct entry *entry)
{
	const struct signature *sig = &entry->sig;
	unsigned char header[DK_HASH_SIZE], body[DK_HASH_SIZE];
	bool good = false;
	int r;

	if (sig->has_limit && sig->limit >
		body_length_end(&v->length, sig->relaxed_body)) {
		refuse(entry, AUTH_FAIL, "l= is more than the body has");
		return 0;
	}
	r = dk_hashes(v->library, entry->index, header, body);
	if (r == 0)
		r = canon_hash(v->canon, entry->field, sig, header);
	if (r == 0)
		r = crypto_verify(
			entry->key.key, header, sig->signature, &good);
	if (r < 0)
		return r;
	if (!str_eq(sig->body_hash,
		(struct str){ (const char *)body, sizeof(body) }))
		refuse(entry, AUTH_FAIL, "body hash did not verify");
	else if (!good)
		refuse(entry, AUTH_FAIL, "signature verification failed");
	else
		weigh(v, entry);
	return 0;
}

static int
verify(struct verifier *v)
{
	int r = await_keys(v);

	if (r == 0 && !v->too_long)
		r = dk_end(v->library);
	if (r < 0)
		return r;
	for (size_t i = 0; i < v->count && r == 0; i++) {
		struct entry *entry = &v->entries[i];

		if (entry->keyed && v->too_long)
			refuse(entry, AUTH_PERMERROR,
				"the body has a line too long");
		else if (entry->keyed)
			r = conclude(v, entry);
	}
	return r;
}

static void
report(struct verifier *v, const struct entry *entry, struct dkim_result *ret)
{
	const struct signature *sig = &entry->sig;
	bool partial = entry->tried && is_partial(v, sig);

	*ret = (struct dkim_result){
		.result = sig->result,
		.domain = sig->domain,
		.selector = sig->selector,
		.identity = sig->identity,
		.algorithm = sig->algorithm,
		.b = sig->b,
		.reason = str_of(sig->reason),
		.key_bits = entry->key.bits,
		.partial_body = partial,
		.discounted = (partial &&
				v->options->partial != PARTIAL_ACCEPT) ||
			(entry->key.test && v->options->ignore_tests),
		.dnssec = entry->key.secure,
		.test = entry->key.test,
	};
	if (entry->tried && !entry->keyed) {
		ret->result = entry->key.result;
		ret->reason = entry->key.reason;
	}
}

int
verifier_end(struct verifier *v, struct dkim_results *ret)
{
	struct dkim_results results = { .known = true, .count = v->count };
	int r = v->tried > 0 ? verify(v) : 0;

	if (r < 0)
		return r;
	if (v->count > 0) {
		results.sigs = arena_array(
			v->arena, v->count, sizeof(*results.sigs));
		if (results.sigs == NULL)
			return ERR_NOMEM;
	}
	for (size_t i = 0; i < v->count; i++)
		report(v, &v->entries[i], &results.sigs[i]);
	*ret = results;
	return 0;
}

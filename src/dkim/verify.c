#include "dkim/verify.h"
#include "dkim/length.h"
#include "dkim/pubkey.h"
#include "dkim/signature.h"

#include <time.h>

static const struct str signature_name = STR("DKIM-Signature");

struct entry {
	const struct header *field;
	struct signature sig;
	struct dns_question *question;
	struct pubkey key;
	size_t index; /* in the library, when it is fed */
	bool fed;
	bool tried;
	bool keyed; /* has a key to be verified with */
};

struct verifier {
	struct arena *arena;
	const struct verify_options *options;
	struct dns_scope *scope;
	const struct headers *headers;
	struct entry *entries; /* the signatures from the top */
	size_t count;
	size_t tried;
	size_t fed;
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
	size_t count = headers_count(v->headers, signature_name);
	long long now = (long long)time(NULL);
	int r = 0;

	if (count == 0)
		return 0;
	count = count < most ? count : most;
	v->entries = arena_array(v->arena, count, sizeof(*v->entries));
	if (v->entries == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < v->headers->count && v->count < count; i++) {
		const struct header *field = &v->headers->fields[i];
		struct entry *entry = &v->entries[v->count];

		if (!str_ieq(field->name, signature_name))
			continue;
		entry->field = field;
		r = signature_parse(v->arena, field->value, now, &entry->sig);
		if (r < 0)
			return r;
		v->count++;
	}
	return 0;
}

/* What makes every signature of the message void (RFC 6376 section 8.15). */
static const char *
message_fault(const struct headers *headers)
{
	unsigned from = headers_count(headers, STR("From"));

	if (from == 0)
		return "the message has no From";
	if (from > 1)
		return "the message has more than one From";
	for (size_t i = 0; i < headers->count; i++) {
		struct str value = headers->fields[i].value;

		if (str_index(value, '\0') < value.n)
			return "the header has a NUL byte";
	}
	return NULL;
}

/* Which of the sound signatures are tried: the first from the top. */
static void
choose(struct verifier *v)
{
	const char *fault = message_fault(v->headers);

	for (size_t i = 0; i < v->count; i++) {
		struct entry *entry = &v->entries[i];

		if (entry->sig.result != AUTH_NONE)
			continue;
		if (fault != NULL) {
			refuse(entry, AUTH_PERMERROR, fault);
		} else if (v->tried == v->options->maximum) {
			refuse(entry, AUTH_NEUTRAL,
				"not tried, too many signatures");
		} else {
			entry->tried = true;
			v->tried++;
			v->counts = v->counts || entry->sig.has_limit;
		}
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

/* ---- the header into the library ------------------------------------- */

/* Does a signature cover other signatures? */
static bool
covers_signatures(const struct verifier *v)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->entries[i].tried &&
			signature_covers(&v->entries[i].sig, signature_name))
			return true;
	return false;
}

static struct entry *
entry_of(struct verifier *v, const struct header *field)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->entries[i].field == field)
			return &v->entries[i];
	return NULL;
}

/*
 * The library makes a hash for each signature field that it sees.  So it sees
 * those that are tried, and others only where a hash covers them.
 */
static int
feed(struct verifier *v, const struct header *field, bool others)
{
	struct entry *entry = NULL;
	int r;

	if (str_ieq(field->name, signature_name)) {
		entry = entry_of(v, field);
		if (entry == NULL || field->value.n > DK_FIELD_MAX)
			return 0;
		if (!entry->tried && !others)
			return 0;
	}
	r = dk_field(v->library, field->name, field->value);
	if (entry != NULL && r == 0) {
		entry->fed = true;
		entry->index = v->fed++;
	}
	/* A field with such a name cannot be signed. */
	return r == ERR_SYNTAX ? 0 : r;
}

static int
feed_header(struct verifier *v)
{
	bool others = covers_signatures(v);
	int r = dk_message_new(v->arena, v->options->library, 0, &v->library);

	for (size_t i = 0; i < v->headers->count && r == 0; i++)
		r = feed(v, &v->headers->fields[i], others);
	if (r == 0)
		r = dk_fields_end(v->library);
	return r;
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
	if (r < 0)
		return r;
	choose(v);
	r = ask_keys(v);
	if (r == 0 && v->tried > 0)
		r = feed_header(v);
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

	if (r < 0 || entry->key.result != AUTH_NONE || !entry->fed)
		return r;
	entry->keyed = true;
	return dk_set_key(v->library, entry->index, entry->key.text);
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
uncovered_field(const struct headers *headers, const struct signature *sig)
{
	static const struct {
		struct str name;
		const char *reason;
	} once[] = {
		{ STR("Subject"), "a second Subject is not signed" },
		{ STR("Date"), "a second Date is not signed" },
		{ STR("To"), "a second To is not signed" },
		{ STR("Cc"), "a second Cc is not signed" },
		{ STR("Reply-To"), "a second Reply-To is not signed" },
		{ STR("Sender"), "a second Sender is not signed" },
		{ STR("Message-ID"), "a second Message-ID is not signed" },
	};

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		unsigned has = headers_count(headers, once[i].name);

		if (has > 1 && signature_covers(sig, once[i].name) < has)
			return once[i].reason;
	}
	return NULL;
}

/* What a signature that verifies is worth. */
static void
weigh(const struct verifier *v, struct entry *entry)
{
	const char *uncovered = uncovered_field(v->headers, &entry->sig);

	if (uncovered != NULL)
		refuse(entry, AUTH_POLICY, uncovered);
	else if (dk_bare_newline(v->library))
		refuse(entry, AUTH_POLICY, "the body has a bare CR or LF");
	else
		refuse(entry, AUTH_PASS, NULL);
}

static void
conclude(const struct verifier *v, struct entry *entry)
{
	switch (dk_outcome(v->library, entry->index)) {
	case DK_PASS:
		weigh(v, entry);
		break;
	case DK_BAD_SIGNATURE:
		refuse(entry, AUTH_FAIL, "signature verification failed");
		break;
	case DK_BAD_BODY:
		refuse(entry, AUTH_FAIL, "body hash did not verify");
		break;
	case DK_BAD_LENGTH:
		refuse(entry, AUTH_FAIL, "l= is more than the body has");
		break;
	case DK_BAD_KEY:
		refuse(entry, AUTH_PERMERROR, "the key cannot be decoded");
		break;
	case DK_UNTRIED:
	case DK_ERROR:
		refuse(entry, AUTH_PERMERROR, "the signature cannot be read");
		break;
	}
}

static int
verify(struct verifier *v)
{
	int r = await_keys(v);

	if (r == 0 && !v->too_long)
		r = dk_end(v->library);
	if (r < 0)
		return r;
	for (size_t i = 0; i < v->count; i++) {
		struct entry *entry = &v->entries[i];

		if (entry->keyed && v->too_long)
			refuse(entry, AUTH_PERMERROR,
				"the body has a line too long");
		else if (entry->keyed)
			conclude(v, entry);
	}
	return 0;
}

static bool
is_partial(struct verifier *v, const struct signature *sig)
{
	return v->counts && sig->has_limit &&
		sig->limit < body_length_end(&v->length, sig->relaxed_body);
}

static void
report(struct verifier *v, const struct entry *entry, struct dkim_result *ret)
{
	const struct signature *sig = &entry->sig;

	*ret = (struct dkim_result){
		.result = sig->result,
		.domain = sig->domain,
		.selector = sig->selector,
		.identity = sig->identity,
		.algorithm = sig->algorithm,
		.b = sig->b,
		.reason = str_of(sig->reason),
		.key_bits = entry->key.bits,
		.partial_body = is_partial(v, sig),
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

#include "sign/fields.h"
#include "sign/risk.h"

enum {
	NAMES_MAX = 200, /* fields in h=; the library's room is limited, too */
	NAMES_BYTES = 3500,
	PIECE = 60, /* characters of h= in a line */
};

static const struct str from = STR("From");

/* ---- the lists -------------------------------------------------------- */

/* Added, changed or removed on the way, or none of our business. */
static const struct str never[] = { STR("Received"), STR("Return-Path"),
	STR("Bcc"), STR("Resent-Bcc"), STR("DKIM-Signature"),
	STR("Authentication-Results"), STR("X-Google-DKIM-Signature") };

/* What an MTA or a later hop adds when it is not there. */
static const struct str added[] = { STR("Date"), STR("Message-ID"), STR("To"),
	STR("MIME-Version"), STR("Content-Type"),
	STR("Content-Transfer-Encoding"), STR("Resent-Date"),
	STR("Resent-Message-ID"), STR("Resent-From") };

static bool
is_among(struct str name, const struct str *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(list[i], name))
			return true;
	return false;
}

/* Could the name break the list in h=? */
static bool
is_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alpha(name.p[i]) && !is_digit(name.p[i]) &&
			name.p[i] != '-' && name.p[i] != '_')
			return false;
	return name.n > 0;
}

static bool
has_star(struct str item)
{
	return item.n > 0 && item.p[item.n - 1] == '*';
}

static bool
fits_item(struct str item, struct str name)
{
	if (has_star(item))
		return str_istarts(name, str_first(item, item.n - 1));
	return str_ieq(item, name);
}

static bool
fits_list(const struct conf_list *list, struct str name)
{
	for (size_t i = 0; i < list->count; i++)
		if (fits_item(list->items[i], name))
			return true;
	return false;
}

int
fields_check(const struct conf_list *list, struct conf_errors *errors,
	const char *where)
{
	int r = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct str item = list->items[i], name = item;
		const char *what = NULL;

		if (has_star(item))
			name = str_first(item, item.n - 1);
		if (!is_plain(name))
			what = "is not the name of a header field";
		for (size_t n = 0; n < sizeof(never) / sizeof(*never); n++)
			if (str_ieq(never[n], name))
				what = "is changed on the way: it cannot be "
				       "signed";
		if (what == NULL)
			continue;
		conf_error(errors, where, "\"%.*s\" %s", STR_ARG(item), what);
		r = ERR_CONFIG;
	}
	return r;
}

int
fields_check_absent(const struct conf_list *list, struct conf_errors *errors,
	const char *where)
{
	int r = fields_check(list, errors, where);

	for (size_t i = 0; i < list->count; i++) {
		struct str item = list->items[i];

		if (!has_star(item) && !is_among(item, added,
			sizeof(added) / sizeof(*added)))
			continue;
		conf_error(errors, where, "\"%.*s\" cannot be oversigned where "
			"it is absent: an MTA may add it", STR_ARG(item));
		r = ERR_CONFIG;
	}
	return r;
}

/* ---- the fields of a message ------------------------------------------ */

/* "Subject :" counts as a Subject to a verifier, but h= has not counted it. */
static bool
is_omitted(const struct field_policy *policy, const struct header *field,
	bool simple)
{
	return str_trim(field->name).n < field->name.n ||
		risk_has_control(field) ||
		(policy->omit_risky && risk_in_field(field, simple));
}

int
fields_choose(struct arena *arena, const struct field_policy *policy,
	const struct headers *headers, bool simple, struct field_choice *ret)
{
	*ret = (struct field_choice){ .policy = policy, .headers = headers };
	for (size_t i = 0; i < headers->count; i++) {
		const struct header *field = &headers->fields[i];
		struct str *grown, name = str_trim(field->name);

		if (str_ieq(name, from) ||
			!fits_list(&policy->signed_fields, name) ||
			!is_omitted(policy, field, simple) ||
			is_among(name, ret->omitted, ret->omitted_count))
			continue;
		grown = arena_grow(arena, ret->omitted,
			ret->omitted_count * sizeof(*grown),
			(ret->omitted_count + 1) * sizeof(*grown));
		if (grown == NULL)
			return ERR_NOMEM;
		grown[ret->omitted_count++] = name;
		ret->omitted = grown;
	}
	return 0;
}

bool
fields_cover(const struct field_choice *choice, struct str name)
{
	if (str_ieq(name, from))
		return true;
	if (!is_plain(name) || is_among(name, never,
		sizeof(never) / sizeof(*never)))
		return false;
	if (is_among(name, choice->omitted, choice->omitted_count))
		return false;
	return fits_list(&choice->policy->signed_fields, name);
}

/* ---- h= ---------------------------------------------------------------- */

/* h= as it grows: pieces without white space, a line each. */
struct names {
	struct fold *fold;
	struct strbuf piece;
	size_t count;
	size_t bytes;
};

/* Failure must stick: the field is written twice, and equal both times. */
static void
add_piece(struct names *names)
{
	struct str text = sb_done(&names->piece);

	if (text.p == NULL)
		names->fold->sb.failed = true;
	else
		fold_add(names->fold, text);
}

static void
add_name(struct names *names, struct str name)
{
	if (names->count == NAMES_MAX ||
		names->bytes + name.n + 1 > NAMES_BYTES)
		return;
	sb_add(&names->piece, names->count == 0 ? STR("h=") : STR(":"));
	if (names->piece.n + name.n > PIECE) {
		add_piece(names);
		names->piece = sb_new(names->piece.arena);
	}
	sb_add(&names->piece, name);
	names->count++;
	names->bytes += name.n + 1;
}

/* The name as often as there are fields, and once more if it is oversigned. */
static void
add_all(struct names *names, const struct field_choice *choice,
	struct str name)
{
	const struct field_policy *policy = choice->policy;
	unsigned count = headers_count(choice->headers, name);

	if (!fields_cover(choice, name))
		return;
	for (unsigned n = 0; n < count; n++)
		add_name(names, name);
	if (str_ieq(name, from) || fits_list(count > 0 ?
		&policy->oversigned : &policy->oversigned_absent, name))
		add_name(names, name);
}

/* Is the name in the list as it is, so that it has been added? */
static bool
is_listed(const struct conf_list *list, struct str name)
{
	return is_among(name, list->items, list->count) || str_ieq(name, from);
}

/*
 * Those that are listed by name come first: they must not fall victim to the
 * limit.  Absent ones are left open unless that was asked for, since an MTA
 * adds Date and Message-ID after us.
 */
void
fields_write(const struct field_choice *choice, struct fold *fold,
	struct arena *arena)
{
	const struct conf_list *list = &choice->policy->signed_fields;
	const struct conf_list *absent = &choice->policy->oversigned_absent;
	const struct headers *headers = choice->headers;
	struct names names = { .fold = fold, .piece = sb_new(arena) };

	add_all(&names, choice, from);
	for (size_t i = 0; i < list->count; i++)
		if (!has_star(list->items[i]) && !str_ieq(list->items[i], from))
			add_all(&names, choice, list->items[i]);
	for (size_t i = 0; i < absent->count; i++)
		if (!is_listed(list, absent->items[i]) &&
			headers_count(headers, absent->items[i]) == 0)
			add_name(&names, absent->items[i]);
	for (size_t i = 0; i < headers->count; i++) {
		struct str name = headers->fields[i].name;

		if (!is_listed(list, name) && fields_cover(choice, name))
			add_name(&names, name);
	}
	sb_addc(&names.piece, ';');
	add_piece(&names);
}

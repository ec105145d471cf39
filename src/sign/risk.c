#include "sign/risk.h"
#include "mail/cfws.h"

/* ---- address lists ---------------------------------------------------- */

/* The fields that sendmail lays out anew. */
static const struct str address_fields[] = { STR("From"), STR("Sender"),
	STR("Reply-To"), STR("To"), STR("Cc"), STR("Resent-From"),
	STR("Resent-Sender"), STR("Resent-Reply-To"), STR("Resent-To"),
	STR("Resent-Cc"), STR("Errors-To"), STR("Apparently-To") };

/* In a name an apostrophe gets quotes (MustQuoteChars), in an address not. */
static bool
is_atom(char c)
{
	return is_alpha(c) || is_digit(c) || (unsigned char)c > 127 ||
		(c != '\0' && strchr("#$&*+-/=?^_`{|}~", c) != NULL);
}

static bool
skip(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool
skip_space(struct str *s)
{
	size_t n = 0;

	while (n < s->n && is_space(s->p[n]))
		n++;
	*s = str_from(*s, n);
	return n > 0;
}

static bool
skip_atoms(struct str *s, const char *more)
{
	size_t n = 0;

	while (n < s->n && (is_atom(s->p[n]) ||
		(s->p[n] != '\0' && strchr(more, s->p[n]) != NULL)))
		n++;
	*s = str_from(*s, n);
	return n > 0;
}

static bool
skip_quoted(struct str *s)
{
	struct str inside;

	return s->n > 0 && s->p[0] == '"' && cfws_skip_quoted(s, &inside) == 0;
}

static bool
skip_comment(struct str *s)
{
	struct str inside;

	return s->n > 0 && s->p[0] == '(' &&
		cfws_skip_comment(s, &inside) == 0 &&
		str_index(inside, '\\') == inside.n;
}

/* user@host.example, without quotes, routes, comments or spaces. */
static bool
skip_address(struct str *s)
{
	struct str domain;

	if (!skip_atoms(s, ".'") || !skip(s, '@'))
		return false;
	domain = *s;
	if (!skip_atoms(s, "."))
		return false;
	domain.n -= s->n;
	return domain.p[0] != '.' && domain.p[domain.n - 1] != '.' &&
		str_index(domain, '.') < domain.n;
}

static bool
is_at_end(const struct str *s)
{
	return s->n == 0 || s->p[0] == ',';
}

/* "user@host" or "user@host (comment)" */
static bool
skip_bare(struct str *s)
{
	struct str rest = *s;
	bool good = skip_address(&rest);

	if (good && !is_at_end(&rest))
		good = skip_space(&rest) && skip_comment(&rest);
	if (!good || !is_at_end(&rest))
		return false;
	*s = rest;
	return true;
}

/* "Name <user@host>" */
static bool
skip_named(struct str *s)
{
	struct str rest = *s;

	while (skip_atoms(&rest, "") || skip_quoted(&rest))
		skip_space(&rest);
	if (!skip(&rest, '<') || !skip_address(&rest) || !skip(&rest, '>') ||
		!is_at_end(&rest))
		return false;
	*s = rest;
	return true;
}

/* "Undisclosed recipients:;" */
static bool
is_empty_group(struct str s)
{
	while (skip_atoms(&s, ""))
		skip_space(&s);
	return skip(&s, ':') && skip(&s, ';') && s.n == 0;
}

/* sendmail cuts a name at MAXNAME bytes, and folds lists of 78. */
enum { ELEMENT_MAX = 250, FOLD_COLUMN = 76 };

/* Pass over one address with its name. */
static bool
skip_element(struct str *s)
{
	struct str before = *s;

	return (skip_bare(s) || skip_named(s)) &&
		before.n - s->n <= ELEMENT_MAX;
}

/* Is the list laid out as sendmail would do it, as far as the relaxed
 * canonicalization sees that? */
static bool
is_laid_out(struct str s)
{
	s = str_trim(s);
	if (is_empty_group(s))
		return true;
	while (skip_element(&s)) {
		if (s.n == 0)
			return true;
		if (!skip(&s, ',') || !skip_space(&s))
			return false;
	}
	return false;
}

/* Does the list stand on one line, single blanks between its parts? */
static bool
is_one_line(const struct header *field)
{
	struct str value = field->value;

	if (value.n < 2 || value.p[0] != ' ' ||
		field->name.n + 1 + value.n > FOLD_COLUMN)
		return false;
	for (size_t i = 1; i < value.n; i++)
		if (is_space(value.p[i]) && (value.p[i] != ' ' ||
			value.p[i - 1] == ' ' || i + 1 == value.n))
			return false;
	return true;
}

bool
risk_in_field(const struct header *field, bool simple)
{
	const size_t count = sizeof(address_fields) / sizeof(*address_fields);

	for (size_t i = 0; i < count; i++)
		if (str_ieq(address_fields[i], field->name))
			return !is_laid_out(field->value) ||
				(simple && !is_one_line(field));
	return false;
}

bool
risk_has_control(const struct header *field)
{
	struct str value = field->value;

	for (size_t i = 0; i < value.n; i++) {
		bool end = i + 1 == value.n || value.p[i + 1] == '\n';

		if (value.p[i] == '\v' || value.p[i] == '\f' ||
			(value.p[i] == '\r' && !end))
			return true;
	}
	return false;
}

/* ---- lines and bytes -------------------------------------------------- */

static bool
has_eight_bit(struct str text)
{
	unsigned char all = 0;

	for (size_t i = 0; i < text.n; i++)
		all |= (unsigned char)text.p[i];
	return all > 127;
}

void
risk_body(struct risk *risk, struct str chunk)
{
	if (!risk->eight_bit)
		risk->eight_bit = has_eight_bit(chunk);
	while (!risk->long_line && chunk.n > 0) {
		size_t n = str_index(chunk, '\n');

		risk->line += n;
		/* Of a CRLF, or bare: then nothing is signed. */
		if (n > 0 && chunk.p[n - 1] == '\r')
			risk->line--;
		risk->long_line = risk->line > RISK_LINE_MAX;
		if (n < chunk.n)
			risk->line = 0;
		chunk = str_from(chunk, n + 1);
	}
}

void
risk_headers(struct risk *risk, const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const struct header *field = &headers->fields[i];

		risk->line = field->name.n + 1;
		risk_body(risk, field->value);
	}
	risk->line = 0;
}

/* ---- for the log ------------------------------------------------------ */

static void
add(struct strbuf *sb, const char *text)
{
	if (sb->n > 0)
		sb_addz(sb, "; ");
	sb_addz(sb, text);
}

static void
add_field(struct strbuf *sb, const char *what, struct str name)
{
	sb_addz(sb, sb->n > 0 ? ", " : what);
	sb_add(sb, name);
}

static void
add_fields(struct strbuf *sb, const struct headers *headers, bool simple)
{
	struct strbuf controls = sb_new(sb->arena);

	for (size_t i = 0; i < headers->count; i++) {
		const struct header *field = &headers->fields[i];

		if (field->nth == 1 && risk_in_field(field, simple))
			add_field(sb, "addresses in ", field->name);
		if (field->nth == 1 && risk_has_control(field))
			add_field(&controls, "control characters in ",
				field->name);
	}
	sb->failed = sb->failed || controls.failed;
	if (controls.n > 0 && !controls.failed)
		add(sb, sb_done(&controls).p);
}

struct str
risk_text(const struct risk *risk, const struct headers *headers,
	struct arena *arena)
{
	struct strbuf sb = sb_new(arena);

	add_fields(&sb, headers, risk->simple);
	if (risk->long_line)
		add(&sb, "a line over 990 bytes");
	if (risk->eight_bit)
		add(&sb, "8-bit text");
	return sb_done(&sb);
}

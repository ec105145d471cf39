#include "mail/address.h"

#include "base/strbuf.h"

enum {
	END = -1,	/* peek: no byte left */
	GROUP_OPEN = 1, /* an element was the name of a group */
};

struct parser {
	struct arena *arena;
	struct str in;
	size_t at;
	struct authors *out;
	size_t room; /* in out->boxes */
	bool in_group;
	bool had_group;
};

/*
 * Words and dots.  They are a local part if an '@' follows and no two words
 * stood side by side, and a display name otherwise.
 */
struct words {
	struct strbuf text; /* of what may still be a local part */
	bool any;
	bool after_word;
	bool phrase; /* cannot be a local part */
};

struct element {
	struct words words;
	bool brackets;	    /* in the display name */
	bool has_claim;	    /* the display name holds an address */
	struct str claimed; /* its domain */
};

static int
peek(const struct parser *p)
{
	return p->at < p->in.n ? (unsigned char)p->in.p[p->at] : END;
}

static bool
is_control(int c)
{
	return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f;
}

/* RFC 5322 atext, with the 8-bit bytes of RFC 6532. */
static bool
is_atext(int c)
{
	if (c <= ' ' || c == 0x7f)
		return false;
	return c >= 0x80 || is_alpha((char)c) || is_digit((char)c) ||
		strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL;
}

/* A line end inside a value counts only with white space behind it. */
static int
skip_fold(struct parser *p)
{
	if (peek(p) == '\r')
		p->at++;
	if (peek(p) != '\n')
		return ERR_SYNTAX;
	p->at++;
	return peek(p) == ' ' || peek(p) == '\t' ? 0 : ERR_SYNTAX;
}

/* quoted-pair: the backslash and a byte that is no control character. */
static int
skip_pair(struct parser *p)
{
	p->at++;
	if (peek(p) == END || is_control(peek(p)))
		return ERR_SYNTAX;
	p->at++;
	return 0;
}

/*
 * One byte, pair or fold within a comment, a quoted string or a literal, where
 * only the delimiters mean anything.
 */
static int
skip_text(struct parser *p)
{
	int c = peek(p);

	if (c == '\r' || c == '\n')
		return skip_fold(p);
	if (c == '\\')
		return skip_pair(p);
	if (c == END || is_control(c))
		return ERR_SYNTAX;
	p->at++;
	return 0;
}

static int
skip_comment(struct parser *p)
{
	size_t depth = 0;
	int err;

	do {
		if (peek(p) == '(')
			depth++;
		else if (peek(p) == ')')
			depth--;
		else if (peek(p) == '<')
			return ERR_SYNTAX;
		err = skip_text(p);
	} while (err == 0 && depth > 0);
	return err;
}

static int
skip_cfws(struct parser *p)
{
	for (;;) {
		int c = peek(p), err = 0;

		if (c == ' ' || c == '\t')
			p->at++;
		else if (c == '\r' || c == '\n')
			err = skip_fold(p);
		else if (c == '(')
			err = skip_comment(p);
		else
			return 0;
		if (err != 0)
			return err;
	}
}

/* From the delimiter under the cursor to close, both kept, folds taken out. */
static int
read_enclosed(struct parser *p, char close, struct strbuf *sb)
{
	bool last;

	sb_addc(sb, p->in.p[p->at++]);
	do {
		size_t from = p->at;
		int c = peek(p), err = skip_text(p);

		if (err != 0)
			return err;
		if (c != '\r' && c != '\n')
			sb_add(sb, (struct str){ p->in.p + from,
				p->at - from });
		last = c == close;
	} while (!last);
	return 0;
}

static void
read_atom(struct parser *p, struct strbuf *sb)
{
	size_t from = p->at;

	while (is_atext(peek(p)))
		p->at++;
	sb_add(sb, (struct str){ p->in.p + from, p->at - from });
}

static int
read_word(struct parser *p, struct words *w)
{
	if (w->after_word)
		w->phrase = true;
	/* What cannot be a local part is not worth keeping. */
	if (w->phrase)
		w->text.n = 0;
	w->any = w->after_word = true;
	if (peek(p) == '"')
		return read_enclosed(p, '"', &w->text);
	read_atom(p, &w->text);
	return 0;
}

/* Words and dots up to anything else; white space and comments between. */
static int
read_words(struct parser *p, struct words *w)
{
	for (;;) {
		int err = skip_cfws(p);

		if (err != 0)
			return err;
		if (peek(p) == '"' || is_atext(peek(p))) {
			err = read_word(p, w);
		} else if (peek(p) == '.') {
			sb_addc(&w->text, '.');
			w->after_word = false;
			p->at++;
		} else {
			return 0;
		}
		if (err != 0)
			return err;
	}
}

static int
read_labels(struct parser *p, struct strbuf *sb)
{
	if (!is_atext(peek(p)))
		return ERR_SYNTAX;
	while (is_atext(peek(p))) {
		read_atom(p, sb);
		if (peek(p) != '.')
			break;
		p->at++;
		sb_addc(sb, '.');
	}
	return 0;
}

/*
 * A domain or domain-literal, up to and with the white space behind it.  There
 * is none around the dots, though obs-domain has it: some readers end there.
 */
static int
read_domain(struct parser *p, struct str *ret)
{
	struct strbuf sb = sb_new(p->arena);
	int err = skip_cfws(p);

	if (err == 0 && peek(p) == '[')
		err = read_enclosed(p, ']', &sb);
	else if (err == 0)
		err = read_labels(p, &sb);
	if (err == 0)
		err = skip_cfws(p);
	if (err != 0)
		return err;
	*ret = sb_done(&sb);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

/* RFC 2047 section 5 forbids it here, but there are readers that decode it. */
static bool
has_encoded_word(struct str s)
{
	const char *open = s.n > 0 ? memmem(s.p, s.n, "=?", 2) : NULL;
	struct str rest;

	if (open == NULL)
		return false;
	rest = str_from(s, (size_t)(open - s.p) + 2);
	return memmem(rest.p, rest.n, "?=", 2) != NULL;
}

static int
add_author(struct parser *p, struct words *w, struct str domain)
{
	struct authors *out = p->out;
	struct str local = sb_done(&w->text);
	size_t room = p->room > 0 ? p->room * 2 : 4;
	void *boxes;

	if (local.p == NULL)
		return ERR_NOMEM;
	if (!w->any || w->phrase || has_encoded_word(local))
		return ERR_SYNTAX;
	if (str_index(local, '@') < local.n)
		out->loose = true;
	if (out->count == AUTHORS_MAX)
		return ERR_LIMIT;
	if (out->count == p->room) {
		boxes = arena_grow(p->arena, out->boxes,
			p->room * sizeof(*out->boxes),
			room * sizeof(*out->boxes));
		if (boxes == NULL)
			return ERR_NOMEM;
		out->boxes = boxes;
		p->room = room;
	}
	out->boxes[out->count++] = (struct mailbox){ local, domain };
	return 0;
}

/* Is the cursor where an element of the list may end? */
static bool
at_separator(const struct parser *p)
{
	int c = peek(p);

	return c == END || c == ',' || (c == ';' && p->in_group);
}

/* Another address of the element; all must be of one domain. */
static int
claim(struct element *e, struct str domain)
{
	if (e->has_claim && !str_ieq(e->claimed, domain))
		return ERR_SYNTAX;
	e->has_claim = true;
	e->claimed = domain;
	return 0;
}

/* obs-route: "@x, @y:".  There are readers that show it. */
static int
skip_route(struct parser *p, struct element *e)
{
	struct str hop;
	int err = 0;

	while (err == 0 && (peek(p) == ',' || peek(p) == '@')) {
		bool at = peek(p) == '@';

		p->at++;
		err = at ? read_domain(p, &hop) : skip_cfws(p);
		if (err == 0 && at)
			err = claim(e, hop);
		p->out->loose = true;
	}
	if (err == 0 && peek(p) != ':')
		err = ERR_SYNTAX;
	if (err == 0)
		p->at++;
	return err;
}

/* The address in angle brackets; a separator must be next. */
static int
read_angle(struct parser *p, struct element *e)
{
	struct words w = { .text = sb_new(p->arena) };
	struct str domain;
	int err;

	p->at++;
	err = skip_cfws(p);
	if (err == 0 && (peek(p) == '@' || peek(p) == ','))
		err = skip_route(p, e);
	if (err == 0)
		err = read_words(p, &w);
	if (err == 0 && peek(p) != '@')
		err = ERR_SYNTAX;
	if (err != 0)
		return err;
	p->at++;
	err = read_domain(p, &domain);
	if (err == 0 && peek(p) != '>')
		err = ERR_SYNTAX;
	if (err != 0)
		return err;
	p->at++;
	err = skip_cfws(p);
	/* "a@x <b@y>": readers disagree on which is the author. */
	if (err == 0)
		err = claim(e, domain);
	return err != 0 ? err : add_author(p, &w, domain);
}

/*
 * An '@' outside angle brackets: the element is a bare address and ends here,
 * or this is an address in a display name, to be compared with the real one.
 */
static int
read_at(struct parser *p, struct element *e)
{
	struct str domain;
	int err;

	p->at++;
	err = read_domain(p, &domain);
	if (err != 0)
		return err;
	if (at_separator(p))
		return add_author(p, &e->words, domain);
	p->out->loose = true;
	err = claim(e, domain);
	/* Words behind it: some readers take them for a part of it. */
	return err == 0 && peek(p) != '<' ? ERR_SYNTAX : err;
}

static int
open_group(struct parser *p, const struct element *e)
{
	if (p->in_group || !e->words.any || e->has_claim || e->brackets)
		return ERR_SYNTAX;
	p->at++;
	p->in_group = p->had_group = p->out->loose = true;
	return GROUP_OPEN;
}

/* One element of the list, up to the separator behind it; it may be empty. */
static int
read_element(struct parser *p)
{
	struct element e = { .words.text = sb_new(p->arena) };

	for (;;) {
		size_t boxes = p->out->count;
		int err = read_words(p, &e.words), c = peek(p);

		if (err != 0)
			return err;
		if (c == '<')
			return read_angle(p, &e);
		if (c == ':')
			return open_group(p, &e);
		if (c == '[' || c == ']') {
			p->out->loose = true;
			e.brackets = e.words.phrase = true;
			p->at++;
		} else if (c == '@') {
			err = read_at(p, &e);
		} else if (e.words.any || e.words.text.n > 0 ||
			e.words.phrase || !at_separator(p)) {
			return ERR_SYNTAX;
		} else {
			p->out->loose = true;
			return 0;
		}
		if (err != 0 || p->out->count > boxes)
			return err;
	}
}

/* The separator behind an element; false at the end of the list. */
static int
next_element(struct parser *p, bool *more)
{
	int err;

	if (peek(p) == ';' && p->in_group) {
		p->in_group = false;
		p->at++;
		err = skip_cfws(p);
		if (err != 0)
			return err;
	}
	*more = peek(p) == ',';
	if (*more)
		p->at++;
	return *more || peek(p) == END ? 0 : ERR_SYNTAX;
}

int
address_authors(struct arena *arena, struct str value, struct authors *ret)
{
	struct parser p = { .arena = arena, .in = value, .out = ret };
	bool more = true;
	int err = 0;

	*ret = (struct authors){ .count = 0 };
	while (err == 0 && more) {
		err = read_element(&p);
		if (err == 0)
			err = next_element(&p, &more);
		else if (err == GROUP_OPEN)
			err = 0;
	}
	if (err == 0 && (p.in_group || (ret->count == 0 && !p.had_group)))
		err = ERR_SYNTAX;
	return err;
}

#include "spf/record.h"
#include "base/err.h"
#include "spf/macro.h"

#include <arpa/inet.h>

/* What may follow a mechanism's name. */
enum argument {
	ARG_NONE,
	ARG_DOMAIN,   /* ":" domain-spec */
	ARG_OPTIONAL, /* [ ":" domain-spec ] */
	ARG_DUAL,     /* [ ":" domain-spec ] [ dual-cidr-length ] */
	ARG_NETWORK,  /* ":" network [ "/" length ] */
};

static const struct mechanism {
	struct str name;
	enum spf_kind kind;
	enum argument argument;
} mechanisms[] = {
	{ { "all", 3 }, SPF_ALL, ARG_NONE },
	{ { "include", 7 }, SPF_INCLUDE, ARG_DOMAIN },
	{ { "a", 1 }, SPF_A, ARG_DUAL },
	{ { "mx", 2 }, SPF_MX, ARG_DUAL },
	{ { "ptr", 3 }, SPF_PTR, ARG_OPTIONAL },
	{ { "ip4", 3 }, SPF_IP4, ARG_NETWORK },
	{ { "ip6", 3 }, SPF_IP6, ARG_NETWORK },
	{ { "exists", 6 }, SPF_EXISTS, ARG_DOMAIN },
};

enum { MECHANISMS = sizeof(mechanisms) / sizeof(mechanisms[0]) };

bool
spf_record_is(struct str txt)
{
	struct str version = STR("v=spf1");

	return str_istarts(txt, version) &&
		(txt.n == version.n || txt.p[version.n] == ' ');
}

struct spf_reader
spf_record_open(struct str record)
{
	return (struct spf_reader){ .rest = str_from(record, 6) };
}

bool
spf_kind_asks(enum spf_kind kind)
{
	return kind == SPF_INCLUDE || kind == SPF_A || kind == SPF_MX ||
		kind == SPF_PTR || kind == SPF_EXISTS || kind == SPF_REDIRECT;
}

static int
bad(struct spf_reader *reader, const char *error)
{
	reader->error = error;
	return ERR_SYNTAX;
}

/* A prefix length: no leading zero, at most max. */
static bool
read_length(struct str digits, unsigned max, unsigned *ret)
{
	unsigned long value;

	if (digits.n == 0 || (digits.n > 1 && *digits.p == '0') ||
		!str_to_ulong(digits, max, &value))
		return false;
	*ret = (unsigned)value;
	return true;
}

/*
 * Cut "/" digits (or "//" digits) off the end of *s.  False when the end does
 * not look like that; the digits are checked by the caller.
 */
static bool
cut_length(struct str *s, const char *slashes, struct str *ret)
{
	struct str mark = str_of(slashes);
	size_t n = s->n;

	while (n > 0 && is_digit(s->p[n - 1]))
		n--;
	if (n == s->n || n < mark.n ||
		!str_eq((struct str){ s->p + n - mark.n, mark.n }, mark))
		return false;
	*ret = str_from(*s, n);
	*s = str_first(*s, n - mark.n);
	return true;
}

/* dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ] (5.3) */
static bool
cut_dual_length(struct str *s, struct spf_term *ret)
{
	struct str digits;

	if (cut_length(s, "//", &digits) &&
		!read_length(digits, 128, &ret->prefix6))
		return false;
	return !cut_length(s, "/", &digits) ||
		read_length(digits, 32, &ret->prefix4);
}

/* arg is empty or begins with a colon. */
static int
read_domain(struct spf_reader *reader, struct str arg, struct spf_term *ret)
{
	if (arg.n == 0)
		return 1;
	if (*arg.p != ':')
		return bad(reader, "something else than ':' behind the name");
	ret->domain = str_from(arg, 1);
	if (!macro_valid_domain(ret->domain))
		return bad(reader, "not a domain-spec");
	return 1;
}

/*
 * The text of an address, by inet_pton.  Not ipaddr_parse: an ip6 network never
 * stands for IPv4 clients, even when it is IPv4-mapped (section 5).
 */
static bool
read_address(struct str text, bool v6, struct ipaddr *ret)
{
	char buf[IP_TEXT_SIZE];

	if (text.n >= sizeof(buf) || memchr(text.p, '\0', text.n) != NULL)
		return false;
	memcpy(buf, text.p, text.n);
	buf[text.n] = '\0';
	*ret = (struct ipaddr){ .family = v6 ? IP_V6 : IP_V4 };
	return inet_pton(v6 ? AF_INET6 : AF_INET, buf, ret->bytes) == 1;
}

static int
read_network(struct spf_reader *reader, struct str arg, struct spf_term *ret)
{
	bool v6 = ret->kind == SPF_IP6;
	struct str text, length;

	if (arg.n < 2 || *arg.p != ':')
		return bad(reader, "no network");
	text = str_from(arg, 1);
	ret->net.prefix = v6 ? 128 : 32;
	if (cut_length(&text, "/", &length) &&
		!read_length(length, ret->net.prefix, &ret->net.prefix))
		return bad(reader, "not a prefix length");
	if (!read_address(text, v6, &ret->net.addr))
		return bad(reader, v6 ? "not an IPv6 network" :
			"not an IPv4 network");
	return 1;
}

/* arg is what follows the name. */
static int
read_argument(struct spf_reader *reader, enum argument argument,
	struct str arg, struct spf_term *ret)
{
	switch (argument) {
	case ARG_NONE:
		return arg.n == 0 ? 1 : bad(reader, "an argument too much");
	case ARG_NETWORK:
		return read_network(reader, arg, ret);
	case ARG_DUAL:
		if (!cut_dual_length(&arg, ret))
			return bad(reader, "not a prefix length");
		return read_domain(reader, arg, ret);
	case ARG_DOMAIN:
		if (arg.n == 0)
			return bad(reader, "no domain-spec");
		return read_domain(reader, arg, ret);
	default:
		return read_domain(reader, arg, ret);
	}
}

static int
read_mechanism(struct spf_reader *reader, struct str name, struct str arg,
	struct spf_term *ret)
{
	for (size_t i = 0; i < MECHANISMS; i++) {
		if (!str_ieq(name, mechanisms[i].name))
			continue;
		ret->kind = mechanisms[i].kind;
		return read_argument(
			reader, mechanisms[i].argument, arg, ret);
	}
	return bad(reader, "unknown mechanism");
}

/* redirect and exp: at most once, with a domain-spec (section 6). */
static int
read_target(struct spf_reader *reader, bool *seen, struct str value,
	struct spf_term *ret)
{
	if (*seen)
		return bad(reader, "a modifier twice");
	*seen = true;
	if (!macro_valid_domain(value))
		return bad(reader, "not a domain-spec");
	ret->domain = value;
	return 1;
}

static int
read_modifier(struct spf_reader *reader, struct str name, struct str value,
	struct spf_term *ret)
{
	if (str_ieq(name, STR("redirect"))) {
		ret->kind = SPF_REDIRECT;
		return read_target(reader, &reader->has_redirect, value, ret);
	}
	if (str_ieq(name, STR("exp"))) {
		ret->kind = SPF_EXP;
		return read_target(reader, &reader->has_exp, value, ret);
	}
	ret->kind = SPF_UNKNOWN;
	if (!macro_valid(value, MACRO_DOMAIN))
		return bad(reader, "not a macro-string");
	return 1;
}

/* name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ); 0 when there is none. */
static size_t
name_size(struct str s)
{
	size_t n = 0;

	if (s.n == 0 || !is_alpha(*s.p))
		return 0;
	while (n < s.n && (is_alpha(s.p[n]) || is_digit(s.p[n]) ||
		(s.p[n] != '\0' && strchr("-_.", s.p[n]) != NULL)))
		n++;
	return n;
}

static bool
is_qualifier(char c)
{
	return c == '+' || c == '-' || c == '~' || c == '?';
}

int
spf_record_next(struct spf_reader *reader, struct spf_term *ret)
{
	struct str term, name;

	while (reader->rest.n > 0 && *reader->rest.p == ' ')
		reader->rest = str_from(reader->rest, 1);
	*ret = (struct spf_term){ .qualifier = '+', .prefix4 = 32,
		.prefix6 = 128 };
	if (reader->rest.n == 0)
		return 0;
	term = ret->text = str_cut(&reader->rest, ' ');
	if (is_qualifier(*term.p)) {
		ret->qualifier = *term.p;
		term = str_from(term, 1);
	}
	name = str_first(term, name_size(term));
	term = str_from(term, name.n);
	if (name.n == 0)
		return bad(reader, "no name");
	if (term.n == 0 || *term.p != '=')
		return read_mechanism(reader, name, term, ret);
	if (ret->text.p != name.p)
		return bad(reader, "a modifier with a qualifier");
	return read_modifier(reader, name, str_from(term, 1), ret);
}

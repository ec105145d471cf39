/*
 * Addresses of the envelope.
 */
#include "mail/address.h"

struct str
address_path(struct str text)
{
	struct str s = str_trim(text);
	bool literal = false;

	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = (struct str){ s.p + 1, s.n - 2 };
	if (s.n == 0 || s.p[0] != '@')
		return s;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '[' || s.p[i] == ']')
			literal = s.p[i] == '[';
		else if (s.p[i] == ':' && !literal)
			return str_from(s, i + 1);
	}
	return s;
}

struct mailbox
address_split(struct str address)
{
	size_t at = address.n;
	bool quoted = false;

	for (size_t i = 0; i < address.n; i++) {
		char c = address.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == '@' && !quoted)
			at = i;
	}
	return (struct mailbox){ str_first(address, at),
		str_from(address, at + 1) };
}

/* A macro string in the first line, and the values of a message below it. */
#include "fuzz/fuzz.h"
#include "spf/macro.h"

enum { VALUE_MAX = 255 }; /* as check.c cuts them */

static struct str
client_name(void *arg, struct str domain)
{
	(void)domain;
	return *(struct str *)arg;
}

static struct str
next_value(struct str *rest)
{
	return str_first(str_cut(rest, '\n'), VALUE_MAX);
}

static void
expand(struct str spec, const struct macro_values *values)
{
	struct arena *arena = arena_new(0);
	struct str got;
	int rc = macro_domain(arena, spec, values, &got);

	must((rc == 0) == macro_valid(spec, MACRO_DOMAIN));
	must(rc == 0 || rc == ERR_SYNTAX);
	must(rc != 0 || got.n <= 253 || str_index(got, '.') == got.n);
	rc = macro_text(arena, spec, values, &got);
	must((rc == 0) == macro_valid(spec, MACRO_TEXT));
	must(rc != 0 || (got.n <= MACRO_TEXT_MAX && is_clean(got, "")));
	/* A domain-spec is a macro string, too. */
	must(!macro_valid_domain(spec) || macro_valid(spec, MACRO_DOMAIN));
	must(!macro_valid(spec, MACRO_DOMAIN) || macro_valid(spec, MACRO_TEXT));
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = input(data, size);
	struct str spec = str_cut(&rest, '\n'), name;
	struct macro_values values = { .now = 1700000000,
		.client_name = client_name, .arg = &name,
		.client = { size % 2 ? IP_V4 : IP_V6, { 192, 0, 2, 1 } } };

	values.sender = next_value(&rest);
	values.local = next_value(&rest);
	values.sender_domain = next_value(&rest);
	values.domain = next_value(&rest);
	values.helo = next_value(&rest);
	values.receiver = next_value(&rest);
	name = next_value(&rest);
	expand(spec, &values);
	return 0;
}

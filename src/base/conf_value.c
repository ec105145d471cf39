#include "base/conf_value.h"

#include "base/ipnet.h"
#include "base/strbuf.h"

#include <limits.h>
#include <sys/types.h>

/* Each parser stores into field or returns ERR_SYNTAX or ERR_NOMEM. */
typedef int parse_fn(struct arena *arena, const struct conf_option *option,
	struct str text, void *field);

static int
parse_string(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	struct str copy = arena_copy(arena, text);

	(void)option;
	if (copy.p == NULL)
		return ERR_NOMEM;
	/* "key =" takes a default back. */
	*(const char **)field = text.n > 0 ? copy.p : NULL;
	return 0;
}

static int
parse_path(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	if (text.n > 0 && text.p[0] != '/')
		return ERR_SYNTAX;
	/* What has a default is always somewhere. */
	if (text.n == 0 && option->initial != NULL)
		text = str_of(option->initial);
	return parse_string(arena, option, text, field);
}

static int
parse_bool(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	static const struct {
		struct str word;
		bool value;
	} words[] = {
		{ STR("yes"), true }, { STR("no"), false },
		{ STR("true"), true }, { STR("false"), false },
		{ STR("on"), true }, { STR("off"), false },
		{ STR("1"), true }, { STR("0"), false },
	};

	(void)arena;
	(void)option;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_ieq(text, words[i].word)) {
			*(bool *)field = words[i].value;
			return 0;
		}
	}
	return ERR_SYNTAX;
}

static int
store_number(
	const struct conf_option *option, unsigned long value, void *field)
{
	if (value > LONG_MAX || (long)value < option->min ||
		(long)value > option->max)
		return ERR_SYNTAX;
	*(long *)field = (long)value;
	return 0;
}

static int
parse_int(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	unsigned long value;

	(void)arena;
	if (!str_to_ulong(text, LONG_MAX, &value))
		return ERR_SYNTAX;
	return store_number(option, value, field);
}

static int
parse_duration(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	static const struct {
		struct str unit;
		unsigned long ms;
	} units[] = { { STR(""), 1000 }, { STR("ms"), 1 }, { STR("s"), 1000 },
		{ STR("m"), 60000 }, { STR("h"), 3600000 } };
	unsigned long value;
	size_t digits = 0;

	(void)arena;
	while (digits < text.n && is_digit(text.p[digits]))
		digits++;
	if (!str_to_ulong(str_first(text, digits), LONG_MAX / 3600000, &value))
		return ERR_SYNTAX;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_eq(str_from(text, digits), units[i].unit))
			return store_number(
				option, value * units[i].ms, field);
	return ERR_SYNTAX;
}

static int
parse_enum(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	(void)arena;
	for (int i = 0; option->choices[i] != NULL; i++) {
		if (str_eq(text, str_of(option->choices[i]))) {
			*(int *)field = i;
			return 0;
		}
	}
	return ERR_SYNTAX;
}

static int
parse_mode(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	mode_t mode = 0;

	(void)arena;
	(void)option;
	if (text.n == 0 || text.n > 4)
		return ERR_SYNTAX;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '7')
			return ERR_SYNTAX;
		mode = mode * 8 + (mode_t)(text.p[i] - '0');
	}
	if (mode > 0777)
		return ERR_SYNTAX;
	*(mode_t *)field = mode;
	return 0;
}

/* The next word of a list parted by commas or white space; empty at the end. */
static struct str
next_word(struct str *rest)
{
	struct str word = *rest;
	size_t n = 0;

	while (word.n > 0 && (word.p[0] == ',' || is_space(word.p[0])))
		word = str_from(word, 1);
	while (n < word.n && word.p[n] != ',' && !is_space(word.p[n]))
		n++;
	*rest = str_from(word, n);
	return str_first(word, n);
}

static size_t
count_words(struct str text)
{
	size_t count = 0;

	while (next_word(&text).n > 0)
		count++;
	return count;
}

static int
parse_list(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	struct str rest = arena_copy(arena, text);
	struct conf_list list = { NULL, count_words(text) };
	struct str *items = arena_array(arena, list.count, sizeof(*items));

	(void)option;
	if (rest.p == NULL || items == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < list.count; i++)
		items[i] = next_word(&rest);
	list.items = items;
	*(struct conf_list *)field = list;
	return 0;
}

static int
parse_nets(struct arena *arena, const struct conf_option *option,
	struct str text, void *field)
{
	struct ipnet_list nets = { NULL, 0 };
	struct conf_list words;
	int err = parse_list(arena, option, text, &words);

	if (err < 0)
		return err;
	nets.nets = arena_array(arena, words.count + 1, sizeof(*nets.nets));
	if (nets.nets == NULL)
		return ERR_NOMEM;
	for (; nets.count < words.count; nets.count++)
		if (!ipnet_parse(words.items[nets.count],
			&nets.nets[nets.count]))
			return ERR_SYNTAX;
	*(struct ipnet_list *)field = nets;
	return 0;
}

static parse_fn *const parsers[] = {
	[CONF_STRING] = parse_string,
	[CONF_PATH] = parse_path,
	[CONF_BOOL] = parse_bool,
	[CONF_INT] = parse_int,
	[CONF_DURATION] = parse_duration,
	[CONF_ENUM] = parse_enum,
	[CONF_MODE] = parse_mode,
	[CONF_NETS] = parse_nets,
	[CONF_LIST] = parse_list,
};

static void
add_duration(struct strbuf *sb, long ms)
{
	if (ms % 1000 == 0)
		sb_addf(sb, "%lds", ms / 1000);
	else
		sb_addf(sb, "%ldms", ms);
}

static void
add_kind(struct strbuf *sb, const struct conf_option *option)
{
	static const char *const kinds[] = {
		[CONF_STRING] = "text",
		[CONF_PATH] = "absolute path",
		[CONF_BOOL] = "yes or no",
		[CONF_INT] = "number",
		[CONF_DURATION] = "duration",
		[CONF_ENUM] = "one of",
		[CONF_MODE] = "octal mode up to 0777",
		[CONF_NETS] = "list of addresses and networks",
		[CONF_LIST] = "list",
	};

	sb_addz(sb, option->kind != NULL ? option->kind :
		kinds[option->type]);
	if (option->type == CONF_INT) {
		sb_addf(sb, " from %ld to %ld", option->min, option->max);
	} else if (option->type == CONF_DURATION) {
		sb_addz(sb, " from ");
		add_duration(sb, option->min);
		sb_addz(sb, " to ");
		add_duration(sb, option->max);
	} else if (option->type == CONF_ENUM) {
		for (int i = 0; option->choices[i] != NULL; i++)
			sb_addf(sb, "%s %s", i > 0 ? "," : "",
				option->choices[i]);
	}
}

struct str
conf_value_kind(struct arena *arena, const struct conf_option *option)
{
	struct strbuf sb = sb_new(arena);

	add_kind(&sb, option);
	return sb_done(&sb);
}

int
conf_value_parse(struct arena *arena, const struct conf_option *option,
	struct str text, void *field, struct str *why)
{
	struct strbuf sb = sb_new(arena);
	int err = parsers[option->type](arena, option, text, field);

	if (err == 0 && option->valid != NULL && !option->valid(field))
		err = ERR_SYNTAX;
	if (err != ERR_SYNTAX)
		return err;
	sb_addc(&sb, '"');
	sb_add_escaped(&sb, text, 60);
	sb_addz(&sb, "\" is not a valid value; expected: ");
	add_kind(&sb, option);
	*why = sb_done(&sb);
	return why->p != NULL ? ERR_SYNTAX : ERR_NOMEM;
}

struct str
conf_describe(struct arena *arena, const struct conf_section *section)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "[%s]\n", section->name);
	for (const struct conf_option *o = section->options; o->key; o++) {
		sb_addf(&sb, "# %s (", o->help);
		add_kind(&sb, o);
		sb_addf(&sb, ")\n#%s = %s\n", o->key,
			o->initial != NULL ? o->initial : "");
	}
	return sb_done(&sb);
}

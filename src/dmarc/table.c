#include "dmarc/table.h"

#include "base/strbuf.h"
#include "dns/name.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct str kind_words[] = {
	[BY_FROM] = STR("from"),
	[BY_CLIENT] = STR("client"),
	[BY_LIST_ID] = STR("list-id"),
	[BY_FORWARDER] = STR("forwarder"),
};

/* One line at work. */
struct reader {
	struct arena *arena;
	struct override *override;
	bool has_reason;
	unsigned kinds; /* bits of the conditions seen */
};

/* The functions below return what is wrong with a line, or NULL. */
static const char no_memory[] = "out of memory";

static bool
take_action(struct str word, struct override *o)
{
	enum dmarc_policy policy;

	if (dmarc_policy_parse(word, &policy))
		o->action = (enum override_action)policy;
	else if (str_ieq(word, STR("policy")))
		o->action = OVERRIDE_POLICY;
	else
		return false;
	return true;
}

static const char *
take_value(struct reader *r, struct condition *c, struct str value)
{
	int err;

	if (c->kind == BY_CLIENT)
		return ipnet_parse(value, &c->net) ? NULL :
			"client: is not followed by an address or network";
	c->below = value.n > 0 && value.p[0] == '.';
	value = str_from(value, c->below);
	err = name_normalise(r->arena, value, &c->name);
	if (err == ERR_NOMEM)
		return no_memory;
	return err == 0 ? NULL : "a name is not a domain name";
}

static const char *
take_reason(struct reader *r, struct str word)
{
	if (!dmarc_reason_parse(word, &r->override->reason.type) ||
		r->override->reason.type == REASON_TEST_MODE)
		return "reason: is none of local_policy mailing_list other "
			"trusted_forwarder";
	r->has_reason = true;
	return NULL;
}

static const char *
take_word(struct reader *r, struct str word)
{
	struct override *o = r->override;
	struct str value = word, key = str_cut(&value, ':');
	struct condition *list;
	int kind = BY_FROM;

	if (str_ieq(key, STR("reason")))
		return take_reason(r, value);
	while (kind <= BY_FORWARDER && !str_ieq(key, kind_words[kind]))
		kind++;
	if (kind > BY_FORWARDER || value.n == 0)
		return "a condition is from:, client:, list-id: or forwarder: "
			"with a value";
	list = arena_grow(r->arena, o->conditions, o->count * sizeof(*list),
		(o->count + 1) * sizeof(*list));
	if (list == NULL)
		return no_memory;
	o->conditions = list;
	list[o->count].kind = (enum condition_kind)kind;
	r->kinds |= 1u << kind;
	return take_value(r, &list[o->count++], value);
}

/* The text in quotes that ends a line. */
static const char *
take_comment(struct reader *r, struct str rest)
{
	struct str text = str_trim(rest);

	if (text.n < 2 || text.p[text.n - 1] != '"')
		return "the comment does not end with a quote";
	text = str_from(str_first(text, text.n - 1), 1);
	if (memchr(text.p, '"', text.n) != NULL)
		return "a quote within the comment";
	r->override->reason.comment = text;
	return NULL;
}

/* What anybody can write into a message must not make a policy weaker. */
static const char *
judge(struct reader *r)
{
	struct override *o = r->override;
	bool proven = r->kinds & (1u << BY_CLIENT | 1u << BY_FORWARDER);

	if (o->count == 0)
		return "a condition is missing";
	if ((r->kinds & 1u << BY_LIST_ID) && !proven &&
		(o->action == OVERRIDE_NONE ||
			o->action == OVERRIDE_QUARANTINE))
		return "anybody can write a List-Id: add client: or "
			"forwarder:";
	if (r->has_reason)
		return NULL;
	if (r->kinds & 1u << BY_LIST_ID)
		o->reason.type = REASON_MAILING_LIST;
	else if (r->kinds & 1u << BY_FORWARDER)
		o->reason.type = REASON_TRUSTED_FORWARDER;
	return NULL;
}

static struct str
next_word(struct str *rest)
{
	struct str word;
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && !is_space(rest->p[n]))
		n++;
	word = str_first(*rest, n);
	*rest = str_trim(str_from(*rest, n));
	return word;
}

static const char *
read_line(struct reader *r, struct str line)
{
	const char *wrong = NULL;

	if (!take_action(next_word(&line), r->override))
		return "a line begins with none, quarantine, reject or policy";
	while (wrong == NULL && line.n > 0 && line.p[0] != '"')
		wrong = take_word(r, next_word(&line));
	if (wrong == NULL && line.n > 0)
		wrong = take_comment(r, line);
	return wrong != NULL ? wrong : judge(r);
}

static const char *
add_line(struct arena *arena, struct str line, struct overrides *all)
{
	struct override *list = arena_grow(arena, all->list,
		all->count * sizeof(*list), (all->count + 1) * sizeof(*list));
	struct reader r = { .arena = arena };

	if (list == NULL)
		return no_memory;
	all->list = list;
	r.override = &list[all->count++];
	return read_line(&r, line);
}

static int
complain(struct conf_errors *errors, const char *path, unsigned number,
	const char *wrong)
{
	struct strbuf where = sb_new(errors->arena);

	if (wrong == no_memory)
		return ERR_NOMEM;
	sb_addf(&where, "%s:%u", path, number);
	if (sb_done(&where).p == NULL)
		return ERR_NOMEM;
	conf_error(errors, where.p, "%s", wrong);
	return ERR_CONFIG;
}

/* All lines, even after a complaint: all of them are wanted. */
static int
read_lines(struct arena *arena, const char *path, struct str text,
	struct conf_errors *errors, struct overrides *ret)
{
	int err = 0;

	for (unsigned number = 1; text.p != NULL; number++) {
		struct str line = str_trim(str_cut(&text, '\n'));
		const char *wrong;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		wrong = add_line(arena, line, ret);
		if (wrong != NULL)
			err = complain(errors, path, number, wrong);
		if (err == ERR_NOMEM)
			break;
	}
	return err;
}

/* The whole file; what is wrong with it, or NULL. */
static const char *
read_all(int fd, struct arena *arena, struct str *ret)
{
	struct stat st;
	char *p;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	/* Whoever can write to it says whose mail is let in. */
	if ((st.st_mode & S_IWOTH) != 0)
		return "can be written by all users";
	if (st.st_size > TABLE_MAX_BYTES)
		return "too large";
	p = arena_alloc(arena, (size_t)st.st_size + 1);
	if (p == NULL)
		return no_memory;
	n = read(fd, p, (size_t)st.st_size);
	if (n < 0)
		return strerror(errno);
	*ret = (struct str){ p, (size_t)n };
	return NULL;
}

int
table_load(struct arena *arena, const char *path, const char *where,
	struct conf_errors *errors, struct overrides *ret)
{
	struct str text = { NULL, 0 };
	const char *wrong;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*ret = (struct overrides){ NULL, 0 };
	wrong = fd < 0 ? strerror(errno) : read_all(fd, arena, &text);
	if (fd >= 0)
		close(fd);
	if (wrong == no_memory)
		return ERR_NOMEM;
	if (wrong != NULL) {
		conf_error(errors, where, "overrides %s: %s", path, wrong);
		return ERR_CONFIG;
	}
	return read_lines(arena, path, text, errors, ret);
}

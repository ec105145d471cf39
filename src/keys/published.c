#include "keys/published.h"
#include "base/strbuf.h"
#include "mail/taglist.h"

const char *
published_text(enum published_state state)
{
	static const char *const texts[] = { "ok", "missing", "no answer",
		"revoked", "different key", "split wrongly", "test flag",
		"unusable" };

	return texts[state];
}

/* Without white space, which p= may have anywhere. */
static struct str
squeeze(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < text.n; i++)
		if (!is_space(text.p[i]))
			sb_addc(&sb, text.p[i]);
	return sb_done(&sb);
}

/* Is the word in a list with colons?  An absent list has them all. */
static bool
allows(const struct taglist *list, const char *tag, struct str word)
{
	struct str rest = taglist_get(list, tag);

	if (rest.p == NULL)
		return true;
	while (rest.p != NULL) {
		struct str item = str_trim(str_cut(&rest, ':'));

		if (str_eq(item, word))
			return true;
	}
	return false;
}

static bool
has_flag(const struct taglist *list, struct str flag)
{
	return taglist_get(list, "t").p != NULL && allows(list, "t", flag);
}

static int
say(struct published *ret, enum published_state state, const char *why)
{
	ret->state = state;
	ret->why = str_of(why);
	return 0;
}

/* The text is no key record: torn, or something else? */
static int
judge_garbage(struct published *ret)
{
	if (str_index(ret->text, '"') < ret->text.n)
		return say(ret, PUBLISHED_SPLIT, "The text has quotes in it: "
			"they are the name server's syntax, and not to be "
			"published.");
	return say(ret, PUBLISHED_UNUSABLE, "It is not a key record.");
}

/* What stands before the RSAPublicKey in a SubjectPublicKeyInfo, in base64. */
enum { RSA_INFO = 24 / 3 * 4 };

/* p= of the record against ours, where they differ. */
static int
judge_difference(struct published *ret, struct str p, struct str want)
{
	if (p.n > 0 && p.n < want.n && str_eq(p, str_first(want, p.n)))
		return say(ret, PUBLISHED_SPLIT, "It ends in the middle of "
			"the key: a text of over 255 bytes has to be "
			"several strings of one record.");
	if (str_index(p, '"') < p.n)
		return judge_garbage(ret);
	if (want.n > RSA_INFO && str_eq(p, str_from(want, RSA_INFO)))
		return say(ret, PUBLISHED_UNUSABLE, "It is this key, but a "
			"bare RSAPublicKey: many verifiers only read a "
			"SubjectPublicKeyInfo.");
	return say(ret, PUBLISHED_OTHER_KEY, "It is the public half of "
		"another private key.");
}

static int
judge_tags(struct arena *arena, const struct taglist *list,
	const struct sign_key *key, struct published *ret)
{
	struct str type = taglist_get(list, "k"), version;
	struct str p = taglist_get(list, "p"), want;
	int r = sign_key_public(key, arena, &want);

	if (r < 0)
		return r;
	version = taglist_get(list, "v");
	if (version.p != NULL && (!str_eq(version, STR("DKIM1")) ||
		!str_eq(list->tags[0].name, STR("v"))))
		return say(ret, PUBLISHED_UNUSABLE,
			"v= is not DKIM1, or not the first tag.");
	if (p.p == NULL)
		return say(ret, PUBLISHED_UNUSABLE, "It has no p=.");
	if (p.n == 0)
		return say(ret, PUBLISHED_REVOKED, "p= is empty: whatever "
			"this key signed fails.");
	if (!str_eq(type.p != NULL ? type : STR("rsa"), sign_key_type(key)))
		return say(ret, PUBLISHED_OTHER_KEY,
			"It is for another type of key (k=).");
	p = squeeze(arena, p);
	if (p.p == NULL)
		return ERR_NOMEM;
	if (!str_eq(p, want))
		return judge_difference(ret, p, want);
	if (!allows(list, "h", STR("sha256")))
		return say(ret, PUBLISHED_UNUSABLE,
			"h= does not allow sha256.");
	if (!allows(list, "s", STR("email")) && !allows(list, "s", STR("*")))
		return say(ret, PUBLISHED_UNUSABLE,
			"s= does not allow email.");
	if (has_flag(list, STR("y")))
		return say(ret, PUBLISHED_TEST, "t=y: verifiers treat the "
			"mail as if it were not signed.");
	return say(ret, PUBLISHED_OK, "");
}

static int
judge_record(struct arena *arena, struct str text, const struct sign_key *key,
	struct published *ret)
{
	struct taglist list;
	int r = taglist_parse(arena, text, &list);

	ret->text = text;
	if (r == ERR_NOMEM)
		return r;
	if (r < 0 || list.count == 0)
		return judge_garbage(ret);
	return judge_tags(arena, &list, key, ret);
}

static bool
is_key_record(struct str text)
{
	return str_istarts(str_trim(text), STR("v=DKIM1"));
}

/* All but one are no key records of their own: pieces of one, it seems. */
static bool
is_torn(const struct dns_answer *answer)
{
	size_t keys = 0;

	for (size_t i = 0; i < answer->count; i++)
		keys += is_key_record(answer->records[i].data);
	return keys == 1;
}

/* Is one of them right by itself?  Then the others are no pieces of it. */
static int
find_whole(struct arena *arena, const struct dns_answer *answer,
	const struct sign_key *key, bool *ret)
{
	int r = 0;

	*ret = false;
	for (size_t i = 0; i < answer->count && r == 0 && !*ret; i++) {
		struct published one = { .state = PUBLISHED_MISSING };

		r = judge_record(arena, answer->records[i].data, key, &one);
		*ret = one.state == PUBLISHED_OK;
	}
	return r;
}

static struct str
all_texts(struct arena *arena, const struct dns_answer *answer)
{
	struct strbuf sb = sb_new(arena);

	for (size_t i = 0; i < answer->count; i++) {
		if (i > 0)
			sb_addz(&sb, " | ");
		sb_add(&sb, answer->records[i].data);
	}
	return sb_done(&sb);
}

int
published_judge(struct arena *arena, const struct sign_key *key,
	const struct dns_answer *answer, struct published *ret)
{
	bool whole;
	int r;

	*ret = (struct published){ .secure = answer->secure };
	if (dns_is_temporary(answer))
		return say(ret, PUBLISHED_NO_ANSWER,
			"The DNS gives no answer for now.");
	if (answer->status == DNS_BADNAME)
		return say(ret, PUBLISHED_UNUSABLE,
			"The DNS can have no such name.");
	if (answer->status != DNS_FOUND)
		return say(ret, PUBLISHED_MISSING,
			"There is no TXT record of that name.");
	if (answer->count == 1)
		return judge_record(arena, answer->records[0].data, key, ret);
	ret->text = all_texts(arena, answer);
	if (ret->text.p == NULL)
		return ERR_NOMEM;
	r = find_whole(arena, answer, key, &whole);
	if (r < 0)
		return r;
	if (!whole && is_torn(answer))
		return say(ret, PUBLISHED_SPLIT, "The text stands in several "
			"records: it has to be several strings of one.");
	return say(ret, PUBLISHED_UNUSABLE, "There are several records: "
		"verifiers take any of them.");
}

#include "spf/phrase.h"
#include "base/strbuf.h"

/* Between the domain and the client's address. */
static const char *const judgements[] = {
	[AUTH_NONE] = "has no SPF record for",
	[AUTH_PASS] = "permits",
	[AUTH_FAIL] = "does not permit",
	[AUTH_SOFTFAIL] = "probably does not permit",
	[AUTH_NEUTRAL] = "makes no statement about",
	[AUTH_POLICY] = "was not checked for",
	[AUTH_TEMPERROR] = "could not be checked for",
	[AUTH_PERMERROR] = "has an SPF record in error for",
};

void
phrase_add_word(struct strbuf *sb, struct str word)
{
	word = str_first(word, PHRASE_VALUE_MAX);
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		sb_addc(sb, c <= ' ' || c > '~' || strchr("()\\", c) != NULL ?
			'?' : c);
	}
}

void
phrase_add_judgement(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	char ip[IP_TEXT_SIZE];

	if (answer->domain.n > 0)
		phrase_add_word(sb, answer->domain);
	else
		sb_addz(sb, "the sender");
	sb_addf(sb, " %s %s", judgements[answer->result],
		query->client.family == IP_NONE ? "this client" :
		ipaddr_text(&query->client, ip));
}

/* ---- placeholders ---- */

typedef void add_fn(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer);

static void
add_result(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	(void)query;
	sb_addz(sb, auth_result_text(answer->result));
}

static void
add_domain(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	(void)query;
	phrase_add_word(sb, answer->domain);
}

static void
add_sender(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	(void)query;
	phrase_add_word(sb, answer->sender);
}

static void
add_client(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	char ip[IP_TEXT_SIZE];

	(void)answer;
	sb_addz(sb, ipaddr_text(&query->client, ip));
}

static void
add_helo(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	(void)answer;
	phrase_add_word(sb, query->helo);
}

static void
add_receiver(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	(void)answer;
	phrase_add_word(sb, query->receiver);
}

static void
add_text(struct strbuf *sb, struct str text)
{
	text = str_first(text, PHRASE_VALUE_MAX);
	for (size_t i = 0; i < text.n; i++)
		sb_addc(sb, text.p[i] >= ' ' && text.p[i] <= '~' ?
			text.p[i] : '?');
}

static void
add_reason(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	(void)query;
	add_text(sb, answer->reason);
}

/* Others' words are marked as such (RFC 7208 section 6.2). */
static void
add_explanation(struct strbuf *sb, const struct spf_query *query,
	const struct spf_answer *answer)
{
	if (answer->explanation.n > 0) {
		sb_addz(sb, "the domain ");
		phrase_add_word(sb, answer->domain);
		sb_addz(sb, " explains: ");
		add_text(sb, answer->explanation);
		return;
	}
	phrase_add_judgement(sb, query, answer);
	if (answer->reason.n > 0) {
		sb_addz(sb, ": ");
		add_text(sb, answer->reason);
	}
}

static const struct placeholder {
	struct str name;
	add_fn *add;
} placeholders[] = {
	{ STR("result"), add_result },
	{ STR("domain"), add_domain },
	{ STR("sender"), add_sender },
	{ STR("client"), add_client },
	{ STR("helo"), add_helo },
	{ STR("receiver"), add_receiver },
	{ STR("reason"), add_reason },
	{ STR("explanation"), add_explanation },
};

const char phrase_placeholders[] =
	"{result}, {domain}, {sender}, {client}, {helo}, {receiver}, {reason} "
	"or {explanation}";

/* *rest begins with "{"; NULL, and *rest as it was, if there is no such. */
static const struct placeholder *
take_placeholder(struct str *rest)
{
	struct str inner = str_from(*rest, 1);
	struct str name = str_first(inner, str_index(inner, '}'));

	for (size_t i = 0; i < sizeof(placeholders) / sizeof(*placeholders);
		i++) {
		if (name.n == inner.n || !str_eq(name, placeholders[i].name))
			continue;
		*rest = str_from(*rest, name.n + 2);
		return &placeholders[i];
	}
	return NULL;
}

bool
phrase_valid(struct str phrase, struct str *ret_bad)
{
	while (phrase = str_from(phrase, str_index(phrase, '{')),
		phrase.n > 0) {
		if (take_placeholder(&phrase) == NULL) {
			*ret_bad = phrase;
			return false;
		}
	}
	return true;
}

struct str
phrase_fill(struct arena *arena, struct str phrase,
	const struct spf_query *query, const struct spf_answer *answer)
{
	struct strbuf sb = sb_new(arena);

	while (phrase.n > 0) {
		struct str literal = str_first(phrase, str_index(phrase, '{'));
		const struct placeholder *p;

		sb_add(&sb, literal);
		phrase = str_from(phrase, literal.n);
		p = phrase.n > 0 ? take_placeholder(&phrase) : NULL;
		if (p == NULL)
			break;
		p->add(&sb, query, answer);
	}
	return sb_done(&sb);
}

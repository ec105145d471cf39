#include "spf/received.h"
#include "base/strbuf.h"
#include "mail/header.h"
#include "spf/phrase.h"

/* A line may have 998 bytes, and quoting may double the size. */
enum { VALUE_MAX = 400 };

static char
printable(char c)
{
	return c >= ' ' && c <= '~' ? c : '?';
}

/*
 * key="value"; as one token, which must not be torn.  Whatever the value is, it
 * cannot leave its quotes.  Nothing for an empty one.
 */
static void
add_pair(struct fold *fold, const char *key, struct str value)
{
	struct strbuf sb = sb_new(fold->sb.arena);
	struct str token;

	if (value.n == 0)
		return;
	value = str_first(value, VALUE_MAX);
	sb_addz(&sb, key);
	sb_addz(&sb, "=\"");
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			sb_addc(&sb, '\\');
		sb_addc(&sb, printable(value.p[i]));
	}
	sb_addz(&sb, "\";");
	token = sb_done(&sb);
	if (token.p == NULL)
		fold->sb.failed = true;
	else
		fold_add(fold, token);
}

/* (receiver: domain permits 192.0.2.1), with folds between the words. */
static void
add_comment(struct fold *fold, const struct spf_query *query,
	const struct spf_answer *answer)
{
	struct strbuf sb = sb_new(fold->sb.arena);
	struct str rest;

	sb_addc(&sb, '(');
	if (query->receiver.n > 0) {
		phrase_add_word(&sb, query->receiver);
		sb_addz(&sb, ": ");
	}
	phrase_add_judgement(&sb, query, answer);
	sb_addc(&sb, ')');
	rest = sb_done(&sb);
	if (rest.p == NULL)
		fold->sb.failed = true;
	while (rest.p != NULL)
		fold_add(fold, str_cut(&rest, ' '));
}

struct str
spf_received(struct arena *arena, const struct spf_query *query,
	const struct spf_answer *answer)
{
	struct fold fold = fold_new(arena, STR("Received-SPF"));
	bool helo = query->identity == SPF_HELO;
	char ip[IP_TEXT_SIZE];

	fold_add(&fold, str_of(auth_result_text(answer->result)));
	add_comment(&fold, query, answer);
	add_pair(&fold, "receiver", query->receiver);
	/* Without quotes: so SpamAssassin looks for it. */
	fold_add(&fold, helo ? STR("identity=helo;") :
		STR("identity=mailfrom;"));
	if (query->client.family != IP_NONE)
		add_pair(&fold, "client-ip",
			str_of(ipaddr_text(&query->client, ip)));
	add_pair(&fold, "helo", query->helo);
	if (!helo)
		add_pair(&fold, "envelope-from",
			query->sender.n > 0 ? query->sender : STR("<>"));
	add_pair(&fold, "mechanism", answer->mechanism);
	add_pair(&fold, "problem", answer->reason);
	return fold_done(&fold);
}

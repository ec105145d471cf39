#include "dmarc/opendmarc.h"

#include "base/strbuf.h"
#include "dns/name.h"

#include <opendmarc/dmarc.h>

/* Its macros of these names hide enum dmarc_policy. */
#undef DMARC_POLICY_NONE
#undef DMARC_POLICY_QUARANTINE
#undef DMARC_POLICY_REJECT

enum {
	/* Its buffers are 512 bytes for a value, 256 for one URI. */
	LIST_MAX = 500,
	URI_MAX = 250,
};

/* May the library see this list?  Its buffers must not even be filled. */
static bool
fits(const struct dmarc_uris *uris)
{
	size_t total = 0;

	for (size_t i = 0; i < uris->count; i++) {
		if (uris->list[i].n > URI_MAX)
			return false;
		total += uris->list[i].n + 1;
	}
	return total <= LIST_MAX;
}

static void
add_list(struct strbuf *sb, const char *tag, const struct dmarc_uris *uris)
{
	if (!fits(uris))
		return;
	for (size_t i = 0; i < uris->count; i++) {
		sb_addz(sb, i == 0 ? tag : ",");
		sb_add(sb, uris->list[i]);
	}
}

/* The tags that the library knows and whose reading can be fetched. */
static struct str
for_library(struct arena *arena, const struct dmarc_record *r)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "v=DMARC1; p=%s", dmarc_policy_text(r->p));
	if (r->sp_given)
		sb_addf(&sb, "; sp=%s", dmarc_policy_text(r->sp));
	sb_addf(&sb, "; adkim=%c; aspf=%c", r->strict_dkim ? 's' : 'r',
		r->strict_spf ? 's' : 'r');
	add_list(&sb, "; rua=", &r->rua);
	add_list(&sb, "; ruf=", &r->ruf);
	return sb_done(&sb);
}

static bool
same_policy(int theirs, enum dmarc_policy ours)
{
	static const int codes[] = {
		[DMARC_POLICY_NONE] = DMARC_RECORD_P_NONE,
		[DMARC_POLICY_QUARANTINE] = DMARC_RECORD_P_QUARANTINE,
		[DMARC_POLICY_REJECT] = DMARC_RECORD_P_REJECT,
	};

	return theirs == codes[ours];
}

static bool
same_list(u_char **theirs, const struct dmarc_uris *ours)
{
	size_t i = 0;

	if (!fits(ours))
		return true;
	for (; i < ours->count; i++) {
		if (theirs == NULL || theirs[i] == NULL ||
			!str_eq(str_of((char *)theirs[i]), ours->list[i]))
			return false;
	}
	return theirs == NULL || theirs[i] == NULL;
}

static void
add_difference(struct strbuf *sb, bool same, const char *tag)
{
	if (same)
		return;
	if (sb->n > 0)
		sb_addz(sb, ", ");
	sb_addz(sb, tag);
}

static void
compare(DMARC_POLICY_T *ctx, const struct dmarc_record *r, struct strbuf *sb)
{
	int p = 0, sp = 0, adkim = 0, aspf = 0;

	opendmarc_policy_fetch_p(ctx, &p);
	opendmarc_policy_fetch_sp(ctx, &sp);
	opendmarc_policy_fetch_adkim(ctx, &adkim);
	opendmarc_policy_fetch_aspf(ctx, &aspf);
	add_difference(sb, same_policy(p, r->p), "p");
	add_difference(sb, r->sp_given ? same_policy(sp, r->sp) :
		sp == DMARC_RECORD_P_UNSPECIFIED, "sp");
	add_difference(sb, adkim == (r->strict_dkim ? DMARC_RECORD_A_STRICT :
		DMARC_RECORD_A_RELAXED), "adkim");
	add_difference(sb, aspf == (r->strict_spf ? DMARC_RECORD_A_STRICT :
		DMARC_RECORD_A_RELAXED), "aspf");
	add_difference(sb, same_list(
		opendmarc_policy_fetch_rua(ctx, NULL, 0, 1), &r->rua), "rua");
	add_difference(sb, same_list(
		opendmarc_policy_fetch_ruf(ctx, NULL, 0, 1), &r->ruf), "ruf");
}

int
opendmarc_compare(struct arena *arena, struct str domain,
	const struct dmarc_record *record, const char **ret)
{
	struct strbuf sb = sb_new(arena);
	struct str text, name;
	DMARC_POLICY_T *ctx;
	int status;

	*ret = NULL;
	if (!record->applies || domain.n > NAME_MAX_BYTES)
		return 0;
	text = for_library(arena, record);
	name = arena_copy(arena, domain);
	/* The address is stored and never looked at by the parser. */
	ctx = opendmarc_policy_connect_init((u_char *)"0.0.0.0", 0);
	if (text.p == NULL || name.p == NULL || ctx == NULL) {
		opendmarc_policy_connect_shutdown(ctx);
		return ERR_NOMEM;
	}
	status = opendmarc_policy_parse_dmarc(
		ctx, (u_char *)name.p, (u_char *)text.p);
	if (status == DMARC_PARSE_OKAY)
		compare(ctx, record, &sb);
	else
		sb_addz(&sb, opendmarc_policy_status_to_str(status));
	opendmarc_policy_connect_shutdown(ctx);
	text = sb_done(&sb);
	if (text.p != NULL && text.n > 0)
		*ret = text.p;
	return text.p != NULL ? 0 : ERR_NOMEM;
}

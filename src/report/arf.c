#include "report/arf.h"

#include "base/strbuf.h"
#include "dns/name.h"
#include "report/mail.h"
#include "report/redact.h"
#include "report/tuple.h"

enum { FIELD_CUT = 900 /* bytes of a stranger's text in one field */ };

/* Text of strangers in a field: printable ASCII on one line. */
static void
add_safe(struct strbuf *sb, struct str text)
{
	text = str_first(text, FIELD_CUT);
	for (size_t i = 0; i < text.n; i++) {
		bool good = text.p[i] >= ' ' && text.p[i] <= '~';

		sb_addc(sb, good ? text.p[i] : '?');
	}
}

static void
add_field(struct strbuf *sb, const char *name, struct str value)
{
	sb_addf(sb, "%s: ", name);
	add_safe(sb, value);
	sb_addc(sb, '\n');
}

static struct str
hide(struct arena *arena, const struct arf *arf, struct str text)
{
	return arf->redact_key.n > 0 ? redact(arena, arf->redact_key, text) :
		text;
}

static const char *
delivery_result(struct str disposition)
{
	if (str_eq(disposition, STR("reject")))
		return "reject";
	return str_eq(disposition, STR("quarantine")) ? "spam" : "delivered";
}

/* The mechanisms that gave no aligned pass. */
static const char *
identity_alignment(const struct tuple *t)
{
	static const char *const words[] = { "dkim, spf", "spf", "dkim",
		"none" };

	return words[tuple_dkim_aligned(t) | tuple_spf_aligned(t) << 1];
}

/* The signature of the author's own domain that failed, if there is one. */
static void
add_dkim(struct strbuf *sb, const struct arf *arf)
{
	const struct tuple *t = &arf->line->tuple;

	for (size_t i = 0; i < t->dkim_count; i++) {
		const struct line_dkim *d = &t->dkim[i];

		if (str_eq(d->result, STR("pass")) ||
			str_eq(d->aligned, STR("no")))
			continue;
		add_field(sb, "DKIM-Domain", d->domain);
		add_field(sb, "DKIM-Selector", d->selector);
		if (d->identity.n > 0)
			add_field(sb, "DKIM-Identity",
				hide(sb->arena, arf, d->identity));
		return;
	}
}

/* RFC 6591 section 3.2.4: txt : domain : "the record" */
static void
add_spf(struct strbuf *sb, const struct arf *arf)
{
	const struct line_spf *spf = &arf->line->tuple.spf;
	struct str domain = str_first(spf->domain, NAME_MAX_BYTES);
	/* A longer line would make the part base64, which RFC 5965 forbids. */
	struct str text = str_first(arf->spf_record, FIELD_CUT - domain.n);

	if (text.n == 0 || str_eq(spf->result, STR("pass")))
		return;
	sb_addz(sb, "SPF-DNS: txt : ");
	add_safe(sb, domain);
	sb_addz(sb, " : \"");
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= ' ' && text.p[i] <= '~' &&
			text.p[i] != '"' && text.p[i] != '\\')
			sb_addc(sb, text.p[i]);
	sb_addz(sb, "\"\n");
}

static struct str
machine_part(struct arena *arena, const struct arf *arf)
{
	const struct line *line = arf->line;
	const struct tuple *t = &line->tuple;
	struct strbuf sb = sb_new(arena);

	sb_addz(&sb, "Feedback-Type: auth-failure\n"
		"User-Agent: mailvet/" MAILVET_VERSION "\nVersion: 1\n"
		"Auth-Failure: dmarc\n");
	add_field(&sb, "Identity-Alignment", str_of(identity_alignment(t)));
	sb_addz(&sb, "Original-Mail-From: <");
	add_safe(&sb, hide(arena, arf, line->envelope_from));
	sb_addz(&sb, ">\n");
	sb_addf(&sb, "Arrival-Date: %s\n", mail_date(line->time).text);
	if (t->ip.n > 0)
		add_field(&sb, "Source-IP", t->ip);
	add_field(&sb, "Reported-Domain", t->header_from);
	add_field(&sb, "Delivery-Result",
		str_of(delivery_result(t->disposition)));
	if (line->authres.n > 0)
		add_field(&sb, "Authentication-Results",
			hide(arena, arf, line->authres));
	sb_addf(&sb, "Incidents: %lld\n", (long long)arf->incidents);
	add_dkim(&sb, arf);
	add_spf(&sb, arf);
	return sb_done(&sb);
}

static struct str
human_part(struct arena *arena, const struct arf *arf)
{
	const struct tuple *t = &arf->line->tuple;
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "This is a DMARC failure report (RFC 9991) of %.*s.\n\n"
		"%lld message(s) with an author at %.*s came from %.*s.\n"
		"The header of the first one is below%s.\n",
		STR_ARG(arf->reporter), (long long)arf->incidents,
		STR_ARG(t->header_from), STR_ARG(t->ip),
		arf->line->truncated ? ", as far as it was kept" : "");
	return sb_done(&sb);
}

struct str
arf_write(struct arena *arena, const struct arf *arf)
{
	const struct mail_part parts[] = {
		{ STR("Content-Type: text/plain; charset=us-ascii\r\n"),
			human_part(arena, arf), false },
		{ STR("Content-Type: message/feedback-report\r\n"),
			machine_part(arena, arf), false },
		{ STR("Content-Type: text/rfc822-headers\r\n"),
			hide(arena, arf, arf->line->headers), false },
	};

	if (parts[0].content.p == NULL || parts[1].content.p == NULL)
		return (struct str){ NULL, 0 };
	return mail_multipart(arena, "report; "
		"report-type=feedback-report", arf->unique, parts, 3);
}

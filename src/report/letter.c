#include "report/letter.h"

#include "base/strbuf.h"
#include "report/digest.h"
#include "report/mail.h"

enum { ID_DIGITS = 32 };

/* The row of a report, copied. */
struct stored {
	struct arena *arena;
	bool found;
	int64_t begins, ends, made;
	struct str data;
};

static int
take_report(void *arg, const struct value *columns)
{
	struct stored *s = arg;

	s->found = true;
	s->begins = columns[0].number;
	s->ends = columns[1].number;
	s->made = columns[2].number;
	s->data = arena_copy(s->arena, columns[3].text);
	return s->data.p != NULL ? 0 : ERR_NOMEM;
}

/* One per report and destination, and always the same. */
static struct str
message_id(struct reporter *r, struct arena *arena, const struct delivery *d)
{
	const struct str parts[] = { d->report, d->destination };
	struct str name = digest(arena, parts, 2);
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%.*s@%.*s", STR_ARG(str_first(name, ID_DIGITS)),
		STR_ARG(r->settings->submitter));
	return name.p != NULL ? sb_done(&sb) : name;
}

static void
aggregate(struct arena *arena, const struct delivery *d,
	const struct stored *stored, struct mail *mail)
{
	struct str submitter = d->report;
	struct report_name name = { .domain = d->domain,
		.unique = str_cut(&submitter, '@'),
		.begins = stored->begins, .ends = stored->ends };

	name.submitter = submitter;
	mail->subject = mail_aggregate_subject(arena, &name);
	mail->entity = mail_aggregate(arena, &name, stored->data);
}

/* The entity is what was stored. */
static void
failure(struct arena *arena, const struct delivery *d,
	const struct stored *stored, struct mail *mail)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "DMARC failure report about\r\n %.*s",
		STR_ARG(d->domain));
	mail->subject = sb_done(&sb);
	mail->entity = stored->data;
}

int
letter_write(struct reporter *r, struct arena *arena,
	const struct delivery *d, struct str *ret)
{
	struct stored stored = { .arena = arena };
	struct mail mail = { .from = r->settings->sender,
		.to = d->destination, .message_id = message_id(r, arena, d) };
	int err = store_each(r->store, "SELECT begins, ends, made, data "
		"FROM reports WHERE id = $1", PARAMS(TEXT(d->report)),
		take_report, &stored);

	if (err == 0 && !stored.found)
		err = ERR_ABSENT;
	if (err < 0)
		return err;
	mail.date = stored.made;
	if (d->kind == KIND_AGGREGATE)
		aggregate(arena, d, &stored, &mail);
	else
		failure(arena, d, &stored, &mail);
	if (mail.subject.p == NULL || mail.entity.p == NULL ||
		mail.message_id.p == NULL)
		return ERR_NOMEM;
	*ret = mail_write(arena, &mail);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

#include "report/letter.h"

#include "base/strbuf.h"
#include "report/digest.h"
#include "report/mail.h"

enum { DESTINATION_DIGITS = 8 };

/* The row of a report, copied. */
struct stored {
	struct arena *arena;
	bool found;
	int64_t begins, ends, made;
	struct str data, submitter;
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
	s->submitter = arena_copy(s->arena, columns[4].text);
	return s->data.p != NULL && s->submitter.p != NULL ? 0 : ERR_NOMEM;
}

/* One per report and destination, and always the same. */
static struct str
message_id(struct arena *arena, const struct delivery *d,
	const struct stored *stored)
{
	struct str to = digest(arena, &d->destination, 1);
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%.*s.%.*s@%.*s", STR_ARG(d->report),
		STR_ARG(str_first(to, DESTINATION_DIGITS)),
		STR_ARG(stored->submitter));
	return to.p != NULL ? sb_done(&sb) : to;
}

static void
aggregate(struct arena *arena, const struct delivery *d,
	const struct stored *stored, struct mail *mail)
{
	const struct report_name name = { .submitter = stored->submitter,
		.domain = d->domain, .unique = d->report,
		.begins = stored->begins, .ends = stored->ends };

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
		.to = d->destination };
	int err = store_each(r->store, "SELECT begins, ends, made, data, "
		"submitter FROM reports WHERE id = $1",
		PARAMS(TEXT(d->report)), take_report, &stored);

	if (err == 0 && !stored.found)
		err = ERR_ABSENT;
	if (err < 0)
		return err;
	mail.date = stored.made;
	mail.message_id = message_id(arena, d, &stored);
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

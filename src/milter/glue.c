#include "milter/glue.h"

#include "base/log.h"
#include "milter/apply.h"
#include "milter/negotiate.h"
#include "milter/stats.h"
#include "pipeline/pipeline.h"
#include "pipeline/summary.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdlib.h>

/* One connection: the pipeline and what was agreed with the MTA. */
struct link {
	struct pipeline *pipeline;
	struct terms terms;
	bool guessed; /* the terms are: see link_of */
};

/* Set once, before libmilter runs; see glue_register. */
static struct slot *the_slot;

static void
free_link(struct link *link)
{
	pipeline_free(link->pipeline);
	free(link);
	stats_connection(-1);
}

static struct link *
new_link(struct snapshot *snapshot, const struct terms *terms)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->terms = *terms;
	stats_connection(+1);
	link->pipeline = pipeline_new(snapshot);
	if (link->pipeline == NULL) {
		free_link(link);
		return NULL;
	}
	return link;
}

/*
 * A link for the context; NULL when out of memory.  The old one, if a broken
 * MTA negotiates twice, goes.
 */
static struct link *
attach_link(SMFICTX *ctx, struct snapshot *snapshot, const struct terms *terms)
{
	struct link *old = smfi_getpriv(ctx);
	struct link *link = new_link(snapshot, terms);

	if (old != NULL)
		free_link(old);
	if (smfi_setpriv(ctx, link) != MI_SUCCESS && link != NULL) {
		free_link(link);
		link = NULL;
	}
	return link;
}

/*
 * The link of an event.  An MTA may begin a new connection on the same context
 * without negotiating again (SMFIC_QUIT_NC), after on_close has freed the link;
 * libmilter itself then keeps to what was agreed.  That is what we wish for
 * now, unless a reload changed it.  NULL: out of memory.
 */
static struct link *
link_of(SMFICTX *ctx)
{
	struct link *link = smfi_getpriv(ctx);
	struct snapshot *snapshot;
	struct terms terms;

	if (link != NULL)
		return link;
	snapshot = slot_take(the_slot);
	terms = negotiate_wishes(snapshot);
	link = attach_link(ctx, snapshot, &terms);
	if (link != NULL)
		link->guessed = true;
	snapshot_unref(snapshot);
	return link;
}

/* NULL when out of memory; every event of the pipeline takes that. */
static struct pipeline *
pipeline_of(SMFICTX *ctx)
{
	struct link *link = link_of(ctx);

	return link != NULL ? link->pipeline : NULL;
}

static struct str
macro(SMFICTX *ctx, char *name)
{
	return str_of(smfi_getsymval(ctx, name));
}

/* The one line per message, and the counts. */
static void
report(struct link *link, enum verdict verdict)
{
	struct message *m = pipeline_message(link->pipeline);
	struct log_field fields[LOG_FIELDS_MAX];

	if (!pipeline_is_wanted(link->pipeline) &&
		verdict == VERDICT_CONTINUE)
		return;
	stats_message(verdict);
	if (m != NULL && log_wants(LEVEL_INFO))
		log_fields(LEVEL_INFO, m->queue_id, fields,
			summary_fields(m, verdict, fields));
}

/* The message is over before its end: a verdict, not an abort. */
static sfsistat
refuse(SMFICTX *ctx, struct link *link, enum verdict verdict)
{
	struct message *m = pipeline_message(link->pipeline);

	report(link, verdict);
	if (m != NULL)
		apply_reply(ctx, &m->reply);
	/* If the MTA does not hear it now, it will at the end. */
	if (!link->guessed)
		pipeline_reset(link->pipeline);
	return verdict == VERDICT_REJECT ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

/* The message is over without a verdict; the recipients may have had one. */
static void
abandon(struct link *link)
{
	enum verdict refusal = pipeline_refusal(link->pipeline);

	if (refusal != VERDICT_CONTINUE)
		report(link, refusal);
	pipeline_reset(link->pipeline);
}

/* A verdict as the reply to an event. */
static sfsistat
answer(SMFICTX *ctx, enum event event, enum verdict verdict)
{
	struct link *link = smfi_getpriv(ctx);

	if (link == NULL)
		return SMFIS_TEMPFAIL;
	/* Whatever it is, the pipeline keeps it until a reply is due. */
	if (negotiate_is_silent(link->terms.steps, event))
		return SMFIS_NOREPLY;
	switch (verdict) {
	case VERDICT_REJECT:
	case VERDICT_TEMPFAIL:
		return refuse(ctx, link, verdict);
	case VERDICT_DONE:
		return SMFIS_ACCEPT;
	case VERDICT_SKIP:
		return event == EVENT_BODY && (link->terms.steps & SMFIP_SKIP) ?
			SMFIS_SKIP : SMFIS_CONTINUE;
	case VERDICT_CONTINUE:
		break;
	}
	return SMFIS_CONTINUE;
}

/*
 * Only the macros that we read, at the stages at which they exist; "": none,
 * which spares the MTA and us a packet at that stage.
 */
static void
ask_macros(SMFICTX *ctx, unsigned long actions)
{
	static const struct {
		int stage;
		const char *names;
	} lists[] = {
		{ SMFIM_CONNECT, "j {daemon_name}" },
		{ SMFIM_HELO, "" },
		{ SMFIM_ENVFROM, "i {auth_authen}" },
		{ SMFIM_ENVRCPT, "" },
		{ SMFIM_DATA, "" },
		{ SMFIM_EOH, "" },
		{ SMFIM_EOM, "i" },
	};

	if (!(actions & SMFIF_SETSYMLIST))
		return;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (smfi_setsymlist(ctx, lists[i].stage,
			(char *)(uintptr_t)lists[i].names) != MI_SUCCESS)
			log_text(LEVEL_WARNING, "cannot ask for macros \"%s\"",
				lists[i].names);
}

/* libmilter's signature has more than five arguments; the last are reserved. */
static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
	unsigned long reserved2, unsigned long reserved3,
	unsigned long *ret_actions, unsigned long *ret_steps,
	unsigned long *ret2, unsigned long *ret3)
{
	const struct terms offer = { actions, steps };
	struct snapshot *snapshot = slot_take(the_slot);
	struct link *link = NULL;
	struct terms terms;

	(void)reserved2;
	(void)reserved3;
	if (negotiate(snapshot, &offer, &terms))
		link = attach_link(ctx, snapshot, &terms);
	else
		log_text(LEVEL_ERROR, "the MTA lets milters change no header "
				      "fields: refusing to work with it");
	snapshot_unref(snapshot);
	if (link == NULL)
		return SMFIS_REJECT;
	ask_macros(ctx, terms.actions);
	*ret_actions = terms.actions;
	*ret_steps = terms.steps;
	*ret2 = *ret3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	const struct connect_facts facts = {
		.client = ipaddr_from_sockaddr(address),
		.client_name = str_of(name),
		.daemon_name = macro(ctx, "{daemon_name}"),
		.mta_name = macro(ctx, "j"),
	};

	return answer(ctx, EVENT_CONNECT,
		pipeline_connect(pipeline_of(ctx), &facts));
}

static sfsistat
on_helo(SMFICTX *ctx, char *helo)
{
	return answer(ctx, EVENT_HELO,
		pipeline_helo(pipeline_of(ctx), str_of(helo)));
}

static sfsistat
on_mail(SMFICTX *ctx, char **args)
{
	const struct mail_facts facts = {
		.from = str_of(args[0]),
		.auth_user = macro(ctx, "{auth_authen}"),
		.queue_id = macro(ctx, "i"),
	};
	struct link *link = link_of(ctx);

	if (link == NULL)
		return SMFIS_TEMPFAIL;
	abandon(link);
	return answer(ctx, EVENT_MAIL, pipeline_mail(link->pipeline, &facts));
}

/* The recipient is refused, and the message goes on without it. */
static sfsistat
refuse_recipient(SMFICTX *ctx, struct link *link, enum verdict verdict)
{
	struct message *m = pipeline_message(link->pipeline);

	apply_reply(ctx, &m->reply);
	m->reply = (struct reply){ NULL, NULL, NULL };
	return verdict == VERDICT_REJECT ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **args)
{
	struct link *link = link_of(ctx);
	enum verdict verdict;

	if (link == NULL)
		return SMFIS_TEMPFAIL;
	verdict = pipeline_rcpt(link->pipeline, str_of(args[0]));
	if ((verdict != VERDICT_REJECT && verdict != VERDICT_TEMPFAIL) ||
		pipeline_kept(link->pipeline) != VERDICT_CONTINUE)
		return answer(ctx, EVENT_RCPT, verdict);
	if (!link->guessed &&
		!negotiate_is_silent(link->terms.steps, EVENT_RCPT))
		return refuse_recipient(ctx, link, verdict);
	/* The MTA takes the recipient, so nobody may get the message. */
	return answer(ctx, EVENT_RCPT,
		pipeline_refuse(link->pipeline, verdict));
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct link *link = link_of(ctx);
	struct message *m = link ? pipeline_message(link->pipeline) : NULL;
	struct str text = str_of(value);
	struct strbuf sb;

	/* An MTA that cannot keep the space behind the colon has cut it. */
	if (m != NULL && !(link->terms.steps & SMFIP_HDR_LEADSPC)) {
		sb = sb_new(m->arena);
		sb_addc(&sb, ' ');
		sb_add(&sb, text);
		text = sb_done(&sb);
		if (text.p == NULL)
			return answer(ctx, EVENT_HEADERS, pipeline_refuse(
				link->pipeline, VERDICT_TEMPFAIL));
	}
	return answer(ctx, EVENT_HEADERS,
		pipeline_header(pipeline_of(ctx), str_of(name), text));
}

static sfsistat
on_headers_end(SMFICTX *ctx)
{
	return answer(ctx, EVENT_HEADERS,
		pipeline_headers(pipeline_of(ctx)));
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *chunk, size_t size)
{
	const struct str text = { (const char *)chunk, size };

	return answer(ctx, EVENT_BODY,
		pipeline_body(pipeline_of(ctx), text));
}

static sfsistat
on_end(SMFICTX *ctx)
{
	struct link *link = link_of(ctx);
	enum verdict verdict;

	if (link == NULL)
		return SMFIS_TEMPFAIL;
	pipeline_queue_id(link->pipeline, macro(ctx, "i"));
	verdict = pipeline_end(link->pipeline);
	if (verdict == VERDICT_REJECT || verdict == VERDICT_TEMPFAIL)
		return refuse(ctx, link, verdict);
	if (pipeline_is_wanted(link->pipeline) &&
		apply_edits(ctx, pipeline_message(link->pipeline),
			link->terms.steps & SMFIP_HDR_LEADSPC) < 0) {
		log_text(LEVEL_ERROR, "the MTA did not take the edits");
		return refuse(ctx, link, VERDICT_TEMPFAIL);
	}
	report(link, VERDICT_CONTINUE);
	pipeline_reset(link->pipeline);
	return SMFIS_CONTINUE;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct link *link = smfi_getpriv(ctx);

	if (link != NULL)
		abandon(link);
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct link *link = smfi_getpriv(ctx);

	if (link != NULL) {
		abandon(link);
		free_link(link);
	}
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

int
glue_register(const struct program *program, struct slot *slot)
{
	struct smfiDesc description = {
		.xxfi_name = (char *)(uintptr_t)program->name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = negotiate_most_actions(),
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_eoh = on_headers_end,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};

	the_slot = slot;
	return smfi_register(description) == MI_SUCCESS ? 0 : ERR_LIBRARY;
}

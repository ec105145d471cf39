#include "sign/session.h"
#include "dns/name.h"
#include "mail/address.h"
#include "sign/conf.h"
#include "sign/load.h"
#include "sign/risk.h"

struct session {
	struct message *message;
	const struct sign_settings *settings;
	struct signers signers;
	struct signing *signing; /* NULL: not to be signed */
	struct risk risk;
};

static int
load(const struct load *load, const void **ret)
{
	const struct sign_settings *settings;
	int r = sign_settings_load(load, &settings);

	if (r == 0)
		*ret = settings;
	return r;
}

/* ---- a message --------------------------------------------------------- */

static void *
begin(struct message *message, const void *arg)
{
	const struct sign_settings *settings = arg;
	struct session *session =
		arena_alloc(message->arena, sizeof(*session));

	if (session != NULL)
		*session = (struct session){ .message = message,
			.settings = settings,
			.risk.simple = settings->options.simple_header };
	return session;
}

static void
not_signed(struct session *session, const char *reason)
{
	session->signing = NULL;
	session->message->results.sign = (struct sign_results){
		.known = true,
		.reason = str_of(reason),
	};
}

/*
 * The one domain of all authors, and the first of them.  *reason: there is
 * none.
 */
static int
find_author(struct session *session, const struct authors *authors,
	struct mailbox *ret, const char **reason)
{
	*ret = (struct mailbox){ .domain = { NULL, 0 } };
	for (size_t i = 0; i < authors->count && *reason == NULL; i++) {
		struct str domain;
		int r = name_normalise(session->message->arena,
			authors->boxes[i].domain, &domain);

		if (r == ERR_NOMEM)
			return r;
		if (r < 0)
			*reason = "From has an address without a domain";
		else if (i == 0)
			*ret = (struct mailbox){ authors->boxes[i].local,
				domain };
		else if (!str_eq(domain, ret->domain))
			*reason = "From has authors of several domains";
	}
	if (authors->count == 0)
		*reason = "From has no author";
	return 0;
}

static int
choose_signers(struct session *session, const struct authors *authors,
	const char **reason)
{
	struct mailbox author;
	const char *unknown;
	int r = find_author(session, authors, &author, reason);

	if (r < 0 || *reason != NULL)
		return r;
	r = rules_choose(&session->settings->rules, session->message->arena,
		&author, &session->signers, &unknown);
	if (session->signers.count == 0)
		*reason = unknown;
	return r;
}

/* As readers and verifiers count them: "From :" is one, too. */
static unsigned
count_from(const struct headers *headers)
{
	unsigned n = 0;

	for (size_t i = 0; i < headers->count; i++)
		n += str_ieq(str_trim(headers->fields[i].name), STR("From"));
	return n;
}

/* Who signs?  *reason: nobody, and why. */
static int
judge(struct session *session, const char **reason)
{
	const struct headers *headers = &session->message->headers;
	const struct header *from = headers_find(headers, STR("From"), 1);
	struct authors authors = { 0 };
	int r;

	*reason = NULL;
	if (from == NULL)
		*reason = "no From";
	else if (count_from(headers) > 1)
		*reason = "more than one From";
	if (*reason != NULL)
		return 0;
	r = address_authors(session->message->arena, from->value, &authors);
	if (r == ERR_NOMEM)
		return r;
	if (r < 0) {
		*reason = "From cannot be parsed";
		return 0;
	}
	return choose_signers(session, &authors, reason);
}

/*
 * The message itself makes a signature impossible: it goes on without one, for
 * it will not get better.  Any other failure is ours: it has to wait, for mail
 * must not leave unsigned by accident.
 */
static enum verdict
failed(struct session *session, int err, const char *reason)
{
	if (err != ERR_SYNTAX && err != ERR_LIMIT)
		return VERDICT_TEMPFAIL;
	not_signed(session, reason);
	return VERDICT_CONTINUE;
}

static enum verdict
headers(void *arg)
{
	struct session *session = arg;
	struct message *message = session->message;
	const char *reason;
	int r = judge(session, &reason);

	if (r < 0)
		return VERDICT_TEMPFAIL;
	if (reason != NULL) {
		not_signed(session, reason);
		return VERDICT_CONTINUE;
	}
	risk_headers(&session->risk, &message->headers);
	r = signing_new(message->arena, &session->settings->options,
		&session->signers, &message->headers, &session->signing);
	if (r < 0)
		return failed(session, r, "NUL in the header, or a "
			"control character in From");
	return VERDICT_CONTINUE;
}

static enum verdict
body(void *arg, struct str chunk)
{
	struct session *session = arg;
	int r;

	if (session->signing == NULL)
		return VERDICT_SKIP;
	risk_body(&session->risk, chunk);
	r = signing_body(session->signing, chunk);
	if (r < 0)
		return failed(session, r, "the body has a line too long");
	return VERDICT_CONTINUE;
}

static struct str
domain_of(const struct signer *signer)
{
	return signer->domain;
}

static struct str
selector_of(const struct signer *signer)
{
	return signer->selector;
}

/* "a,b": what the signers have of it; once where neighbours have the same. */
static struct str
join(struct session *session, struct str (*get)(const struct signer *signer))
{
	const struct signers *signers = &session->signers;
	struct strbuf sb = sb_new(session->message->arena);
	struct str last = { NULL, 0 };

	for (size_t i = 0; i < signers->count; i++) {
		struct str text = get(&signers->list[i]);

		if (i > 0 && str_eq(text, last))
			continue;
		sb_addz(&sb, i > 0 ? "," : "");
		sb_add(&sb, text);
		last = text;
	}
	return sb_done(&sb);
}

static void
add_signatures(struct session *session, const struct str *values)
{
	struct message *message = session->message;
	const struct sign_results results = {
		.known = true,
		.signed_ = true,
		.domain = join(session, domain_of),
		.selector = join(session, selector_of),
		.risk = risk_text(&session->risk, &message->headers,
			message->arena),
	};

	/* Each goes on top: the first signer's shall be the topmost. */
	for (size_t i = session->signers.count; i > 0; i--)
		edits_add(&message->edits, message->arena,
			STR("DKIM-Signature"), values[i - 1]);
	message->results.sign = results;
}

static enum verdict
end(void *arg)
{
	struct session *session = arg;
	struct str values[SIGNERS_MAX];
	int r;

	if (session->signing == NULL)
		return VERDICT_CONTINUE;
	r = signing_end(session->signing, values);
	if (r < 0)
		return failed(session, r, "the body has a bare CR or LF");
	add_signatures(session, values);
	return VERDICT_CONTINUE;
}

const struct filter sign_filter = {
	.name = "sign",
	.direction = OUTBOUND,
	.events = EVENT_CONNECT | EVENT_MAIL | EVENT_HEADERS | EVENT_BODY |
		EVENT_END,
	.replies = EVENT_CONNECT | EVENT_MAIL | EVENT_END,
	.edits = EDIT_MAY_ADD,
	.uses_dns = false,
	.section = &sign_section,
	.load = load,
	.begin = begin,
	.headers = headers,
	.body = body,
	.end = end,
};

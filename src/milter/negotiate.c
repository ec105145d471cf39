#include "milter/negotiate.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

/* How the protocol says "do not send" and "no reply" for each event. */
static const struct {
	enum event event;
	unsigned long not_sent;
	unsigned long no_reply;
} table[] = {
	{ EVENT_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN },
	{ EVENT_HELO, SMFIP_NOHELO, SMFIP_NR_HELO },
	{ EVENT_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL },
	{ EVENT_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT },
	{ EVENT_HEADERS, SMFIP_NOHDRS, SMFIP_NR_HDR },
	{ EVENT_HEADERS, SMFIP_NOEOH, SMFIP_NR_EOH },
	{ EVENT_BODY, SMFIP_NOBODY, SMFIP_NR_BODY },
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };

unsigned long
negotiate_most_actions(void)
{
	return SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE |
		SMFIF_SETSYMLIST;
}

/* Of all filters, as they are configured. */
static struct needs
sum_needs(const struct snapshot *snapshot)
{
	/* The direction is decided by the client and by MAIL; the trust gate
	 * reads every header and adds and removes fields. */
	struct needs sum = { EVENT_CONNECT | EVENT_MAIL | EVENT_HEADERS, 0,
		EDIT_MAY_ADD | EDIT_MAY_CHANGE };

	for (unsigned i = 0; snapshot->program->filters[i] != NULL; i++) {
		const struct filter *f = snapshot->program->filters[i];
		struct needs one = { f->events, f->replies, f->edits };

		if (f->adapt != NULL)
			f->adapt(snapshot->settings[i], &one);
		sum.events |= one.events;
		sum.replies |= one.replies;
		sum.edits |= one.edits;
	}
	return sum;
}

struct terms
negotiate_wishes(const struct snapshot *snapshot)
{
	struct needs needs = sum_needs(snapshot);
	struct terms wishes = { SMFIF_ADDHDRS | SMFIF_CHGHDRS |
			SMFIF_SETSYMLIST,
		SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_HDR_LEADSPC |
			SMFIP_SKIP };

	if (needs.edits & EDIT_MAY_QUARANTINE)
		wishes.actions |= SMFIF_QUARANTINE;
	for (unsigned i = 0; i < ROWS; i++) {
		if (!(needs.events & table[i].event))
			wishes.steps |= table[i].not_sent;
		else if (!(needs.replies & table[i].event))
			wishes.steps |= table[i].no_reply;
	}
	return wishes;
}

bool
negotiate(const struct snapshot *snapshot, const struct terms *offer,
	struct terms *ret)
{
	const unsigned long needed = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
	const unsigned long header_silence = SMFIP_NR_HDR | SMFIP_NR_EOH;
	struct terms wishes = negotiate_wishes(snapshot);

	ret->actions = wishes.actions & offer->actions;
	ret->steps = wishes.steps & offer->steps;
	/* An event is silent or not, although the header has two callbacks. */
	if ((ret->steps & header_silence) != header_silence)
		ret->steps &= ~header_silence;
	return (ret->actions & needed) == needed;
}

bool
negotiate_is_silent(unsigned long steps, enum event event)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (table[i].event == event)
			return steps & table[i].no_reply;
	return false;
}

#include <stdio.h>
#include <string.h>

#include "fakemta.h"

const char *
fm_stage_name(enum fm_stage s)
{
	static const char *const name[] = { "none", "connect", "helo",
		"mail", "rcpt", "data", "header", "eoh", "body", "eom" };

	return name[s];
}

static void
decide(struct fakemta *fm, const struct fm_filter *f, enum fm_stage stage,
    int verdict)
{
	const char *text = "";

	fm->out.stage = stage;
	fm->out.verdict = verdict;
	fm->out.filter = f->name;
	if (verdict < 0)
		text = mc_error(f->mc);
	else if (verdict == SMFIR_REPLYCODE)
		text = mc_reply_text(f->mc);
	snprintf(fm->out.text, sizeof(fm->out.text), "%s", text);
}

int
fm_attach(struct fakemta *fm, const char *name, const char *socket,
    const struct mc_offer *offer, int timeout_ms)
{
	struct fm_filter *f = &fm->filter[fm->n];
	int r;

	if (fm->n == FM_FILTERS)
		return MC_ERR_NOMEM;
	*f = (struct fm_filter){ .name = name, .mc = mc_new(timeout_ms) };
	if (f->mc == NULL)
		return MC_ERR_NOMEM;
	fm->n++;
	r = mc_dial(f->mc, socket);
	if (r == 0)
		r = mc_negotiate(f->mc, offer);
	if (r < 0)
		decide(fm, f, FM_NONE, r);
	return r;
}

void
fm_macro(struct fakemta *fm, const char *name, const char *value)
{
	for (size_t i = 0; i < fm->n; i++)
		if (fm->filter[i].mc != NULL)
			(void)mc_macro(fm->filter[i].mc, name, value);
}

static bool
wants(const struct fm_filter *f)
{
	return !f->gone && f->accepted == FM_NONE;
}

/* One filter's answer; true when the next may be asked. */
static bool
answer(struct fakemta *fm, struct fm_filter *f, enum fm_stage stage, int r)
{
	if (r == SMFIR_CONTINUE)
		return true;
	if (r != SMFIR_ACCEPT) {
		decide(fm, f, stage, r);
		return false;
	}
	f->accepted = stage;
	if (stage <= FM_HELO) {
		/* sendmail leaves a filter that wants no more of this */
		(void)mc_quit(f->mc);
		f->gone = true;
	}
	return true;
}

/* The filters that still are at a message have to forget it. */
static void
abort_all(struct fakemta *fm)
{
	for (size_t i = 0; i < fm->n; i++) {
		struct fm_filter *f = &fm->filter[i];

		if (wants(f) && mc_abort(f->mc) == 0)
			(void)mcwire_flush(mc_wire(f->mc));
	}
}

static bool
after(struct fakemta *fm, bool go_on, enum fm_stage stage)
{
	if (!go_on && stage > FM_HELO && fm->out.verdict > 0)
		abort_all(fm);
	return go_on;
}

bool
fm_connect(struct fakemta *fm, const struct fm_client *c)
{
	bool ok = true;

	for (size_t i = 0; i < fm->n && ok; i++) {
		struct fm_filter *f = &fm->filter[i];

		if (wants(f))
			ok = answer(fm, f, FM_CONNECT, mc_connect(f->mc,
			    c->host, c->family, c->port, c->addr));
	}
	return after(fm, ok, FM_CONNECT);
}

bool
fm_helo(struct fakemta *fm, const char *name)
{
	bool ok = true;

	for (size_t i = 0; i < fm->n && ok; i++) {
		struct fm_filter *f = &fm->filter[i];

		if (wants(f))
			ok = answer(fm, f, FM_HELO, mc_helo(f->mc, name));
	}
	return after(fm, ok, FM_HELO);
}

bool
fm_mail(struct fakemta *fm, const char *addr, const char *args)
{
	bool ok = true;

	fm->out = (struct fm_outcome){ 0 };
	for (size_t i = 0; i < fm->n && ok; i++) {
		struct fm_filter *f = &fm->filter[i];

		if (f->gone)
			continue;
		f->accepted = FM_NONE;
		ok = answer(fm, f, FM_MAIL, mc_mail(f->mc, addr, args));
	}
	return after(fm, ok, FM_MAIL);
}

bool
fm_rcpt(struct fakemta *fm, const char *addr, const char *args)
{
	bool ok = true;

	for (size_t i = 0; i < fm->n && ok; i++) {
		struct fm_filter *f = &fm->filter[i];

		if (wants(f))
			ok = answer(fm, f, FM_RCPT,
			    mc_rcpt(f->mc, addr, args));
	}
	return ok;
}

bool
fm_data(struct fakemta *fm)
{
	bool ok = true;

	for (size_t i = 0; i < fm->n && ok; i++) {
		struct fm_filter *f = &fm->filter[i];

		if (wants(f))
			ok = answer(fm, f, FM_DATA, mc_data(f->mc));
	}
	return after(fm, ok, FM_DATA);
}

static int
send_header(struct mclient *mc, const struct fmsg *m)
{
	int r = SMFIR_CONTINUE;

	for (size_t i = 0; i < m->n && r == SMFIR_CONTINUE; i++) {
		const struct fm_field *f = &m->field[i];

		if (!f->deleted)
			r = mc_header(mc, f->name, f->value, f->len);
	}
	return r;
}

/* All but the end of message; *ret_at is the stage of the answer. */
static int
send_content(struct mclient *mc, const struct fmsg *m, enum fm_stage stop,
    enum fm_stage *ret_at)
{
	int r;

	*ret_at = FM_HEADER;
	r = send_header(mc, m);
	if (r != SMFIR_CONTINUE || stop == FM_HEADER)
		return r;
	*ret_at = FM_EOH;
	r = mc_eoh(mc);
	if (r != SMFIR_CONTINUE || stop == FM_EOH)
		return r;
	*ret_at = FM_BODY;
	r = mc_body(mc, m->body, m->body_len);
	if (r != SMFIR_CONTINUE || stop == FM_BODY)
		return r;
	*ret_at = FM_EOM;
	return mc_eom(mc);
}

static bool
take_edits(struct fakemta *fm, const struct fm_filter *f, struct fmsg *m)
{
	bool leadspc = (mc_protocol(f->mc) & SMFIP_HDR_LEADSPC) != 0;
	bool ok = true;

	for (size_t i = 0; i < mc_edit_count(f->mc) && ok; i++) {
		struct mc_edit e;

		mc_edit_get(f->mc, i, &e);
		if (e.type == SMFIR_PROGRESS)
			continue;
		fm->out.edits++;
		if (e.type == SMFIR_QUARANTINE)
			snprintf(fm->out.quarantine,
			    sizeof(fm->out.quarantine), "%s", e.name);
		ok = fmsg_apply(m, &e, leadspc) == 0;
	}
	fmsg_settle(m);
	return ok;
}

bool
fm_content(struct fakemta *fm, struct fmsg *m, enum fm_stage stop)
{
	bool ok = true;

	for (size_t i = 0; i < fm->n && ok; i++) {
		struct fm_filter *f = &fm->filter[i];
		enum fm_stage at;
		int r;

		if (!wants(f))
			continue;
		r = send_content(f->mc, m, stop, &at);
		if (stop != FM_EOM) {
			(void)mcwire_flush(mc_wire(f->mc));
			continue;
		}
		ok = answer(fm, f, at, r);
		/* an MTA keeps the edits of a filter that says 4xx, too */
		if (at == FM_EOM && r > 0 && !take_edits(fm, f, m))
			ok = answer(fm, f, at, MC_ERR_NOMEM);
		if (r > 0 && f->accepted == FM_NONE && at == FM_EOM)
			f->accepted = FM_EOM;
	}
	if (ok && stop == FM_EOM) {
		fm->out.stage = FM_EOM;
		fm->out.verdict = SMFIR_ACCEPT;
	}
	return after(fm, ok, FM_EOM);
}

void
fm_abort(struct fakemta *fm)
{
	abort_all(fm);
}

void
fm_quit(struct fakemta *fm)
{
	for (size_t i = 0; i < fm->n; i++)
		if (fm->filter[i].mc != NULL && !fm->filter[i].gone)
			(void)mc_quit(fm->filter[i].mc);
	fm_drop(fm);
}

void
fm_quit_nc(struct fakemta *fm)
{
	for (size_t i = 0; i < fm->n; i++) {
		struct fm_filter *f = &fm->filter[i];

		if (!f->gone)
			(void)mc_quit_nc(f->mc);
		f->accepted = FM_NONE;
	}
}

void
fm_drop(struct fakemta *fm)
{
	for (size_t i = 0; i < fm->n; i++) {
		mc_free(fm->filter[i].mc);
		fm->filter[i].mc = NULL;
	}
	fm->n = 0;
}

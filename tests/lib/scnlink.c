/*
 * Verbs that make the connection and send.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scn.h"

static void
set_macro(struct scn *s, const char *name, const char *value)
{
	size_t i = 0;

	while (i < s->macros && strcmp(s->macro[i].name, name) != 0)
		i++;
	if (i == SCN_MACROS) {
		scn_fail(s, "too many macros");
		return;
	}
	if (i == s->macros)
		s->macros++;
	snprintf(s->macro[i].name, sizeof(s->macro[i].name), "%s", name);
	snprintf(s->macro[i].value, sizeof(s->macro[i].value), "%s", value);
	if (s->open)
		fm_macro(&s->fm, name, value);
}

static void
close_link(struct scn *s)
{
	if (s->open)
		fm_quit(&s->fm);
	s->open = false;
}

void
scn_link_reset(struct scn *s)
{
	close_link(s);
	s->offer = mc_offer_full;
	s->timeout_ms = 30000;
	s->family = SMFIA_INET;
	strcpy(s->addr, "192.0.2.1");
	strcpy(s->host, "mail.example.org");
	strcpy(s->helo, "mail.example.org");
	s->macros = 0;
	set_macro(s, "j", "mx.test");
	set_macro(s, "{daemon_name}", "MTA");
}

void
scn_free(struct scn *s)
{
	close_link(s);
	fmsg_free(&s->msg);
	free(s->from);
	free(s->from_args);
	free(s->rcpt);
}

/* "ADDRESS [NAME]": the client; "local" and "unknown" have no address. */
static void
do_connect(struct scn *s, char *arg, const char *block)
{
	const char *addr = scn_word(&arg), *host = scn_word(&arg);

	(void)block;
	close_link(s);
	if (addr == NULL)
		return;
	s->family = strcmp(addr, "unknown") == 0 ? SMFIA_UNKNOWN
	    : strcmp(addr, "local") == 0 ? SMFIA_UNIX
	    : strchr(addr, ':') != NULL ? SMFIA_INET6 : SMFIA_INET;
	/* sendmail tags the address */
	snprintf(s->addr, sizeof(s->addr), "%s%s",
	    s->family == SMFIA_INET6 ? "IPv6:" : "", addr);
	if (host != NULL)
		snprintf(s->host, sizeof(s->host), "%s", host);
}

static void
do_helo(struct scn *s, char *arg, const char *block)
{
	(void)block;
	snprintf(s->helo, sizeof(s->helo), "%s", arg);
}

static void
do_macro(struct scn *s, char *arg, const char *block)
{
	const char *name = scn_word(&arg);

	(void)block;
	if (name != NULL)
		set_macro(s, name, arg);
}

static void
do_timeout(struct scn *s, char *arg, const char *block)
{
	(void)block;
	s->timeout_ms = atoi(arg);
}

static const struct {
	const char *name;
	uint32_t actions, protocol;
} refusals[] = {
	{ "-nr", 0, SMFIP_NR_HDR | SMFIP_NR_CONN | SMFIP_NR_HELO
	    | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_DATA | SMFIP_NR_UNKN
	    | SMFIP_NR_EOH | SMFIP_NR_BODY },
	{ "-no", 0, SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOMAIL
	    | SMFIP_NORCPT | SMFIP_NOBODY | SMFIP_NOHDRS | SMFIP_NOEOH
	    | SMFIP_NOUNKNOWN | SMFIP_NODATA },
	{ "-skip", 0, SMFIP_SKIP },
	{ "-leadspc", 0, SMFIP_HDR_LEADSPC },
	{ "-addhdrs", SMFIF_ADDHDRS, 0 },
	{ "-chghdrs", SMFIF_CHGHDRS, 0 },
	{ "-quarantine", SMFIF_QUARANTINE, 0 },
	{ "-setsymlist", SMFIF_SETSYMLIST, 0 },
};

/* What the MTA knows: "full", "v2", less what is named. */
static void
do_offer(struct scn *s, char *arg, const char *block)
{
	char *w;

	(void)block;
	close_link(s);
	while ((w = scn_word(&arg)) != NULL) {
		if (strcmp(w, "full") == 0)
			s->offer = mc_offer_full;
		if (strcmp(w, "v2") == 0)
			s->offer = mc_offer_v2;
		for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals);
		    i++) {
			if (strcmp(w, refusals[i].name) != 0)
				continue;
			s->offer.actions &= ~refusals[i].actions;
			s->offer.protocol &= ~refusals[i].protocol;
		}
	}
}

static bool
greet(struct scn *s)
{
	struct fm_client c = { .host = s->host, .family = s->family,
		.port = 40000, .addr = s->addr };

	for (size_t i = 0; i < s->macros; i++)
		fm_macro(&s->fm, s->macro[i].name, s->macro[i].value);
	if (!fm_connect(&s->fm, &c))
		return false;
	/* a client may go without a greeting */
	return s->helo[0] == '\0' || fm_helo(&s->fm, s->helo);
}

static bool
open_link(struct scn *s)
{
	if (s->open)
		return true;
	s->fm.out = (struct fm_outcome){ 0 };
	s->open = true;
	for (size_t i = 0; i < s->env->daemons; i++) {
		const struct daemon *d = &s->env->daemon[i];

		if (fm_attach(&s->fm, d->name, d->socket, &s->offer,
		    s->timeout_ms) < 0)
			return false;
	}
	return greet(s);
}

static bool
envelope(struct scn *s)
{
	snprintf(s->qid, sizeof(s->qid), "5T%06uQ%04d", ++s->serial,
	    s->line);
	fm_macro(&s->fm, "i", s->qid_when == QID_MAIL ? s->qid : NULL);
	if (!fm_mail(&s->fm, s->from, s->from_args))
		return false;
	if (fm_rcpt(&s->fm, s->rcpt, NULL))
		return true;
	fm_abort(&s->fm);
	return false;
}

static bool
transfer(struct scn *s, enum fm_stage stop)
{
	if (!open_link(s))
		return false;
	if (stop <= FM_HELO)
		return true;
	if (!envelope(s) || stop <= FM_RCPT)
		return true;
	if (s->qid_when == QID_DATA)
		fm_macro(&s->fm, "i", s->qid);
	if (!fm_data(&s->fm) || stop <= FM_DATA)
		return true;
	(void)fm_content(&s->fm, &s->msg, stop);
	return true;
}

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
run_to(struct scn *s, enum fm_stage stop)
{
	long start;

	for (size_t i = 0; i < s->env->daemons; i++)
		daemon_mark(&s->env->daemon[i]);
	start = now_ms();
	/* a connection that failed is of no more use */
	if (!transfer(s, stop) || s->fm.out.verdict < 0) {
		fm_drop(&s->fm);
		s->open = false;
	}
	s->elapsed_ms = now_ms() - start;
}

static void
do_send(struct scn *s, char *arg, const char *block)
{
	(void)arg;
	(void)block;
	run_to(s, FM_EOM);
}

/* "STAGE abort|close": get that far, then give up. */
static void
do_stop(struct scn *s, char *arg, const char *block)
{
	const char *stage = scn_word(&arg);
	enum fm_stage at = FM_CONNECT;

	(void)block;
	while (at < FM_EOM && stage != NULL
	    && strcmp(stage, fm_stage_name(at)) != 0)
		at++;
	if (at == FM_EOM) {
		scn_fail(s, "no such stage");
		return;
	}
	run_to(s, at);
	if (!s->open)
		return;
	if (strcmp(arg, "abort") == 0) {
		fm_abort(&s->fm);
		return;
	}
	fm_drop(&s->fm);
	s->open = false;
}

/* "quit": end the connection; "quit new": another on the same socket. */
static void
do_quit(struct scn *s, char *arg, const char *block)
{
	(void)block;
	if (strcmp(arg, "new") != 0) {
		close_link(s);
		return;
	}
	if (s->open) {
		fm_quit_nc(&s->fm);
		(void)greet(s);
	}
}

static void
do_abuse(struct scn *s, char *arg, const char *block)
{
	(void)arg;
	scn_abuse(s, block);
}

static const struct {
	const char *verb;
	void (*fn)(struct scn *s, char *arg, const char *block);
} verbs[] = {
	{ "connect", do_connect }, { "helo", do_helo },
	{ "macro", do_macro }, { "timeout", do_timeout },
	{ "offer", do_offer }, { "send", do_send }, { "stop", do_stop },
	{ "quit", do_quit }, { "abuse", do_abuse },
};

bool
scn_link_verb(struct scn *s, const char *verb, char *arg, const char *block)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(verbs[i].verb, verb) != 0)
			continue;
		verbs[i].fn(s, arg, block);
		return true;
	}
	return false;
}

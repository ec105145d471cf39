/*
 * What is settled before the first event: options and macros.
 */
#include <stdlib.h>
#include <string.h>

#include "mcpriv.h"

const struct mc_offer mc_offer_full = { 6, SMFI_CURR_ACTS, SMFI_CURR_PROT };
const struct mc_offer mc_offer_v2 = { 2, SMFI_V2_ACTS, SMFI_V2_PROT };

/* What sendmail 8.17 sends to a filter that asks for nothing. */
static const char *const default_symlist[STAGES] = {
	[SMFIM_CONNECT] = "j _ {daemon_name} {if_name} {if_addr}",
	[SMFIM_HELO] = "{tls_version} {cipher} {cipher_bits} {cert_subject} "
	    "{cert_issuer}",
	[SMFIM_ENVFROM] = "i {auth_type} {auth_authen} {auth_ssf} "
	    "{auth_author} {mail_mailer} {mail_host} {mail_addr}",
	[SMFIM_ENVRCPT] = "{rcpt_mailer} {rcpt_host} {rcpt_addr}",
	[SMFIM_EOM] = "{msg_id}",
};

/* Lists of macros after the three numbers: stage, string, ... */
static int
take_symlists(struct mclient *mc, const char *p, size_t len)
{
	while (len > 0) {
		const char *nul;
		uint32_t stage;

		if (len < 5 || (stage = mcwire_u32(p)) >= STAGES)
			return MC_ERR_PROTO;
		p += 4;
		len -= 4;
		nul = memchr(p, '\0', len);
		if (nul == NULL)
			return MC_ERR_PROTO;
		free(mc->symlist[stage]);
		mc->symlist[stage] = strdup(p);
		if (mc->symlist[stage] == NULL)
			return MC_ERR_NOMEM;
		len -= (size_t)(nul + 1 - p);
		p = nul + 1;
	}
	return 0;
}

static int
take_options(struct mclient *mc, const struct mcpacket *p)
{
	uint32_t version;
	int r;

	if (p->cmd != SMFIC_OPTNEG)
		return mcpriv_fault(mc, MC_ERR_PROTO, "answer %#x to options",
		    (unsigned char)p->cmd);
	if (p->len < MILTER_OPTLEN)
		return mcpriv_fault(mc, MC_ERR_PROTO, "short options");
	version = mcwire_u32(p->data);
	mc->actions = mcwire_u32(p->data + 4);
	mc->protocol = mcwire_u32(p->data + 8);
	if (version < 2 || version > mc->offer.version)
		return mcpriv_fault(mc, MC_ERR_PROTO, "version %u", version);
	if ((mc->actions & ~mc->offer.actions) != 0)
		return mcpriv_fault(mc, MC_ERR_PROTO,
		    "actions %#x, offered %#x",
		    mc->actions, mc->offer.actions);
	if ((mc->protocol & ~mc->offer.protocol) != 0)
		return mcpriv_fault(mc, MC_ERR_PROTO,
		    "protocol %#x, offered %#x",
		    mc->protocol, mc->offer.protocol);
	r = take_symlists(mc, p->data + MILTER_OPTLEN,
	    p->len - MILTER_OPTLEN);
	return r < 0 ? mcpriv_fault(mc, r, "list of macros") : 0;
}

int
mc_negotiate(struct mclient *mc, const struct mc_offer *offer)
{
	struct mcpacket p;
	size_t mark;
	int r;

	mc->offer = *offer;
	r = mcwire_begin(&mc->wire, SMFIC_OPTNEG, &mark);
	if (r == 0)
		r = mcwire_add_u32(&mc->wire, offer->version);
	if (r == 0)
		r = mcwire_add_u32(&mc->wire, offer->actions);
	if (r == 0)
		r = mcwire_add_u32(&mc->wire, offer->protocol);
	if (r == 0) {
		mcwire_end(&mc->wire, mark);
		r = mcwire_read(&mc->wire, &p);
	}
	return r < 0 ? mcpriv_fault(mc, r, "options") : take_options(mc, &p);
}

uint32_t
mc_protocol(const struct mclient *mc)
{
	return mc->protocol;
}

uint32_t
mc_actions(const struct mclient *mc)
{
	return mc->actions;
}

const char *
mc_symlist(const struct mclient *mc, int stage)
{
	return mc->symlist[stage];
}

static struct macro *
find_macro(struct mclient *mc, const char *name, size_t len)
{
	for (size_t i = 0; i < mc->macros; i++) {
		const char *n = mc->macro[i].name;

		if (strncmp(n, name, len) == 0 && n[len] == '\0')
			return &mc->macro[i];
	}
	return NULL;
}

int
mc_macro(struct mclient *mc, const char *name, const char *value)
{
	struct macro *m = find_macro(mc, name, strlen(name));
	char *copy = value != NULL ? strdup(value) : NULL;

	if (value != NULL && copy == NULL)
		return mcpriv_fault(mc, MC_ERR_NOMEM, "macro %s", name);
	if (m == NULL) {
		char *n = mc->macros < MACROS ? strdup(name) : NULL;

		if (n == NULL) {
			free(copy);
			return mcpriv_fault(mc, MC_ERR_NOMEM, "macro %s", name);
		}
		m = &mc->macro[mc->macros++];
		*m = (struct macro){ .name = n };
	}
	free(m->value);
	m->value = copy;
	return 0;
}

/* One macro of a list, if it has a value: sendmail sends no empty ones. */
static int
add_macro(struct mclient *mc, const char *name, size_t len)
{
	const struct macro *m = find_macro(mc, name, len);
	int r;

	if (m == NULL || m->value == NULL || *m->value == '\0')
		return 0;
	r = mcwire_add(&mc->wire, m->name, len + 1);
	if (r == 0)
		r = mcwire_add(&mc->wire, m->value, strlen(m->value) + 1);
	return r;
}

/* sendmail sends the macros even of an event that the filter refused. */
int
mcpriv_macros(struct mclient *mc, const struct event *ev)
{
	static const char sep[] = " ,\t";
	const char *s;
	size_t mark;
	int r;

	if (ev->stage < 0)
		return 0;
	s = mc->symlist[ev->stage];
	if (s == NULL)
		s = default_symlist[ev->stage];
	if (s == NULL || *s == '\0')
		return 0;
	r = mcwire_begin(&mc->wire, SMFIC_MACRO, &mark);
	if (r == 0)
		r = mcwire_add(&mc->wire, &ev->cmd, 1);
	while (r == 0 && *(s += strspn(s, sep)) != '\0') {
		size_t len = strcspn(s, sep);

		r = add_macro(mc, s, len);
		s += len;
	}
	if (r == 0)
		mcwire_end(&mc->wire, mark);
	return r;
}


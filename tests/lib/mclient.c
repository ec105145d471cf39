#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mcpriv.h"

static const struct event ev_connect = { SMFIC_CONNECT, SMFIM_CONNECT,
	SMFIP_NOCONNECT, SMFIP_NR_CONN, "connect" };
static const struct event ev_helo = { SMFIC_HELO, SMFIM_HELO,
	SMFIP_NOHELO, SMFIP_NR_HELO, "helo" };
static const struct event ev_mail = { SMFIC_MAIL, SMFIM_ENVFROM,
	SMFIP_NOMAIL, SMFIP_NR_MAIL, "mail" };
static const struct event ev_rcpt = { SMFIC_RCPT, SMFIM_ENVRCPT,
	SMFIP_NORCPT, SMFIP_NR_RCPT, "rcpt" };
static const struct event ev_data = { SMFIC_DATA, SMFIM_DATA,
	SMFIP_NODATA, SMFIP_NR_DATA, "data" };
static const struct event ev_header = { SMFIC_HEADER, -1,
	SMFIP_NOHDRS, SMFIP_NR_HDR, "header" };
static const struct event ev_eoh = { SMFIC_EOH, SMFIM_EOH,
	SMFIP_NOEOH, SMFIP_NR_EOH, "eoh" };
static const struct event ev_body = { SMFIC_BODY, -1,
	SMFIP_NOBODY, SMFIP_NR_BODY, "body" };
static const struct event ev_eom = { SMFIC_BODYEOB, SMFIM_EOM, 0, 0, "eom" };

/* Note what went wrong and hand the code back. */
int
mcpriv_fault(struct mclient *mc, int err, const char *fmt, ...)
{
	static const char *const what[] = { "", "", "timeout", "closed",
		"protocol", "out of memory" };
	int e = errno;
	char text[120];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(mc->err, sizeof(mc->err), "%s: %s", text,
	    err == MC_ERR_IO ? strerror(e) : what[-err]);
	return err;
}

struct mclient *
mc_new(int timeout_ms)
{
	struct mclient *mc = calloc(1, sizeof(*mc));

	if (mc == NULL)
		return NULL;
	mc->wire.fd = -1;
	mc->timeout_ms = timeout_ms;
	return mc;
}

void
mc_free(struct mclient *mc)
{
	if (mc == NULL)
		return;
	mcwire_close(&mc->wire);
	mcedits_free(&mc->edits);
	for (int i = 0; i < STAGES; i++)
		free(mc->symlist[i]);
	for (size_t i = 0; i < mc->macros; i++) {
		free(mc->macro[i].name);
		free(mc->macro[i].value);
	}
	free(mc);
}

const char *
mc_error(const struct mclient *mc)
{
	return mc->err;
}

int
mc_dial(struct mclient *mc, const char *spec)
{
	int r = mcwire_open(&mc->wire, spec, mc->timeout_ms);

	return r < 0 ? mcpriv_fault(mc, r, "connect to %s", spec) : 0;
}

/* The answer to anything but the end of a message. */
static int
verdict(struct mclient *mc, const struct event *ev, const struct mcpacket *p)
{
	size_t len;

	switch (p->cmd) {
	case SMFIR_SKIP:
		if (ev->cmd != SMFIC_BODY
		    || (mc->protocol & SMFIP_SKIP) == 0)
			break;
		mc->skip_body = true;
		return SMFIR_CONTINUE;
	case SMFIR_REPLYCODE:
		len = strnlen(p->data, p->len);
		if (len == p->len || len >= sizeof(mc->reply))
			break;
		memcpy(mc->reply, p->data, len + 1);
		return p->cmd;
	case SMFIR_CONTINUE:
	case SMFIR_ACCEPT:
	case SMFIR_REJECT:
	case SMFIR_TEMPFAIL:
	case SMFIR_DISCARD:
	case SMFIR_CONN_FAIL:
	case SMFIR_SHUTDOWN:
		return p->cmd;
	default:
		break;
	}
	return mcpriv_fault(mc, MC_ERR_PROTO,
	    "answer '%c' to %s", p->cmd, ev->what);
}

/* Finish the packet begun at mark and wait, if there is an answer. */
static int
finish(struct mclient *mc, const struct event *ev, size_t mark)
{
	struct mcpacket p;
	int r;

	mcwire_end(&mc->wire, mark);
	if ((mc->protocol & ev->nr) != 0)
		return SMFIR_CONTINUE;
	if (mc->wire.in_off < mc->wire.in_len)
		return mcpriv_fault(mc, MC_ERR_PROTO,
		    "unasked answer before %s",
		    ev->what);
	do
		r = mcwire_read(&mc->wire, &p);
	while (r == 0 && p.cmd == SMFIR_PROGRESS);
	return r < 0 ? mcpriv_fault(mc, r, "%s", ev->what)
	    : verdict(mc, ev, &p);
}

/* An event that is up to two pieces of data. */
static int
send_event(struct mclient *mc, const struct event *ev,
    const char *name, const char *data, size_t len)
{
	size_t mark;
	int r = mcpriv_macros(mc, ev);

	if (r == 0 && (mc->protocol & ev->no) != 0)
		return SMFIR_CONTINUE;
	if (r == 0)
		r = mcwire_begin(&mc->wire, ev->cmd, &mark);
	if (r == 0 && name != NULL)
		r = mcwire_add(&mc->wire, name, strlen(name) + 1);
	if (r == 0)
		r = mcwire_add(&mc->wire, data, len);
	return r < 0 ? mcpriv_fault(mc, r, "%s", ev->what)
	    : finish(mc, ev, mark);
}

int
mc_connect(struct mclient *mc, const char *host, char family,
    uint16_t port, const char *addr)
{
	char data[128];
	size_t len = 1;

	data[0] = family;
	if (family != SMFIA_UNKNOWN) {
		data[1] = (char)(port >> 8);
		data[2] = (char)(port & 0xff);
		len = 3 + (size_t)snprintf(data + 3, sizeof(data) - 3, "%s",
		    addr) + 1;
		if (len > sizeof(data))
			len = sizeof(data);
	}
	return send_event(mc, &ev_connect, host, data, len);
}

int
mc_helo(struct mclient *mc, const char *name)
{
	return send_event(mc, &ev_helo, name, NULL, 0);
}

int
mc_mail(struct mclient *mc, const char *addr, const char *args)
{
	mcedits_clear(&mc->edits);
	mc->skip_body = false;
	mc->reply[0] = '\0';
	return send_event(mc, &ev_mail, addr, args,
	    args != NULL ? strlen(args) + 1 : 0);
}

int
mc_rcpt(struct mclient *mc, const char *addr, const char *args)
{
	return send_event(mc, &ev_rcpt, addr, args,
	    args != NULL ? strlen(args) + 1 : 0);
}

int
mc_data(struct mclient *mc)
{
	/* DATA came with version 4 of the protocol */
	if (mc->offer.version < 4)
		return SMFIR_CONTINUE;
	return send_event(mc, &ev_data, NULL, NULL, 0);
}

int
mc_header(struct mclient *mc, const char *name, const char *value,
    size_t len)
{
	size_t mark;
	int r;

	if ((mc->protocol & ev_header.no) != 0)
		return SMFIR_CONTINUE;
	if ((mc->protocol & SMFIP_HDR_LEADSPC) == 0 && len > 0
	    && *value == ' ') {
		value++;
		len--;
	}
	r = mcwire_begin(&mc->wire, ev_header.cmd, &mark);
	if (r == 0)
		r = mcwire_add(&mc->wire, name, strlen(name) + 1);
	if (r == 0)
		r = mcwire_add(&mc->wire, value, len);
	if (r == 0)
		r = mcwire_add(&mc->wire, "", 1);
	return r < 0 ? mcpriv_fault(mc, r, "header")
	    : finish(mc, &ev_header, mark);
}

int
mc_eoh(struct mclient *mc)
{
	return send_event(mc, &ev_eoh, NULL, NULL, 0);
}

int
mc_body(struct mclient *mc, const void *data, size_t len)
{
	const char *p = data;
	int r = SMFIR_CONTINUE;

	while (len > 0 && r == SMFIR_CONTINUE && !mc->skip_body) {
		size_t n = len < MILTER_CHUNK_SIZE ? len : MILTER_CHUNK_SIZE;

		r = send_event(mc, &ev_body, NULL, p, n);
		p += n;
		len -= n;
	}
	return r;
}

int
mc_eom(struct mclient *mc)
{
	struct mcpacket p;
	size_t mark;
	int r = mcpriv_macros(mc, &ev_eom);

	mcedits_clear(&mc->edits);
	if (r == 0 && mcwire_pending(&mc->wire))
		return mcpriv_fault(mc, MC_ERR_PROTO,
		    "unasked answer before eom");
	if (r == 0)
		r = mcwire_begin(&mc->wire, ev_eom.cmd, &mark);
	if (r == 0)
		mcwire_end(&mc->wire, mark);
	while (r == 0) {
		uint32_t need;

		r = mcwire_read(&mc->wire, &p);
		if (r < 0)
			break;
		need = mcedits_action(p.cmd);
		if (need == UINT32_MAX)
			return verdict(mc, &ev_eom, &p);
		if ((mc->actions & need) != need)
			return mcpriv_fault(mc, MC_ERR_PROTO,
			    "edit '%c' was not negotiated", p.cmd);
		r = mcedits_add(&mc->edits, &p);
	}
	return mcpriv_fault(mc, r, "eom");
}

const char *
mc_reply_text(const struct mclient *mc)
{
	return mc->reply;
}

size_t
mc_edit_count(const struct mclient *mc)
{
	return mc->edits.n;
}

void
mc_edit_get(const struct mclient *mc, size_t i, struct mc_edit *ret)
{
	mcedits_get(&mc->edits, i, ret);
}

int
mc_packet(struct mclient *mc, char cmd, const void *data, size_t len)
{
	size_t mark;
	int r = mcwire_begin(&mc->wire, cmd, &mark);

	if (r == 0)
		r = mcwire_add(&mc->wire, data, len);
	if (r < 0)
		return mcpriv_fault(mc, r, "packet");
	mcwire_end(&mc->wire, mark);
	return 0;
}

int
mc_abort(struct mclient *mc)
{
	return mc_packet(mc, SMFIC_ABORT, NULL, 0);
}

static int
quit(struct mclient *mc, char cmd)
{
	int r = mc_packet(mc, cmd, NULL, 0);

	if (r == 0)
		r = mcwire_flush(&mc->wire);
	return r < 0 ? mcpriv_fault(mc, r, "quit") : 0;
}

int
mc_quit(struct mclient *mc)
{
	return quit(mc, SMFIC_QUIT);
}

int
mc_quit_nc(struct mclient *mc)
{
	return quit(mc, SMFIC_QUIT_NC);
}

struct mcwire *
mc_wire(struct mclient *mc)
{
	return &mc->wire;
}

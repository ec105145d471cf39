/*
 * The MTA's half of the milter protocol (version 6, and 2 for an old MTA).
 *
 * One object is one connection.  It does what the negotiation settled: it
 * sends no event that the filter refused (SMFIP_NO*) and waits for no
 * answer where the filter gives none (SMFIP_NR_*).  It is stricter than an
 * MTA: an unasked answer, or an edit that was not negotiated, is an error.
 *
 * Events return a verdict (a positive command byte of the protocol:
 * SMFIR_CONTINUE, _ACCEPT, _REJECT, _TEMPFAIL, _DISCARD, _REPLYCODE, ...)
 * or a negative enum mc_err; mc_error() tells more.  SMFIR_CONTINUE also
 * stands for an event that was not sent or gets no answer.
 *
 * Objects share nothing: one thread each.
 */
#ifndef TESTS_MCLIENT_H
#define TESTS_MCLIENT_H

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include "mcwire.h"

struct mclient;

/* What this end claims to know; the filter must stay within it. */
struct mc_offer {
	uint32_t version;
	uint32_t actions;	/* SMFIF_* */
	uint32_t protocol;	/* SMFIP_* */
};

extern const struct mc_offer mc_offer_full;	/* sendmail 8.14 and later */
extern const struct mc_offer mc_offer_v2;	/* sendmail 8.12 */

/* One edit; its strings live until the next mc_eom, mc_mail or mc_free. */
struct mc_edit {
	char type;		/* SMFIR_ADDHEADER, SMFIR_QUARANTINE, ... */
	uint32_t index;		/* of SMFIR_INSHEADER and SMFIR_CHGHEADER */
	const char *name;	/* field name, address or reason */
	const char *value;	/* field value, ESMTP arguments or body */
	size_t value_len;
};

/* A new object, not connected; NULL when out of memory. */
struct mclient *mc_new(int timeout_ms);

/* Close the connection without a QUIT and free; NULL is fine. */
void mc_free(struct mclient *mc);
const char *mc_error(const struct mclient *mc);

/* Connect to a socket (mcwire_open), negotiate; 0 or an error. */
int mc_dial(struct mclient *mc, const char *socket);
int mc_negotiate(struct mclient *mc, const struct mc_offer *offer);
uint32_t mc_protocol(const struct mclient *mc);
uint32_t mc_actions(const struct mclient *mc);

/* The macros that the filter asked for at a SMFIM_* stage, or NULL. */
const char *mc_symlist(const struct mclient *mc, int stage);

/* Define a macro ("i", "{auth_authen}"); a NULL value undefines it. */
int mc_macro(struct mclient *mc, const char *name, const char *value);

/* Family is SMFIA_*; addr NULL with SMFIA_UNKNOWN. */
int mc_connect(struct mclient *mc, const char *host, char family,
    uint16_t port, const char *addr);
int mc_helo(struct mclient *mc, const char *name);
/* Addresses with their angle brackets; args: ESMTP arguments or NULL. */
int mc_mail(struct mclient *mc, const char *addr, const char *args);
int mc_rcpt(struct mclient *mc, const char *addr, const char *args);
int mc_data(struct mclient *mc);

/*
 * The value is all that follows the colon, line ends inside it as LF; its
 * first space is withheld unless SMFIP_HDR_LEADSPC was negotiated.
 */
int mc_header(struct mclient *mc, const char *name, const char *value,
    size_t len);
int mc_eoh(struct mclient *mc);
/* Any length; sent in chunks as large as the protocol allows. */
int mc_body(struct mclient *mc, const void *data, size_t len);

/* End of message: gathers the edits and returns the verdict. */
int mc_eom(struct mclient *mc);

/* Text of the last SMFIR_REPLYCODE: "550 5.7.1 no". */
const char *mc_reply_text(const struct mclient *mc);
size_t mc_edit_count(const struct mclient *mc);
void mc_edit_get(const struct mclient *mc, size_t i, struct mc_edit *ret);

/* These have no answer.  An abort may wait, a quit is sent at once. */
int mc_abort(struct mclient *mc);
int mc_quit(struct mclient *mc);
int mc_quit_nc(struct mclient *mc);

/* For abuse: the wire itself, and any packet as it comes. */
struct mcwire *mc_wire(struct mclient *mc);
int mc_packet(struct mclient *mc, char cmd, const void *data, size_t len);

#endif

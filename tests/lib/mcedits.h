/*
 * The edits of one message: grows, and is emptied and used again.
 */
#ifndef TESTS_MCEDITS_H
#define TESTS_MCEDITS_H

#include "mclient.h"

struct mcedits {
	struct mcedit_rec *rec;
	size_t n, cap;
	char *text;
	size_t text_len, text_cap;
};

void mcedits_free(struct mcedits *e);
void mcedits_clear(struct mcedits *e);

/* Parse an edit packet: 0, MC_ERR_PROTO (malformed) or MC_ERR_NOMEM. */
int mcedits_add(struct mcedits *e, const struct mcpacket *p);

void mcedits_get(const struct mcedits *e, size_t i, struct mc_edit *ret);

/* The SMFIF_* action an edit needs; 0: none; UINT32_MAX: no edit at all. */
uint32_t mcedits_action(char cmd);

#endif

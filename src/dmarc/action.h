/*
 * What is done about a message, once its DMARC result is known.
 */
#ifndef DMARC_ACTION_H
#define DMARC_ACTION_H

#include "dmarc/conf.h"

/*
 * Act on results.dmarc as the settings allow: fills .applied and .reasons, adds
 * edits, and sets the reply that goes with a verdict other than
 * VERDICT_CONTINUE.
 */
enum verdict action_take(
	const struct dmarc_settings *settings, struct message *message);

#endif

/*
 * One message in one line of the log.
 */
#ifndef PIPELINE_SUMMARY_H
#define PIPELINE_SUMMARY_H

#include "base/log.h"
#include "filter/filter.h"

/* The fields into ret, texts in message->arena; returns how many. */
size_t summary_fields(const struct message *message, enum verdict verdict,
	struct log_field ret[LOG_FIELDS_MAX]);

#endif

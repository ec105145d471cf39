/*
 * A message from a file into a pipeline, as an MTA would deliver it.
 */
#ifndef ADMIN_FEED_H
#define ADMIN_FEED_H

#include "pipeline/pipeline.h"

#include <stdio.h>

/*
 * Read a message (header, empty line, body; lines end with LF or CRLF; an mbox
 * "From " line at the top is passed over) and give it to the pipeline, from its
 * header fields to its end.  The body is not kept.
 * 0; ERR_SYNTAX for a line in the header that is no field, ERR_IO, ERR_NOMEM.
 * *ret is the verdict.
 */
int feed_message(struct pipeline *pipeline, FILE *in, enum verdict *ret)
	MUST_USE;

#endif

/*
 * libmilter's callbacks: thin, each turns C strings and macros into one event
 * of the pipeline and its verdict into a reply.
 */
#ifndef MILTER_GLUE_H
#define MILTER_GLUE_H

#include "milter/slot.h"

/*
 * Register the callbacks.  libmilter is one per process and hands callbacks
 * nothing of ours, so the slot is remembered here; it must outlive smfi_main.
 */
int glue_register(const struct program *program, struct slot *slot) MUST_USE;

#endif

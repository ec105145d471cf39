/*
 * The line in sendmail.mc that lets sendmail use mailvet.
 */
#ifndef HOST_SENDMAIL_MC_H
#define HOST_SENDMAIL_MC_H

#include "base/arena.h"
#include "base/str.h"

/*
 * The directory of the cf tree, from include(`DIR/m4/cf.m4'), without a slash
 * at its end; empty when the text has no such line.
 */
struct str mc_cf_directory(struct str text);

/* Does a line that is no comment use mailvet?  *ret: that line; or NULL. */
bool mc_uses_mailvet(struct str text, struct str *ret);

/*
 * The text with this line (without its end) in it once: in place of the line
 * that uses mailvet already, else before the first MAILER, else at the end.
 * Owned by the arena, p == NULL: out of memory.
 */
struct str mc_insert(struct arena *arena, struct str text, struct str line)
	MUST_USE;

/* The text without the lines that use mailvet. */
struct str mc_remove(struct arena *arena, struct str text) MUST_USE;

#endif

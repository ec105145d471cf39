/*
 * libspf2, and what has to be kept from it.
 *
 * It evaluates the terms in their order and compares addresses.  It never sees
 * a macro, a record that it did not get from us, a name or text of a stranger,
 * a prefix length of 0 or an explanation, and it counts nothing.
 */
#ifndef SPF_ENGINE_H
#define SPF_ENGINE_H

#include "spf/eval.h"

struct engine_result {
	enum auth_result result;
	bool by_term; /* eval->last matched; else no term did */
};

/*
 * Evaluate a record in libspf2's form (spf_rewrite).  eval->stopped and its
 * result overrule what libspf2 makes of it.  Thread-safe.
 */
struct engine_result spf_engine_run(struct spf_eval *eval, struct str record);

#endif

/*
 * One evaluation under way.  Internal to src/spf.
 *
 * libspf2 is given records of our own making, whose terms name placeholders
 * ("t7.x").  A placeholder is an index into eval->places; when libspf2 asks for
 * it, we expand the true term, ask the DNS and count.  So what is asked, and
 * how often, is decided here.
 */
#ifndef SPF_EVAL_H
#define SPF_EVAL_H

#include "spf/check.h"
#include "spf/macro.h"
#include "spf/record.h"

enum {
	SPF_TERMS_MAX = 10, /* section 4.6.4 */
	SPF_VOIDS_MAX = 2,
	SPF_NAMES_MAX = 10, /* of mx, and of the client */
	PLACE_TEXT_SIZE = 32,
};

/* A domain's record, while it is evaluated. */
struct policy {
	struct str domain; /* the current domain: %{d}, and a, mx, ptr alone */
	struct str exp;	   /* domain-spec of its exp=; or empty */
	bool included;	   /* within an include: its end is not the end */
};

enum place_kind {
	PLACE_TERM, /* a term that asks the DNS */
	PLACE_HOST, /* a name that an mx term found */
	PLACE_MARK, /* all, ip4 or ip6 is evaluated next */
};

enum place_turn {
	TURN_TO_COME,
	TURN_ASKED, /* ahead of it */
	TURN_CAME,
};

struct place {
	enum place_kind kind;
	struct spf_term term; /* HOST: the mx term */
	const struct policy *policy;
	struct str host; /* HOST: the name */
	enum place_turn turn;
};

/* The names of the client that lead back to its address (section 5.5). */
struct client_names {
	bool known;
	bool is_void; /* the address has no PTR record */
	bool is_partial; /* the DNS did not answer all questions */
	size_t count;
	struct str names[SPF_NAMES_MAX];
};

struct spf_eval {
	struct dns_scope *scope;
	struct arena *arena;
	struct ipaddr client;
	struct macro_values values;
	struct place *places;
	size_t count;
	size_t room;
	struct client_names names;
	unsigned terms;
	unsigned voids;
	unsigned ahead; /* places asked whose turn has not come */
	const struct policy *deciding; /* not included; its exp= counts */
	struct spf_term last; /* seen last of a policy that is not included */
	/* Set once; from then on nothing is asked any more. */
	bool stopped;
	enum auth_result result;
	struct str reason;
	bool no_memory;
};

/*
 * End the evaluation with a result, unless it has been ended before: the first
 * reason is the true one.
 */
void spf_stop(struct spf_eval *eval, enum auth_result result, const char *fmt,
	...) FORMAT(3, 4);

/* Likewise, for want of memory. */
void spf_stop_nomem(struct spf_eval *eval);

/* Add a place and write its name; false when out of memory (stopped). */
bool spf_place_add(struct spf_eval *eval, const struct place *place,
	char name[PLACE_TEXT_SIZE]) MUST_USE;

/* The place of that name; NULL if there is none.  Valid until one is added. */
const struct place *spf_place_find(
	const struct spf_eval *eval, const char *name);

#endif

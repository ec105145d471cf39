/*
 * Which header fields a signature covers: h= (RFC 6376 sections 3.5 and 5.4).
 */
#ifndef SIGN_FIELDS_H
#define SIGN_FIELDS_H

#include "base/conf.h"
#include "mail/header.h"

struct field_policy {
	/* Names, or beginnings of names with a "*" behind; From is implied. */
	struct conf_list signed_fields;
	/* Named once more than there are, so that none can be added: where
	 * the message has the field, and where it has none. */
	struct conf_list oversigned;
	struct conf_list oversigned_absent;
	/* Left out where an MTA would rewrite them (risk.h). */
	bool omit_risky;
};

/*
 * Is the list fit to be used?  No field that is added, changed or removed on
 * the way can be signed.  ERR_CONFIG with a complaint at where.
 */
int fields_check(const struct conf_list *list, struct conf_errors *errors,
	const char *where) MUST_USE;

/* Likewise, for fields to be oversigned where they are absent: not those that
 * an MTA adds after us. */
int fields_check_absent(const struct conf_list *list,
	struct conf_errors *errors, const char *where) MUST_USE;

/* The fields of one message. */
struct field_choice {
	const struct field_policy *policy;
	const struct headers *headers;
	struct str *omitted; /* names, for their risk */
	size_t omitted_count;
};

/* simple: the canonicalization, for what is risky.  ERR_NOMEM. */
int fields_choose(struct arena *arena, const struct field_policy *policy,
	const struct headers *headers, bool simple,
	struct field_choice *ret) MUST_USE;

/* Is this field signed when a message has it? */
bool fields_cover(const struct field_choice *choice, struct str name);

/* Append "h=…;" to a field. */
void fields_write(const struct field_choice *choice, struct fold *fold,
	struct arena *arena);

#endif

/*
 * A master file as a resolver, for tests and `mailvet check --zone`.
 */
#include "base/file.h"
#include "base/strbuf.h"
#include "dns/master.h"
#include "dns/zone.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>

enum {
	DEFAULT_TTL = 3600,
	/* Stands for "no TTL given"; ldns has its own meaning for 0. */
	NO_TTL = 0x7fffffff,
};

/* Lives in its own arena. */
struct source {
	struct arena *arena;
	struct zone *zone;
};

struct loader {
	struct arena *arena;
	struct zone *zone;
	ldns_rdf *origin;
	ldns_rdf *owner; /* of the last record */
	uint32_t ttl;
};

static int
source_start(void *state, struct str name, enum dns_type type,
	struct dns_question *question)
{
	struct source *source = state;
	struct dns_reply reply = zone_resolve(source->zone, name, type);

	if (reply.status != DNS_TIMEOUT)
		dns_answered(question, &reply);
	return 0;
}

static void
source_close(void *state)
{
	arena_free(((struct source *)state)->arena);
}

static const struct dns_backend backend = {
	.start = source_start,
	.close = source_close,
};

/* ---- reading: records ---------------------------------------------------- */

static int
name_of(struct arena *arena, const ldns_rdf *rdf, struct str *ret)
{
	struct rdata wire = { ldns_rdf_data(rdf), ldns_rdf_size(rdf) };
	char *out = arena_alloc(arena, wire.n);

	if (out == NULL)
		return ERR_NOMEM;
	return rdata_name(wire, out, ret);
}

/* The record's fields, one behind the other, as they are on the wire. */
static int
wire_of(struct arena *arena, const ldns_rr *rr, struct rdata *ret)
{
	size_t n = 0;
	uint8_t *p;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		n += ldns_rdf_size(ldns_rr_rdf(rr, i));
	p = arena_alloc(arena, n);
	if (p == NULL)
		return ERR_NOMEM;
	*ret = (struct rdata){ p, n };
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		memcpy(p, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
		p += ldns_rdf_size(rdf);
	}
	return 0;
}

static int
add_rr(struct loader *loader, const ldns_rr *rr)
{
	uint32_t ttl = ldns_rr_ttl(rr);
	struct rdata wire;
	struct str name;
	int rc;

	if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN)
		return ERR_SYNTAX;
	rc = name_of(loader->arena, ldns_rr_owner(rr), &name);
	if (rc == 0)
		rc = wire_of(loader->arena, rr, &wire);
	if (rc < 0)
		return rc;
	return zone_add(loader->zone, name, ldns_rr_get_type(rr),
		ttl == NO_TTL ? loader->ttl : ttl, wire);
}

static int
read_record(struct loader *loader, struct str entry)
{
	ldns_rr *rr = NULL;
	ldns_status status;
	int rc;

	/* ldns would make it a record of the root. */
	if (is_space(entry.p[0]) && loader->owner == NULL)
		return ERR_SYNTAX;
	status = ldns_rr_new_frm_str(
		&rr, entry.p, NO_TTL, loader->origin, &loader->owner);
	if (status != LDNS_STATUS_OK)
		return status == LDNS_STATUS_MEM_ERR ? ERR_NOMEM : ERR_SYNTAX;
	rc = add_rr(loader, rr);
	ldns_rr_free(rr);
	return rc;
}

/* ---- reading: everything else -------------------------------------------- */

static struct str
cut_word(struct str *rest)
{
	struct str word;
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && !is_space(rest->p[n]))
		n++;
	word = str_first(*rest, n);
	*rest = str_from(*rest, n);
	return word;
}

/* A name, absolute or below $ORIGIN; the caller frees *ret. */
static int
read_name(struct loader *loader, struct str word, ldns_rdf **ret)
{
	char *text = (char *)arena_copy(loader->arena, word).p;
	ldns_rdf *name;

	if (text == NULL)
		return ERR_NOMEM;
	if (str_eq(word, STR("@")) && loader->origin != NULL)
		name = ldns_rdf_clone(loader->origin);
	else
		name = ldns_dname_new_frm_str(text);
	if (name == NULL)
		return ERR_SYNTAX;
	if (!str_eq(word, STR("@")) && loader->origin != NULL &&
		!ldns_dname_str_absolute(text) &&
		ldns_dname_cat(name, loader->origin) != LDNS_STATUS_OK) {
		ldns_rdf_deep_free(name);
		return ERR_SYNTAX;
	}
	*ret = name;
	return 0;
}

static int
read_origin(struct loader *loader, struct str word)
{
	ldns_rdf *origin = NULL;
	int rc = read_name(loader, word, &origin);

	if (rc < 0)
		return rc;
	ldns_rdf_deep_free(loader->origin);
	loader->origin = origin;
	return 0;
}

static int
read_ttl(struct loader *loader, struct str word)
{
	char *text = (char *)arena_copy(loader->arena, word).p;
	const char *end = text;
	uint32_t ttl;

	if (text == NULL)
		return ERR_NOMEM;
	ttl = ldns_str2period(text, &end);
	if (!is_digit(text[0]) || *end != '\0' || ttl >= NO_TTL)
		return ERR_SYNTAX;
	loader->ttl = ttl;
	return 0;
}

static int
read_directive(struct loader *loader, struct str rest)
{
	struct str word = cut_word(&rest), value = cut_word(&rest);

	if (value.n == 0 || str_trim(rest).n > 0)
		return ERR_SYNTAX;
	if (str_ieq(word, STR("$ORIGIN")))
		return read_origin(loader, value);
	if (str_ieq(word, STR("$TTL")))
		return read_ttl(loader, value);
	return ERR_SYNTAX;
}

static int
read_fault(struct loader *loader, struct str word, enum zone_fault fault)
{
	ldns_rdf *rdf = NULL;
	struct str name;
	int rc = read_name(loader, word, &rdf);

	if (rc < 0)
		return rc;
	rc = name_of(loader->arena, rdf, &name);
	ldns_rdf_deep_free(rdf);
	return rc < 0 ? rc : zone_add_fault(loader->zone, name, fault);
}

/* "fault NAME KIND", which must be right then, or any other comment. */
static int
read_comment(struct loader *loader, struct str rest)
{
	struct str name, kind;

	if (!str_eq(cut_word(&rest), STR("fault")))
		return 0;
	name = cut_word(&rest);
	kind = cut_word(&rest);
	if (str_trim(rest).n > 0)
		return ERR_SYNTAX;
	if (str_eq(kind, STR("TIMEOUT")))
		return read_fault(loader, name, FAULT_TIMEOUT);
	if (str_eq(kind, STR("SERVFAIL")) || str_eq(kind, STR("REFUSED")))
		return read_fault(loader, name, FAULT_FAILURE);
	return ERR_SYNTAX;
}

static int
read_entry(struct loader *loader, struct str entry)
{
	if (entry.p[0] == ';')
		return read_comment(loader, str_from(entry, 1));
	if (entry.p[0] == '$')
		return read_directive(loader, entry);
	return read_record(loader, entry);
}

static int
load(struct source *source, struct str text, unsigned *ret_line)
{
	struct loader loader = {
		.arena = source->arena,
		.zone = source->zone,
		.ttl = DEFAULT_TTL,
	};
	struct master master = { .arena = source->arena, .rest = text };
	struct str entry;
	int rc;

	while ((rc = master_next(&master, &entry, ret_line)) > 0) {
		rc = read_entry(&loader, entry);
		if (rc < 0)
			break;
	}
	ldns_rdf_deep_free(loader.origin);
	ldns_rdf_deep_free(loader.owner);
	return rc;
}

static int
read_file(struct arena *arena, const char *path, struct str *ret)
{
	struct strbuf sb = sb_new(arena);
	FILE *file = NULL;
	char buf[4096];
	size_t n;
	int saved = 0, err = file_open(path, &file);

	if (err < 0)
		return err;
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
		sb_add(&sb, (struct str){ buf, n });
	if (ferror(file))
		saved = errno;
	fclose(file);
	errno = saved;
	if (saved != 0)
		return ERR_IO;
	*ret = sb_done(&sb);
	return ret->p != NULL ? 0 : ERR_NOMEM;
}

static int
open_source(struct arena *arena, const char *path, struct dns **ret,
	unsigned *ret_line)
{
	struct source *source = arena_alloc(arena, sizeof(*source));
	struct str text;
	int rc;

	if (source == NULL)
		return ERR_NOMEM;
	source->arena = arena;
	source->zone = zone_new(arena);
	if (source->zone == NULL)
		return ERR_NOMEM;
	rc = read_file(arena, path, &text);
	if (rc == 0)
		rc = load(source, text, ret_line);
	if (rc == 0)
		rc = dns_new(&backend, source, &dns_default_limits, ret);
	return rc;
}

int
dns_open_zone(const char *path, struct dns **ret, unsigned *ret_line)
{
	struct arena *arena = arena_new(0);
	int rc, saved;

	*ret_line = 0;
	if (arena == NULL)
		return ERR_NOMEM;
	rc = open_source(arena, path, ret, ret_line);
	if (rc < 0) {
		saved = errno;
		arena_free(arena);
		errno = saved;
	}
	return rc;
}

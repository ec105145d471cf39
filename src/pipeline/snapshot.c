#include "pipeline/snapshot.h"

#include "base/file.h"
#include "base/strbuf.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What the holders of a snapshot do not see. */
struct owned {
	struct snapshot snapshot;
	atomic_uint references;
	const struct conf_section *sections[FILTERS_MAX + 2];
};

static struct owned *
owned(struct snapshot *snapshot)
{
	return (struct owned *)((char *)snapshot -
		offsetof(struct owned, snapshot));
}

unsigned
program_filters(const struct program *program)
{
	unsigned n = 0;

	while (program->filters[n] != NULL)
		n++;
	return n;
}

void
program_sections(const struct program *program,
	const struct conf_section *ret[FILTERS_MAX + 2])
{
	unsigned n = 0;

	ret[n++] = &common_section;
	for (unsigned i = 0; program->filters[i] != NULL; i++)
		if (program->filters[i]->section != NULL)
			ret[n++] = program->filters[i]->section;
	ret[n] = NULL;
}

/* What the program fills of a message's results, and does it have DNS? */
static unsigned
parts_of(const struct program *program, bool *uses_dns)
{
	static const struct {
		const char *name;
		unsigned part;
	} parts[] = { { "spf", AUTHRES_SPF }, { "dkim", AUTHRES_DKIM },
		{ "dmarc", AUTHRES_DMARC } };
	unsigned all = 0;

	for (unsigned i = 0; program->filters[i] != NULL; i++) {
		*uses_dns = *uses_dns || program->filters[i]->uses_dns;
		for (unsigned j = 0; j < 3; j++)
			if (strcmp(program->filters[i]->name,
				parts[j].name) == 0)
				all |= parts[j].part;
	}
	return all;
}

static void
close_dns(void *dns)
{
	dns_close(dns);
}

static int
open_zone(struct snapshot *s, struct conf_errors *errors)
{
	const char *path = s->common->zone;
	unsigned line = 0;
	int err = dns_open_zone(path, &s->dns, &line);
	struct strbuf where = sb_new(s->arena);

	if (err == 0 || err == ERR_NOMEM)
		return err;
	if (err == ERR_IO || err == ERR_NOT_FILE) {
		conf_error(errors, conf_where(s->conf, "common", "zone"),
			"zone %s: %s", path, file_why(err));
		return ERR_CONFIG;
	}
	sb_addf(&where, "%s:%u", path, line);
	if (sb_done(&where).p == NULL)
		return ERR_NOMEM;
	conf_error(errors, where.p, "%s in a master file", err_text(err));
	return ERR_CONFIG;
}

/* libunbound would wait for a pipe, and does not say what it dislikes. */
static int
check_anchor(const struct snapshot *s, struct conf_errors *errors)
{
	const char *path = s->common->trust_anchor;
	FILE *file = NULL;
	int err = path != NULL ? file_open(path, &file) : 0;

	if (file != NULL)
		fclose(file);
	if (err == 0)
		return 0;
	conf_error(errors, conf_where(s->conf, "common", "trust-anchor"),
		"trust-anchor %s: %s", path, file_why(err));
	return ERR_CONFIG;
}

/* The DNS itself. */
static int
open_resolver(struct snapshot *s, struct conf_errors *errors)
{
	const struct dns_options options = {
		.nameservers = s->common->nameservers,
		.trust_anchor = s->common->trust_anchor,
	};
	int err = check_anchor(s, errors);

	if (err == 0)
		err = dns_open(&options, &s->dns);
	if (err == 0 || err == ERR_NOMEM || err == ERR_CONFIG)
		return err;
	conf_error(errors, conf_where(s->conf, "common",
		err == ERR_SYNTAX ? "nameservers" : "trust-anchor"),
		"the resolver does not take it: %s", err_text(err));
	return ERR_CONFIG;
}

static int
open_dns(struct snapshot *s, struct conf_errors *errors)
{
	int err = s->common->zone != NULL ? open_zone(s, errors) :
					    open_resolver(s, errors);

	return err == 0 ? arena_defer(s->arena, close_dns, s->dns) : err;
}

/* A program that does not fill everything talks to its neighbours by seals. */
static int
open_gate(struct snapshot *s, unsigned parts, struct conf_errors *errors)
{
	const unsigned all = AUTHRES_SPF | AUTHRES_DKIM | AUTHRES_DMARC;

	s->gate.parts = parts;
	s->gate.dnssec = s->common->report_dnssec;
	s->gate.trust_id = s->common->trust == TRUST_AUTHSERV_ID;
	if (parts == 0 || parts == all)
		return 0;
	return seal_key_load(s->arena, s->common->seal_key,
		conf_where(s->conf, "common", "seal-key"), errors,
		&s->gate.key);
}

static int
load_filters(struct snapshot *s, struct conf_errors *errors)
{
	const struct load load = { .arena = s->arena, .conf = s->conf,
		.common = s->common, .errors = errors };
	int err = 0;

	for (unsigned i = 0; s->program->filters[i] != NULL; i++) {
		const struct filter *f = s->program->filters[i];
		int one = 0;

		if (f->section != NULL)
			s->settings[i] = conf_get(s->conf, f->section->name);
		if (f->load != NULL)
			one = f->load(&load, &s->settings[i]);
		/* Go on after a complaint: all of them are wanted. */
		if (one < 0 && err != ERR_NOMEM)
			err = one;
	}
	return err;
}

static int
fill(struct owned *o, const struct conf_source *source,
	struct conf_errors *errors)
{
	struct snapshot *s = &o->snapshot;
	struct conf *conf = NULL;
	bool uses_dns = false;
	unsigned parts = parts_of(s->program, &uses_dns);
	int err, gate;

	program_sections(s->program, o->sections);
	err = conf_load(s->arena, source, o->sections, errors, &conf);
	if (err < 0)
		return err;
	s->conf = conf;
	s->common = conf_get(conf, "common");
	/* Both, as all complaints are wanted. */
	err = load_filters(s, errors);
	gate = open_gate(s, parts, errors);
	if (err == 0)
		err = gate;
	/* Last: it starts threads, and a refused configuration should not. */
	if (err == 0 && uses_dns)
		err = open_dns(s, errors);
	return err;
}

int
snapshot_load(const struct program *program, const char *path,
	const struct conf_setting *settings, struct conf_errors *errors,
	struct snapshot **ret)
{
	const struct conf_source source = { path, conf_all_sections, settings };
	struct arena *arena = arena_new(0);
	struct owned *o = arena != NULL ? arena_alloc(arena, sizeof(*o)) : NULL;
	int err;

	if (o == NULL) {
		arena_free(arena);
		return ERR_NOMEM;
	}
	atomic_init(&o->references, 1);
	o->snapshot.program = program;
	o->snapshot.arena = arena;
	err = fill(o, &source, errors);
	if (err < 0)
		arena_free(arena);
	else
		*ret = &o->snapshot;
	return err;
}

struct snapshot *
snapshot_ref(struct snapshot *snapshot)
{
	atomic_fetch_add(&owned(snapshot)->references, 1);
	return snapshot;
}

void
snapshot_unref(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	if (atomic_fetch_sub(&owned(snapshot)->references, 1) == 1)
		arena_free(snapshot->arena);
}

#include "sign/load.h"
#include "dns/name.h"
#include "sign/conf.h"

static const char *
where(const struct load *load, const char *key)
{
	return conf_where(load->conf, sign_section.name, key);
}

static bool
is_given(const char *value)
{
	return value != NULL && value[0] != '\0';
}

static struct keyring
new_ring(const struct load *load)
{
	return (struct keyring){ .arena = load->arena,
		.errors = load->errors };
}

/* ---- the simple form -------------------------------------------------- */

static int
missing(const struct load *load, const char *present, const char *absent)
{
	conf_error(load->errors, where(load, present),
		"[sign] %s is missing: nothing can be signed", absent);
	return ERR_CONFIG;
}

/* There is one record in the DNS for each. */
static int
check_selectors(const struct load *load, const struct sign_conf *conf)
{
	int r = 0;

	for (size_t i = 1; i < conf->selector.count; i++) {
		struct str selector = conf->selector.items[i];
		size_t n = 0;

		while (!str_ieq(conf->selector.items[n], selector))
			n++;
		if (str_eq(conf->key.items[n], conf->key.items[i]))
			continue;
		conf_error(load->errors, where(load, "selector"),
			"selector \"%.*s\" has two keys", STR_ARG(selector));
		r = ERR_CONFIG;
	}
	return r;
}

/* All three options, as many keys as selectors. */
static int
check_simple(const struct load *load, const struct sign_conf *conf)
{
	const struct {
		const char *key;
		size_t count;
	} needed[] = {
		{ "domain", conf->domain.count },
		{ "selector", conf->selector.count },
		{ "key", conf->key.count },
	};
	const size_t count = sizeof(needed) / sizeof(needed[0]);
	const char *present = "domain";
	int r = 0;

	/* One that is there tells where the others should be. */
	for (size_t i = 0; i < count; i++)
		if (needed[i].count > 0)
			present = needed[i].key;
	for (size_t i = 0; i < count; i++)
		if (needed[i].count == 0)
			r = missing(load, present, needed[i].key);
	if (r == 0 && conf->selector.count != conf->key.count) {
		conf_error(load->errors, where(load, "key"),
			"%zu selectors, but %zu keys", conf->selector.count,
			conf->key.count);
		r = ERR_CONFIG;
	}
	return r < 0 ? r : check_selectors(load, conf);
}

/*
 * Each "%" in the path becomes the domain, as mailvet-key(8) writes it.  A
 * domain "%" is only for tables.
 */
static int
fill_path(const struct load *load, struct key_spec *spec)
{
	struct strbuf sb = sb_new(load->arena);
	struct str domain, path = spec->path;
	int r = name_normalise(load->arena, spec->domain, &domain);

	if (r == ERR_SYNTAX) {
		conf_error(load->errors, where(load, "domain"),
			"\"%.*s\" is not a domain name",
			STR_ARG(spec->domain));
		return ERR_CONFIG;
	}
	if (r < 0)
		return r;
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '%')
			sb_add(&sb, domain);
		else
			sb_addc(&sb, path.p[i]);
	}
	spec->path = sb_done(&sb);
	return spec->path.p != NULL ? 0 : ERR_NOMEM;
}

/* The nth key of a domain, and the rules for it. */
static int
add_simple(const struct load *load, struct keyring *ring,
	const struct key_spec *spec, struct key_entry *entry,
	struct rule_spec rules[2])
{
	const struct sign_conf *conf =
		conf_get(load->conf, sign_section.name);
	struct str identity = str_of(conf->identity);
	struct strbuf below = sb_new(load->arena);
	int r = key_entry_load(spec, ring, entry);

	if (r < 0)
		return r;
	sb_addf(&below, ".%.*s", STR_ARG(entry->domain));
	if (!rule_identity_fits(identity, entry->domain))
		identity = STR("");
	rules[0] = (struct rule_spec){ entry->domain, identity, entry,
		where(load, "identity") };
	rules[1] = rules[0];
	rules[1].pattern = sb_done(&below);
	return rules[1].pattern.p != NULL ? 0 : ERR_NOMEM;
}

/* Domains times keys become a key table, and a signing table with a line for
 * each domain and, behind it, one for its subdomains. */
static int
fill_simple(const struct load *load, const struct sign_conf *conf,
	struct sign_settings *settings, struct rule_spec *rules, size_t *used)
{
	struct keyring ring = new_ring(load);
	size_t count = conf->domain.count * conf->selector.count;
	int r = 0;

	for (size_t i = 0; i < count && r != ERR_NOMEM; i++) {
		size_t nth = i % conf->selector.count;
		struct key_spec spec = {
			.domain = conf->domain.items[i / conf->selector.count],
			.selector = conf->selector.items[nth],
			.path = conf->key.items[nth],
			.where = where(load, "key") };
		int one = fill_path(load, &spec);

		if (one == 0)
			one = add_simple(load, &ring, &spec,
				&settings->keys.entries[i], &rules[*used]);
		if (one < 0)
			r = one;
		*used += conf->subdomains ? 2 : 1;
		settings->keys.count++;
	}
	return r;
}

/* It must be one, and that of some domain. */
static int
check_identity(const struct load *load, const struct sign_conf *conf,
	const struct rule_spec *rules, size_t count)
{
	const char *wrong = "is not an identity, user@domain";

	if (!is_given(conf->identity))
		return 0;
	if (rule_is_identity(str_of(conf->identity))) {
		for (size_t i = 0; i < count; i++)
			if (rules[i].identity.n > 0)
				return 0;
		wrong = "is within no domain";
	}
	conf_error(load->errors, where(load, "identity"), "\"%s\" %s",
		conf->identity, wrong);
	return ERR_CONFIG;
}

static int
load_simple(const struct load *load, const struct sign_conf *conf,
	struct sign_settings *settings)
{
	const struct table_source source = { load->arena, load->errors, "",
		"" };
	size_t count = conf->domain.count * conf->selector.count, used = 0;
	struct rule_spec *rules;
	int r = check_simple(load, conf);

	if (r < 0)
		return r;
	rules = arena_array(load->arena, 2 * count, sizeof(*rules));
	settings->keys.entries = arena_array(load->arena, count,
		sizeof(*settings->keys.entries));
	if (rules == NULL || settings->keys.entries == NULL)
		return ERR_NOMEM;
	r = fill_simple(load, conf, settings, rules, &used);
	if (r == 0)
		r = check_identity(load, conf, rules, used);
	if (r == 0)
		r = rules_make(&source, rules, used, &settings->rules);
	return r;
}

/* ---- the tables ------------------------------------------------------- */

static int
check_tables(const struct load *load, const struct sign_conf *conf)
{
	if (!is_given(conf->key_table))
		return missing(load, "signing-table", "key-table");
	if (!is_given(conf->signing_table))
		return missing(load, "key-table", "signing-table");
	if (conf->domain.count + conf->selector.count + conf->key.count == 0)
		return 0;
	conf_error(load->errors, where(load, "key-table"),
		"the tables stand in place of domain, selector and key");
	return ERR_CONFIG;
}

static int
load_tables(const struct load *load, const struct sign_conf *conf,
	struct sign_settings *settings)
{
	const struct table_source keys = { load->arena, load->errors,
		conf->key_table, where(load, "key-table") };
	const struct table_source rules = { load->arena, load->errors,
		conf->signing_table, where(load, "signing-table") };
	struct keyring ring = new_ring(load);
	int r = check_tables(load, conf);

	if (r == 0)
		r = key_table_load(&keys, &ring, &settings->keys);
	if (r == 0)
		r = rules_load(&rules, &settings->keys, &settings->rules);
	return r;
}

/* ---- all of it -------------------------------------------------------- */

static int
check_fields(const struct load *load, const struct sign_conf *conf)
{
	const int r[] = {
		fields_check(&conf->signed_headers, load->errors,
			where(load, "signed-headers")),
		fields_check(&conf->oversign_headers, load->errors,
			where(load, "oversign-headers")),
		fields_check_absent(&conf->oversign_absent, load->errors,
			where(load, "oversign-absent")),
	};

	return r[0] < 0 || r[1] < 0 || r[2] < 0 ? ERR_CONFIG : 0;
}

static struct sign_options
options_of(const struct sign_conf *conf)
{
	return (struct sign_options){
		.fields = {
			.signed_fields = conf->signed_headers,
			.oversigned = conf->oversign_headers,
			.oversigned_absent = conf->oversign_absent,
			.omit_risky = conf->fields_at_risk == AT_RISK_OMIT,
		},
		.simple_header = conf->canonicalization / 2,
		.simple_body = conf->canonicalization % 2,
		.lifetime = conf->lifetime / 1000,
	};
}

int
sign_settings_load(const struct load *load, const struct sign_settings **ret)
{
	const struct sign_conf *conf =
		conf_get(load->conf, sign_section.name);
	struct sign_settings *settings =
		arena_alloc(load->arena, sizeof(*settings));
	int r, fields = check_fields(load, conf);

	if (settings == NULL)
		return ERR_NOMEM;
	settings->options = options_of(conf);
	settings->rules.all = conf->multiple_signatures;
	settings->rules.third_party = conf->third_party == THIRD_PARTY_ANY;
	if (is_given(conf->key_table) || is_given(conf->signing_table))
		r = load_tables(load, conf, settings);
	else
		r = load_simple(load, conf, settings);
	if (r == 0)
		r = fields;
	if (r == 0)
		r = dk_library_new(load->arena, &settings->options.library);
	if (r == 0)
		*ret = settings;
	return r;
}

#include "dns/dns.h"

#include "base/ipnet.h"
#include "base/strbuf.h"
#include "dns/cache.h"
#include "dns/name.h"

#include <stdlib.h>

/* The longest that is waited for one answer, so that sums do not overflow. */
enum { WAIT_MAX = 60 * 60 * 1000 };

struct dns {
	const struct dns_backend *backend;
	void *state;
	struct cache *cache;
};

const struct dns_limits dns_default_limits = {
	.entries = 16384,
	.bytes = 32 << 20,
	.shards = 16,
	.failure = 2000,
};

static struct dns_question bad_name = {
	.answered = true,
	.answer = { .status = DNS_BADNAME },
};

static const struct dns_answer timed_out = { .status = DNS_TIMEOUT };
static const struct dns_answer failed = { .status = DNS_FAILURE };

int
dns_new(const struct dns_backend *backend, void *state,
	const struct dns_limits *limits, struct dns **ret)
{
	struct dns *dns = calloc(1, sizeof(*dns));

	if (dns == NULL)
		return ERR_NOMEM;
	dns->backend = backend;
	dns->state = state;
	dns->cache = cache_new(limits);
	if (dns->cache == NULL) {
		free(dns);
		return ERR_NOMEM;
	}
	*ret = dns;
	return 0;
}

void
dns_close(struct dns *dns)
{
	if (dns == NULL)
		return;
	/* First the backend: its queries point at the cache's questions. */
	dns->backend->close(dns->state);
	cache_free(dns->cache);
	free(dns);
}

size_t
dns_kept(struct dns *dns)
{
	return cache_count(dns->cache);
}

/* Into key, in lower case and without the trailing dot. */
static bool
fold_name(struct str name, char key[NAME_MAX_BYTES], struct str *ret)
{
	struct str rest;

	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return false;
	for (rest = name; rest.p != NULL;) {
		struct str label = str_cut(&rest, '.');

		if (label.n == 0 || label.n > NAME_MAX_LABEL)
			return false;
	}
	for (size_t i = 0; i < name.n; i++)
		key[i] = to_lower(name.p[i]);
	*ret = (struct str){ key, name.n };
	return true;
}

static void
start(struct dns *dns, struct dns_question *question)
{
	struct dns_reply failure = { .status = DNS_FAILURE };
	struct str name = { question->name, question->length };
	int rc = dns->backend->start(dns->state, name, question->type,
		question);

	failure.starved = rc == ERR_NOMEM;
	if (rc < 0)
		dns_answered(question, &failure);
}

static int
starve(struct dns_scope *scope)
{
	scope->starved = true;
	return ERR_NOMEM;
}

int
dns_ask(struct dns_scope *scope, struct str name, enum dns_type type,
	struct dns_question **ret)
{
	struct dns *dns = scope->dns;
	char buf[NAME_MAX_BYTES];
	struct dns_question *question;
	struct str key;
	bool fresh;
	int rc;

	scope->asked++;
	if (!fold_name(name, buf, &key)) {
		*ret = &bad_name;
		return 0;
	}
	question = cache_get(dns->cache, key, type, &fresh);
	if (question == NULL)
		return starve(scope);
	/* A new one is started in any case: others may have joined already. */
	if (fresh)
		start(dns, question);
	rc = arena_defer(scope->arena, question_release, question);
	if (rc < 0)
		return starve(scope);
	*ret = question;
	return 0;
}

const struct dns_answer *
dns_await(struct dns_scope *scope, struct dns_question *question)
{
	long budget = scope->budget < WAIT_MAX ? scope->budget : WAIT_MAX;
	long left = budget;

	if (!atomic_load(&question->answered) && budget > 0) {
		question_wait(question, &left);
		scope->budget -= budget - left;
	}
	if (!atomic_load(&question->answered))
		return &timed_out;
	if (question->starved)
		scope->starved = true;
	return &question->answer;
}

const struct dns_answer *
dns_lookup(struct dns_scope *scope, struct str name, enum dns_type type)
{
	struct dns_question *question;

	if (dns_ask(scope, name, type, &question) < 0)
		return &failed;
	return dns_await(scope, question);
}

const char *
dns_status_text(enum dns_status status)
{
	switch (status) {
	case DNS_FOUND:
		return "FOUND";
	case DNS_NODATA:
		return "NODATA";
	case DNS_NXDOMAIN:
		return "NXDOMAIN";
	case DNS_FAILURE:
		return "FAILURE";
	case DNS_TIMEOUT:
		return "TIMEOUT";
	case DNS_BADNAME:
		return "BADNAME";
	}
	return "UNKNOWN";
}

struct str
dns_reverse_name(struct arena *arena, const struct ipaddr *addr)
{
	struct strbuf sb = sb_new(arena);
	const uint8_t *b = addr->bytes;

	switch (addr->family) {
	case IP_V4:
		sb_addf(&sb, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1],
			b[0]);
		break;
	case IP_V6:
		for (int i = 15; i >= 0; i--)
			sb_addf(&sb, "%x.%x.", b[i] & 0xfu, b[i] >> 4);
		sb_addz(&sb, "ip6.arpa");
		break;
	case IP_NONE:
		return (struct str){ NULL, 0 };
	}
	return sb_done(&sb);
}

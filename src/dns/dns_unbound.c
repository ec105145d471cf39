/*
 * The real DNS, by libunbound.
 *
 * The library has a thread of its own, which talks to the name servers; ours
 * takes the results from its pipe and hands them to the questions.
 *
 * Where memory fails in it, these pipes fall out of step (until 1.26): its
 * thread takes the bytes of a question for the length of the next, waits for
 * megabytes and is never heard again, or takes them for the order to end; and
 * we, likewise, those of an answer.  So a context is watched, and replaced.
 */
#include "dns/name.h"
#include "dns/server.h"
#include "dns/watch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unbound.h>
#include <unistd.h>

enum {
	CLASS_IN = 1,
	RCODE_NOERROR = 0,
	RCODE_NXDOMAIN = 3,
	NAME_TEXT_MAX = 4 * NAME_MAX_BYTES + 2, /* all of it as \DDD */
};

/* A context, and the thread that waits for what it says. */
struct unbound {
	struct ub_ctx *ctx;
	struct flight *flight;
	int stop; /* an eventfd: readable when the thread shall end */
	pthread_t thread;
};

/* What each new context is told; the text of servers follows. */
struct recipe {
	struct conf_list servers;
	char *anchor; /* or NULL */
	struct str items[];
};

/* Not every version knows all of them, and none is needed to get answers. */
static const char *const settings[][2] = {
	/* Split DNS: what is not public may well be known to the servers. */
	{ "unblock-lan-zones:", "yes" },
	{ "insecure-lan-zones:", "yes" },
	{ "local-zone:", "test. transparent" },
	{ "local-zone:", "invalid. transparent" },
	/* The library's own 16 sockets are few for hundreds of sessions. */
	{ "outgoing-range:", "512" },
	{ "num-queries-per-thread:", "2048" },
	{ "outgoing-num-tcp:", "64" },
	/*
	 * A server that is down must be found again within two seconds of its
	 * return: forget its failures after one, instead of 15 minutes, and
	 * between tries wait no longer than a message would.
	 */
	{ "infra-cache-max-rtt:", "8000" },
	{ "infra-host-ttl:", "1" },
	{ "infra-keep-probing:", "yes" },
	/* The order is the server's to choose. */
	{ "rrset-roundrobin:", "no" },
};

/* Digits, letters, '-' and '_' as they are, the rest as \DDD. */
static void
present(struct str name, char text[NAME_TEXT_MAX])
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (is_digit(c) || is_alpha(c) || strchr("-_.", c) != NULL)
			*text++ = c;
		else
			text += sprintf(text, "\\%03u", (unsigned char)c);
	}
	strcpy(text, ".");
}

static enum dns_status
status_of(const struct ub_result *result)
{
	if (result->bogus)
		return DNS_FAILURE;
	if (result->rcode == RCODE_NXDOMAIN)
		return DNS_NXDOMAIN;
	if (result->rcode != RCODE_NOERROR)
		return DNS_FAILURE;
	return result->havedata ? DNS_FOUND : DNS_NODATA;
}

/* The records as views into the result; NULL when out of memory. */
static struct rdata *
rdata_of(const struct ub_result *result, size_t *ret_count)
{
	struct rdata *rdata;
	size_t count = 0;

	while (result->data[count] != NULL)
		count++;
	rdata = calloc(count + 1, sizeof(*rdata));
	for (size_t i = 0; i < count && rdata != NULL; i++)
		rdata[i] = (struct rdata){ (const uint8_t *)result->data[i],
			(size_t)result->len[i] };
	*ret_count = count;
	return rdata;
}

/* The library's callback, in our thread. */
static void
on_result(void *ticket, int error, struct ub_result *result)
{
	struct dns_reply reply = { .status = DNS_FAILURE };
	struct rdata *rdata = NULL;

	if (error == 0 && result != NULL) {
		reply.status = status_of(result);
		reply.secure = result->secure;
		reply.ttl = result->ttl > 0 ? (uint32_t)result->ttl : 0;
	}
	if (reply.status == DNS_FOUND)
		reply.rdata = rdata = rdata_of(result, &reply.count);
	reply.starved = error == UB_NOMEM ||
		(reply.status == DNS_FOUND && rdata == NULL);
	if (reply.starved)
		reply.status = DNS_FAILURE;
	ticket_answered(ticket, &reply);
	free(rdata);
	ub_resolve_free(result);
}

static int
error_of(int error)
{
	if (error == 0)
		return 0;
	return error == UB_NOMEM ? ERR_NOMEM : ERR_LIBRARY;
}

static int
unbound_put(void *state, struct ticket *ticket)
{
	struct unbound *unbound = state;
	char text[NAME_TEXT_MAX];

	present(ticket->name, text);
	return error_of(ub_resolve_async(unbound->ctx, text,
		(int)ticket->type, CLASS_IN, ticket, on_result, NULL));
}

/*
 * Was there no memory between the length of an answer and the answer (number 3
 * in the library's talk with itself), which is still there?  Then we are out of
 * step, but the library's thread is well, and ends when it is told to.
 */
static bool
is_half_read(struct ub_ctx *ctx)
{
	char next[4];

	return recv(ub_fd(ctx), next, sizeof(next), MSG_PEEK | MSG_DONTWAIT) ==
		sizeof(next) && memcmp(next, "\0\0\0\3", sizeof(next)) == 0;
}

static void *
dispatch(void *arg)
{
	struct unbound *unbound = arg;
	struct pollfd fds[] = {
		{ .fd = ub_fd(unbound->ctx), .events = POLLIN },
		{ .fd = unbound->stop, .events = POLLIN },
	};
	unsigned failures = 0;

	while (fds[1].revents == 0) {
		if (poll(fds, 2, -1) < 0 || fds[0].revents == 0)
			continue;
		failures = ub_process(unbound->ctx) != 0 ? failures + 1 : 0;
		/* One answer may be lost without harm to the others. */
		if (failures < 2 &&
			(failures == 0 || !is_half_read(unbound->ctx)))
			continue;
		flight_break(unbound->flight);
		fds[0].fd = -1;
	}
	return NULL;
}

/* ---- closing ------------------------------------------------------------- */

enum { GRACE = 3 /* seconds until a thread that should end has hung */ };

static struct timespec
after_grace(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += GRACE;
	return until;
}

static bool
has_ended(pthread_t thread)
{
	struct timespec until = after_grace();

	return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

/*
 * Contexts are independent, but for locks of the whole library that each new
 * one sets up and each old one takes down; on a reload both happen at once.
 * Who keeps the others waiting hangs, and touches these locks no more.
 */
static pthread_mutex_t contexts = PTHREAD_MUTEX_INITIALIZER;

static bool
lock_contexts(void)
{
	struct timespec until = after_grace();

	return pthread_mutex_timedlock(&contexts, &until) == 0;
}

static void
unlock_contexts(bool locked)
{
	if (locked)
		pthread_mutex_unlock(&contexts);
}

static void *
delete(void *ctx)
{
	bool locked = lock_contexts();

	ub_ctx_delete(ctx);
	unlock_contexts(locked);
	return NULL;
}

/*
 * The library waits without end for a thread that does not end: ERR_LIBRARY.
 * ERR_NOMEM: it was not tried.
 */
static int
delete_in_time(struct ub_ctx *ctx)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, delete, ctx) != 0)
		return ERR_NOMEM;
	return has_ended(thread) ? 0 : ERR_LIBRARY;
}

/* First our thread, so that no callback is under way; then the library's. */
static bool
unbound_close(void *state, bool mute)
{
	struct unbound *unbound = state;

	eventfd_write(unbound->stop, 1);
	if (!has_ended(unbound->thread) ||
		(mute && !is_half_read(unbound->ctx)) ||
		delete_in_time(unbound->ctx) < 0)
		return false;
	close(unbound->stop);
	free(unbound);
	return true;
}

/* ---- opening ------------------------------------------------------------- */

static int
add_server(struct ub_ctx *ctx, struct str text)
{
	char address[IP_TEXT_SIZE + sizeof("@4294967295")];
	struct dns_server server;
	char ip[IP_TEXT_SIZE];

	if (dns_server_parse(text, &server) < 0)
		return ERR_SYNTAX;
	snprintf(address, sizeof(address), "%s@%u",
		ipaddr_text(&server.addr, ip), server.port);
	return error_of(ub_ctx_set_fwd(ctx, address));
}

/* resolv.conf(5): without the file the server is this host. */
static int
use_system_servers(struct ub_ctx *ctx)
{
	int error = ub_ctx_resolvconf(ctx, NULL);

	if (error == UB_READFILE && errno == ENOENT)
		error = ub_ctx_set_fwd(ctx, "127.0.0.1");
	return error_of(error);
}

static int
add_servers(struct ub_ctx *ctx, const struct conf_list *servers)
{
	int rc = servers->count == 0 ? use_system_servers(ctx) : 0;

	for (size_t i = 0; i < servers->count && rc == 0; i++)
		rc = add_server(ctx, servers->items[i]);
	return rc;
}

static int
configure(struct ub_ctx *ctx, const struct recipe *recipe)
{
	int rc;

	ub_ctx_debugout(ctx, NULL);
	rc = error_of(ub_ctx_async(ctx, 1));
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		(void)ub_ctx_set_option(ctx, settings[i][0], settings[i][1]);
	if (rc == 0)
		rc = add_servers(ctx, &recipe->servers);
	if (rc == 0 && recipe->anchor != NULL)
		rc = error_of(ub_ctx_add_ta_file(ctx, recipe->anchor));
	return rc;
}

/*
 * The library's thread begins with its first question, and only then does the
 * library read what it was told, such as the trust anchor.  Ours comes before:
 * once the library's has begun, there is no way back.
 */
static int
begin(struct unbound *unbound, struct ticket *first)
{
	int rc;

	unbound->flight = first->flight;
	if (pthread_create(&unbound->thread, NULL, dispatch, unbound) != 0)
		return ERR_NOMEM;
	rc = unbound_put(unbound, first);
	if (rc < 0) {
		eventfd_write(unbound->stop, 1);
		pthread_join(unbound->thread, NULL);
	}
	return rc;
}

static int
start_context(struct unbound *unbound, const struct recipe *recipe,
	struct ticket *first)
{
	bool locked = lock_contexts();
	int rc = ERR_NOMEM;

	unbound->ctx = ub_ctx_create();
	if (unbound->ctx != NULL)
		rc = configure(unbound->ctx, recipe);
	if (rc == 0)
		rc = begin(unbound, first);
	unlock_contexts(locked);
	/* Without threads the library's has not begun, and nothing hangs. */
	if (rc < 0 && unbound->ctx != NULL &&
		delete_in_time(unbound->ctx) == ERR_NOMEM)
		delete(unbound->ctx);
	return rc;
}

static int
unbound_open(void *maker, struct ticket *first, void **ret)
{
	struct unbound *unbound = calloc(1, sizeof(*unbound));
	int rc = ERR_NOMEM;

	if (unbound == NULL)
		return ERR_NOMEM;
	unbound->stop = eventfd(0, EFD_CLOEXEC);
	if (unbound->stop >= 0)
		rc = start_context(unbound, maker, first);
	if (rc == 0) {
		*ret = unbound;
		return 0;
	}
	if (unbound->stop >= 0)
		close(unbound->stop);
	free(unbound);
	return rc;
}

static const struct dns_engine engine = {
	.open = unbound_open,
	.put = unbound_put,
	.close = unbound_close,
	.free_maker = free,
};

/* A copy: options live as long as dns_open. */
static struct recipe *
recipe_of(const struct dns_options *options)
{
	const struct conf_list *servers = &options->nameservers;
	struct str anchor = str_of(options->trust_anchor);
	size_t bytes = anchor.n + 1;
	struct recipe *recipe;
	char *text;

	for (size_t i = 0; i < servers->count; i++)
		bytes += servers->items[i].n;
	recipe = calloc(1, sizeof(*recipe) +
		servers->count * sizeof(struct str) + bytes);
	if (recipe == NULL)
		return NULL;
	recipe->servers = (struct conf_list){ recipe->items, servers->count };
	text = (char *)&recipe->items[servers->count];
	for (size_t i = 0; i < servers->count; i++) {
		struct str item = servers->items[i];

		recipe->items[i] = (struct str){ text, item.n };
		text = (char *)mempcpy(text, item.p, item.n);
	}
	if (options->trust_anchor != NULL)
		recipe->anchor = memcpy(text, anchor.p, anchor.n);
	return recipe;
}

/*
 * Each name server that says nothing costs a question some 10 seconds before it
 * fails; with DNSSEC it takes others.  After longer than that it is lost.
 */
static struct watch_limits
limits_for(const struct recipe *recipe)
{
	struct watch_limits limits = watch_default_limits;

	if (recipe->servers.count > 4)
		limits.lost = limits.lost / 4 * (long)recipe->servers.count;
	if (recipe->anchor != NULL)
		limits.lost *= 3;
	return limits;
}

int
dns_open(const struct dns_options *options, struct dns **ret)
{
	struct recipe *recipe = recipe_of(options);
	struct watch_limits limits;
	struct watch *watch;
	int rc;

	if (recipe == NULL)
		return ERR_NOMEM;
	limits = limits_for(recipe);
	rc = watch_new(&engine, recipe, &limits, &watch);
	if (rc < 0) {
		free(recipe);
		return rc;
	}
	rc = dns_new(&watch_backend, watch, &dns_default_limits, ret);
	if (rc < 0)
		watch_backend.close(watch);
	return rc;
}

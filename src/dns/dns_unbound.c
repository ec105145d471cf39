/*
 * The real DNS, by libunbound.
 *
 * The library has a thread of its own, which talks to the name servers; ours
 * takes the results from its pipe and hands them to the questions.
 */
#include "dns/backend.h"
#include "dns/name.h"
#include "dns/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

enum {
	CLASS_IN = 1,
	RCODE_NOERROR = 0,
	RCODE_NXDOMAIN = 3,
	NAME_TEXT_MAX = 4 * NAME_MAX_BYTES + 2, /* all of it as \DDD */
};

struct unbound {
	struct ub_ctx *ctx;
	int stop; /* an eventfd: readable when the thread shall end */
	pthread_t thread;
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
on_result(void *question, int error, struct ub_result *result)
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
	if (question != NULL)
		dns_answered(question, &reply);
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
unbound_start(void *state, struct str name, enum dns_type type,
	struct dns_question *question)
{
	struct unbound *unbound = state;
	char text[NAME_TEXT_MAX];

	present(name, text);
	return error_of(ub_resolve_async(unbound->ctx, text, (int)type,
		CLASS_IN, question, on_result, NULL));
}

static void *
dispatch(void *arg)
{
	struct unbound *unbound = arg;
	struct pollfd fds[] = {
		{ .fd = ub_fd(unbound->ctx), .events = POLLIN },
		{ .fd = unbound->stop, .events = POLLIN },
	};

	while (fds[1].revents == 0) {
		if (poll(fds, 2, -1) < 0)
			continue;
		/* Without the library's thread nothing more will come. */
		if (fds[0].revents != 0 && ub_process(unbound->ctx) != 0)
			fds[0].fd = -1;
	}
	return NULL;
}

/* ---- opening and closing ------------------------------------------------- */

/*
 * Contexts are independent, but for locks of the whole library that each new
 * one sets up and each old one takes down; on a reload both happen at once.
 */
static pthread_mutex_t contexts = PTHREAD_MUTEX_INITIALIZER;

static void
destroy(struct unbound *unbound)
{
	pthread_mutex_lock(&contexts);
	if (unbound->ctx != NULL)
		ub_ctx_delete(unbound->ctx);
	pthread_mutex_unlock(&contexts);
	if (unbound->stop >= 0)
		close(unbound->stop);
	free(unbound);
}

/* First our thread, so that no callback is under way; then the library's. */
static void
unbound_close(void *state)
{
	struct unbound *unbound = state;

	eventfd_write(unbound->stop, 1);
	pthread_join(unbound->thread, NULL);
	destroy(unbound);
}

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
configure(struct ub_ctx *ctx, const struct dns_options *options)
{
	int rc;

	ub_ctx_debugout(ctx, NULL);
	rc = error_of(ub_ctx_async(ctx, 1));
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		(void)ub_ctx_set_option(ctx, settings[i][0], settings[i][1]);
	if (rc == 0)
		rc = add_servers(ctx, &options->nameservers);
	if (rc == 0 && options->trust_anchor != NULL)
		rc = error_of(ub_ctx_add_ta_file(ctx, options->trust_anchor));
	return rc;
}

/*
 * Both threads begin here, with all signals blocked: they are for others.  The
 * library's begins with its first question, which it can answer by itself;
 * and only then does it read what it was told, such as the trust anchor.
 */
static int
begin(struct unbound *unbound)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = error_of(ub_resolve_async(unbound->ctx, "localhost.", DNS_A,
		CLASS_IN, NULL, on_result, NULL));
	if (rc == 0 && pthread_create(&unbound->thread, NULL, dispatch,
		unbound) != 0)
		rc = ERR_NOMEM;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static int
start_context(struct unbound *unbound, const struct dns_options *options)
{
	int rc = ERR_NOMEM;

	pthread_mutex_lock(&contexts);
	unbound->ctx = ub_ctx_create();
	if (unbound->ctx != NULL)
		rc = configure(unbound->ctx, options);
	if (rc == 0)
		rc = begin(unbound);
	pthread_mutex_unlock(&contexts);
	return rc;
}

static int
open_unbound(const struct dns_options *options, struct unbound **ret)
{
	struct unbound *unbound = calloc(1, sizeof(*unbound));
	int rc = ERR_NOMEM;

	if (unbound == NULL)
		return ERR_NOMEM;
	unbound->stop = eventfd(0, EFD_CLOEXEC);
	if (unbound->stop >= 0)
		rc = start_context(unbound, options);
	if (rc < 0)
		destroy(unbound);
	else
		*ret = unbound;
	return rc;
}

static const struct dns_backend backend = {
	.start = unbound_start,
	.close = unbound_close,
};

int
dns_open(const struct dns_options *options, struct dns **ret)
{
	struct unbound *unbound;
	int rc = open_unbound(options, &unbound);

	if (rc < 0)
		return rc;
	rc = dns_new(&backend, unbound, &dns_default_limits, ret);
	if (rc < 0)
		unbound_close(unbound);
	return rc;
}

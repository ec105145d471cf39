#include "spf/engine.h"
#include "spf/terms.h"

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>

/* libspf2's headers need the one above and each other's order. */
#include <spf2/spf.h>
#include <spf2/spf_dns.h>
#include <spf2/spf_log.h>

/*
 * The server is filled here and not by SPF_server_new_dns: that one ends the
 * process where the host's name is 64 bytes long, and sets up an explanation
 * with macros.  Without one libspf2 uses fixed words.
 */
struct engine {
	struct spf_eval *eval;
	SPF_dns_server_t dns;
	SPF_server_t server;
	SPF_request_t *request;
	SPF_response_t *response;
	SPF_record_t *record;
	SPF_dns_rr_t *spare; /* a lookup may not fail */
};

/* Where to go on when libspf2 gives up: on records of our own making it does so
 * without memory alone. */
static _Thread_local jmp_buf *way_out;

static void __attribute__((noreturn))
give_up(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	if (way_out != NULL)
		longjmp(*way_out, 1);
	abort();
}

static void
ignore(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
}

/* By default libspf2 prints, and exits. */
static void
set_handlers(void)
{
	SPF_error_handler = give_up;
	SPF_warning_handler = ignore;
	SPF_info_handler = ignore;
	SPF_debug_handler = ignore;
}

/* ---- answers ---- */

/* "No answer now": makes libspf2 return with a temporary error at once. */
static SPF_dns_rr_t *
no_answer(struct engine *engine)
{
	SPF_dns_rr_t *rr = engine->spare;

	if (rr == NULL)
		give_up(NULL, 0, NULL);
	engine->spare = NULL;
	rr->herrno = TRY_AGAIN;
	return rr;
}

static bool
add_item(SPF_dns_rr_t *rr, struct str item)
{
	int i = rr->num_rr;

	if (SPF_dns_rr_buf_realloc(rr, i, item.n + 1) != SPF_E_SUCCESS)
		return false;
	memcpy(rr->rr[i], item.p, item.n);
	if (rr->rr_type == ns_t_mx)
		rr->rr[i]->mx[item.n] = '\0';
	rr->num_rr++;
	return true;
}

static SPF_dns_rr_t *
make_answer(struct engine *engine, const char *name, ns_type type,
	struct place_reply reply)
{
	SPF_dns_rr_t *rr = SPF_dns_rr_new_init(&engine->dns, name, type, 0,
		reply.count > 0 ? NETDB_SUCCESS : NO_DATA);

	for (size_t i = 0; rr != NULL && i < reply.count; i++) {
		if (add_item(rr, reply.items[i]))
			continue;
		SPF_dns_rr_free(rr);
		rr = NULL;
	}
	if (rr == NULL)
		spf_stop_nomem(engine->eval);
	return rr != NULL ? rr : no_answer(engine);
}

static SPF_dns_rr_t *
look_up(SPF_dns_server_t *dns, const char *name, ns_type type, int cache)
{
	struct engine *engine = dns->hook;
	struct spf_eval *eval = engine->eval;
	const struct place *place = spf_place_find(eval, name);
	struct place_reply reply = { 0 };

	(void)cache;
	if (place == NULL)
		spf_stop(eval, AUTH_TEMPERROR, "the evaluator lost its way");
	if (!eval->stopped) {
		spf_ask_ahead(eval, place);
		reply = spf_place_ask(eval, *place);
	}
	if (eval->stopped)
		return no_answer(engine);
	return make_answer(engine, name, type, reply);
}

/* The record of an include or a redirect, whose place is the current domain. */
static SPF_errcode_t
get_record(SPF_server_t *server, SPF_request_t *request,
	SPF_response_t *response, SPF_record_t **ret)
{
	struct engine *engine = server->resolver->hook;
	struct spf_eval *eval = engine->eval;
	const struct place *place = spf_place_find(eval, request->cur_dom);
	struct str record;

	*ret = NULL;
	if (place == NULL)
		spf_stop(eval, AUTH_TEMPERROR, "the evaluator lost its way");
	if (eval->stopped)
		return SPF_E_DNS_ERROR;
	spf_ask_ahead(eval, place);
	if (!spf_place_follow(eval, *place, &record))
		return SPF_E_DNS_ERROR;
	return SPF_record_compile(server, response, ret, record.p);
}

/* ---- the evaluation ---- */

static bool
set_client(struct engine *engine, const struct ipaddr *client)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (client->family == IP_V6) {
		memcpy(&v6, client->bytes, sizeof(v6));
		return SPF_request_set_ipv6(engine->request, v6) ==
			SPF_E_SUCCESS;
	}
	memcpy(&v4, client->bytes, sizeof(v4));
	return SPF_request_set_ipv4(engine->request, v4) == SPF_E_SUCCESS;
}

/* Names are there so that libspf2 has some for its comments. */
static bool
set_up(struct engine *engine)
{
	struct spf_eval *eval = engine->eval;

	engine->dns = (SPF_dns_server_t){
		.lookup = look_up,
		.get_spf = get_record,
		.name = "mailvet",
		.hook = engine,
	};
	engine->server = (SPF_server_t){
		.resolver = &engine->dns,
		.rec_dom = (char *)"x",
		.max_dns_mech = 1000000,
		.max_dns_ptr = 1000000,
		.max_dns_mx = 1000000,
	};
	engine->spare = SPF_dns_rr_new();
	engine->request = SPF_request_new(&engine->server);
	if (engine->spare == NULL || engine->request == NULL ||
		SPF_request_set_helo_dom(engine->request, "t.x") !=
			SPF_E_SUCCESS ||
		!set_client(engine, &eval->client))
		return false;
	engine->request->cur_dom = "t.x";
	engine->response = SPF_response_new(engine->request);
	return engine->response != NULL;
}

static void
tear_down(struct engine *engine)
{
	if (engine->record != NULL)
		SPF_record_free(engine->record);
	if (engine->response != NULL)
		SPF_response_free(engine->response);
	if (engine->request != NULL)
		SPF_request_free(engine->request);
	if (engine->spare != NULL)
		SPF_dns_rr_free(engine->spare);
}

/*
 * Not SPF_request_query_mailfrom: it lets every loopback address pass, and asks
 * for the record itself.
 */
static void
interpret(struct engine *engine, struct str record)
{
	SPF_errcode_t code;

	if (!set_up(engine)) {
		spf_stop_nomem(engine->eval);
		return;
	}
	code = SPF_record_compile(&engine->server, engine->response,
		&engine->record, record.p);
	if (code == SPF_E_SUCCESS) {
		engine->response->spf_record_exp = engine->record;
		code = SPF_record_interpret(engine->record, engine->request,
			engine->response, 0);
	} else {
		spf_stop(engine->eval, AUTH_TEMPERROR,
			"the evaluator refused the record");
	}
	if (code == SPF_E_NO_MEMORY)
		spf_stop_nomem(engine->eval);
}

static enum auth_result
translate(struct spf_eval *eval, SPF_result_t result)
{
	switch (result) {
	case SPF_RESULT_NEUTRAL:
		return AUTH_NEUTRAL;
	case SPF_RESULT_PASS:
		return AUTH_PASS;
	case SPF_RESULT_FAIL:
		return AUTH_FAIL;
	case SPF_RESULT_SOFTFAIL:
		return AUTH_SOFTFAIL;
	default:
		/* The errors are ours, so this is one of the library's. */
		spf_stop(eval, AUTH_TEMPERROR, "the evaluator failed");
		return AUTH_TEMPERROR;
	}
}

static struct engine_result
judge(struct engine *engine)
{
	struct spf_eval *eval = engine->eval;
	struct engine_result ret = { 0 };

	if (!eval->stopped)
		ret.result = translate(eval,
			SPF_response_result(engine->response));
	if (eval->stopped)
		ret.result = eval->result;
	else
		ret.by_term = SPF_response_reason(engine->response) ==
			SPF_REASON_MECH;
	return ret;
}

struct engine_result
spf_engine_run(struct spf_eval *eval, struct str record)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	/* Not on the stack: what longjmp leaves of that is undefined. */
	struct engine *engine = arena_alloc(eval->arena, sizeof(*engine));
	struct engine_result ret;
	jmp_buf here;

	if (engine == NULL) {
		spf_stop_nomem(eval);
		return (struct engine_result){ .result = eval->result };
	}
	engine->eval = eval;
	pthread_once(&once, set_handlers);
	way_out = &here;
	if (setjmp(here) == 0)
		interpret(engine, record);
	else
		spf_stop_nomem(eval);
	way_out = NULL;
	ret = judge(engine);
	tear_down(engine);
	return ret;
}

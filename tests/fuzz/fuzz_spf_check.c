/*
 * The whole of check_host(): MAIL FROM and HELO in the first two lines, then a
 * line for each answer of the DNS.
 */
#include "fuzz/answers.h"
#include "spf/phrase.h"
#include "spf/received.h"

enum {
	/* Of the record, 10 terms with 10 hosts each, the client's names, an
	 * explanation. */
	QUESTIONS_MAX = 1 + 10 * 11 + 11 + 1,
};

static void
judge(struct arena *arena, const struct spf_query *query,
	const struct spf_answer *answer)
{
	struct str field = spf_received(arena, query, answer);
	struct str reply = phrase_fill(arena,
		STR("{explanation} {reason} {helo} {sender} {domain}"), query,
		answer);

	must(answer->terms <= 10 && answer->voids <= 2);
	must(is_clean(answer->explanation, ""));
	must(is_clean(answer->reason, "") && is_clean(answer->mechanism, ""));
	must(field.p != NULL && is_clean(field, "\n\t"));
	must(reply.p != NULL && is_clean(reply, ""));
	must(answer->result != AUTH_POLICY);
	must(answer->explanation.n == 0 || answer->result == AUTH_FAIL);
}

static void
check(struct dns *dns, struct answers *answers, enum ip_family family)
{
	struct arena *arena = arena_new(0);
	struct dns_scope scope = { .dns = dns, .arena = arena, .budget = 1 };
	struct spf_query query = { .explain = true, .receiver = STR("mx.test"),
		.client = { family, { 192, 0, 2, 1 } } };
	struct spf_answer answer;

	query.sender = str_cut(&answers->rest, '\n');
	query.helo = str_cut(&answers->rest, '\n');
	must(spf_check_host(&scope, &query, &answer) == 0);
	must(scope.asked <= QUESTIONS_MAX);
	judge(arena, &query, &answer);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answers answers = { input(data, size) };
	struct dns *dns = answers_open(&answers);

	check(dns, &answers, size % 2 ? IP_V4 : IP_V6);
	dns_close(dns);
	return 0;
}

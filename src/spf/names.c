#include "spf/terms.h"
#include "dns/name.h"

static enum dns_type
address_type(const struct spf_eval *eval)
{
	return eval->client.family == IP_V6 ? DNS_AAAA : DNS_A;
}

static bool
holds_client(const struct spf_eval *eval, const struct dns_answer *answer)
{
	size_t size = eval->client.family == IP_V6 ? 16 : 4;

	if (answer->status != DNS_FOUND)
		return false;
	for (size_t i = 0; i < answer->count; i++)
		if (answer->records[i].data.n == size &&
			memcmp(answer->records[i].data.p, eval->client.bytes,
				size) == 0)
			return true;
	return false;
}

/*
 * Ask for all at once, then see which of them lead back.  A name whose
 * addresses cannot be had is skipped.
 */
static void
validate(struct spf_eval *eval, const struct dns_answer *ptr)
{
	struct client_names *all = &eval->names;
	struct dns_question *questions[SPF_NAMES_MAX] = { NULL };
	size_t count = ptr->count < SPF_NAMES_MAX ? ptr->count : SPF_NAMES_MAX;

	for (size_t i = 0; i < count; i++)
		if (ptr->records[i].data.n > 0 &&
			dns_ask(eval->scope, ptr->records[i].data,
				address_type(eval), &questions[i]) < 0)
			questions[i] = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct dns_answer *answer;

		if (questions[i] == NULL)
			continue;
		answer = dns_await(eval->scope, questions[i]);
		if (holds_client(eval, answer))
			all->names[all->count++] = ptr->records[i].data;
		all->is_partial = all->is_partial || dns_is_temporary(answer);
	}
}

const struct client_names *
spf_client_names(struct spf_eval *eval)
{
	const struct dns_answer *ptr;
	struct str reverse;

	if (eval->names.known)
		return &eval->names;
	eval->names.known = true;
	if (eval->client.family == IP_NONE)
		return &eval->names;
	reverse = dns_reverse_name(eval->arena, &eval->client);
	if (reverse.p == NULL) {
		eval->names.is_partial = true;
		spf_stop_nomem(eval);
		return &eval->names;
	}
	ptr = dns_lookup(eval->scope, reverse, DNS_PTR);
	eval->names.is_partial = dns_is_temporary(ptr);
	eval->names.is_void =
		ptr->status == DNS_NODATA || ptr->status == DNS_NXDOMAIN;
	if (ptr->status == DNS_FOUND)
		validate(eval, ptr);
	return &eval->names;
}

/* The domain itself, else a name below it, else the first, else "unknown". */
struct str
spf_client_name(void *arg, struct str domain)
{
	const struct client_names *all = spf_client_names(arg);

	for (size_t i = 0; i < all->count; i++)
		if (str_ieq(all->names[i], domain))
			return all->names[i];
	for (size_t i = 0; i < all->count; i++)
		if (name_within(all->names[i], domain))
			return all->names[i];
	return all->count > 0 ? all->names[0] : STR("unknown");
}

#include "spf/terms.h"

/*
 * The only TXT record at name; empty when there is another number of them, or
 * it cannot be had.
 */
static struct str
only_text(struct spf_eval *eval, struct str name)
{
	const struct dns_answer *answer =
		dns_lookup(eval->scope, name, DNS_TXT);

	if (answer->status != DNS_FOUND || answer->count != 1)
		return (struct str){ NULL, 0 };
	return answer->records[0].data;
}

struct str
spf_explain(struct spf_eval *eval)
{
	struct macro_values values = eval->values;
	struct str name, text, none = { NULL, 0 };

	values.domain = eval->deciding->domain;
	if (eval->deciding->exp.n == 0 ||
		macro_domain(eval->arena, eval->deciding->exp, &values,
			&name) < 0)
		return none;
	text = only_text(eval, name);
	/* A text that is not a macro string is as good as none. */
	if (text.n == 0 || macro_text(eval->arena, text, &values, &text) < 0)
		return none;
	return text;
}

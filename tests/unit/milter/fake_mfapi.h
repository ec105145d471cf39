/* libmilter's functions, of our own: what a callback asks for is written down
 * in text, and a test can let each of them fail. */
#ifndef TESTS_UNIT_MILTER_FAKE_MFAPI_H
#define TESTS_UNIT_MILTER_FAKE_MFAPI_H

#include "unit/base/check.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

static struct {
	struct smfiDesc registered;
	void *private; /* of the one context */
	char *queue_id, *auth_user;
	char calls[20000];
	int fails_at; /* the how-manieth edit or reply fails; 0: none */
} mta;
#define the_ctx ((SMFICTX *)(void *)&mta)

static inline int FORMAT(1, 2)
note(const char *fmt, ...)
{
	size_t n = strlen(mta.calls);
	va_list args;

	if (mta.fails_at > 0 && --mta.fails_at == 0)
		return MI_FAILURE;
	va_start(args, fmt);
	vsnprintf(mta.calls + n, sizeof(mta.calls) - n, fmt, args);
	va_end(args);
	return MI_SUCCESS;
}

#define NOTE(...) ((void)ctx, note(__VA_ARGS__))

int
smfi_register(smfiDesc_str description)
{
	mta.registered = description;
	return MI_SUCCESS;
}

void *
smfi_getpriv(SMFICTX *ctx)
{
	assert_ptr_equal(ctx, the_ctx);
	return mta.private;
}

int
smfi_setpriv(SMFICTX *ctx, void *private)
{
	assert_ptr_equal(ctx, the_ctx);
	mta.private = private;
	return MI_SUCCESS;
}

char *
smfi_getsymval(SMFICTX *ctx, char *name)
{
	(void)ctx;
	if (strcmp(name, "i") == 0)
		return mta.queue_id;
	if (strcmp(name, "j") == 0)
		return "mta.example";
	return name[0] == '{' ? mta.auth_user : NULL;
}

int
smfi_setsymlist(SMFICTX *ctx, int stage, char *names)
{
	return NOTE("[macros %d %s]", stage, names);
}

int
smfi_insheader(SMFICTX *ctx, int at, char *name, char *value)
{
	return NOTE("[ins %d %s:%s]", at, name, value);
}

int
smfi_chgheader(SMFICTX *ctx, char *name, int nth, char *value)
{
	return NOTE("[chg %d %s:%s]", nth, name, value ? value : "-");
}

int
smfi_quarantine(SMFICTX *ctx, char *reason)
{
	return NOTE("[quarantine %s]", reason);
}

int
smfi_setreply(SMFICTX *ctx, char *code, char *enhanced, char *text)
{
	return NOTE("[reply %s %s %s]", code, enhanced, text);
}

#endif

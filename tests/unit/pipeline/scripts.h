/* Filters that say what a test wants, and a record of what they saw. */
#ifndef TESTS_UNIT_PIPELINE_SCRIPTS_H
#define TESTS_UNIT_PIPELINE_SCRIPTS_H

#include "unit/base/check.h"

#include "pipeline/pipeline.h"

enum stage { MAIL, RCPT, HEADERS, BODY, END, STAGES };

struct script {
	const char *name;
	enum verdict verdicts[STAGES];
	bool no_memory, uses_memory; /* begin: fails; takes all there is */
};

static struct script scripts[3] = { { .name = "a" }, { .name = "b" },
	{ .name = "o" } };
static struct message *the_message;
static struct arena *arena; /* of a test */
static struct strbuf seen;

struct session {
	const struct script *script;
};

static inline void *
begin(struct message *message, const struct script *script)
{
	struct session *s = arena_alloc(message->arena, sizeof(*s));

	sb_addf(&seen, "%s.begin ", script->name);
	if (s == NULL || script->no_memory)
		return NULL;
	s->script = script;
	the_message = message;
	for (size_t size = 1 << 20; script->uses_memory && size > 0; size /= 2)
		while (arena_alloc(message->arena, size) != NULL)
			;
	return s;
}

#define BEGIN(i) \
	static inline void * \
	begin_##i(struct message *message, const void *settings) \
	{ \
		(void)settings; \
		return begin(message, &scripts[i]); \
	}

BEGIN(0)
BEGIN(1)
BEGIN(2)

static inline enum verdict
play(void *session, enum stage stage, const char *what, struct str more)
{
	const struct script *script = ((struct session *)session)->script;

	sb_addf(&seen, "%s.%s%.*s ", script->name, what, STR_ARG(more));
	return script->verdicts[stage];
}

#define ON(name, stage) \
	static inline enum verdict \
	on_##name(void *session) \
	{ \
		return play(session, stage, #name, STR("")); \
	}

ON(mail, MAIL)
ON(headers, HEADERS)
ON(end, END)

static inline enum verdict
on_rcpt(void *session, struct str address)
{
	return play(session, RCPT, "rcpt:", address);
}

static inline enum verdict
on_body(void *session, struct str chunk)
{
	return play(session, BODY, "body:", chunk);
}

static const struct filter a = { .name = "spf",
	.events = EVENT_RCPT | EVENT_BODY, .begin = begin_0,
	.mail = on_mail, .rcpt = on_rcpt, .headers = on_headers,
	.body = on_body, .end = on_end };
static const struct filter b = { .name = "dkim", .begin = begin_1,
	.mail = on_mail, .rcpt = on_rcpt, .headers = on_headers,
	.body = on_body, .end = on_end };

#endif

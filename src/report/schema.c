#include "report/schema.h"

#include "base/strbuf.h"

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <limits.h>
#include <stdarg.h>

enum { WHY_MAX = 500 };

struct schema {
	xmlRelaxNGPtr rules;
};

/* libxml2's complaints, one after the other. */
static void FORMAT(2, 3)
collect(void *arg, const char *fmt, ...)
{
	struct strbuf *sb = arg;
	char text[WHY_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (sb->n < WHY_MAX)
		sb_addz(sb, text);
}

/* What libxml2 would print of a file that it cannot read. */
static void FORMAT(2, 3)
ignore(void *arg, const char *fmt, ...)
{
	(void)arg;
	(void)fmt;
}

static void
free_rules(void *rules)
{
	xmlRelaxNGFree(rules);
}

int
schema_load(struct arena *arena, const char *path, struct schema **ret)
{
	struct schema *s = arena_alloc(arena, sizeof(*s));
	xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(path);
	struct strbuf why = sb_new(arena);

	xmlSetGenericErrorFunc(NULL, ignore);
	if (s == NULL || parser == NULL) {
		xmlRelaxNGFreeParserCtxt(parser);
		return ERR_NOMEM;
	}
	xmlRelaxNGSetParserErrors(parser, collect, collect, &why);
	s->rules = xmlRelaxNGParse(parser);
	xmlRelaxNGFreeParserCtxt(parser);
	if (s->rules == NULL)
		return ERR_CONFIG;
	*ret = s;
	return arena_defer(arena, free_rules, s->rules);
}

static bool
check(const struct schema *schema, xmlDocPtr document, struct strbuf *why)
{
	xmlRelaxNGValidCtxtPtr context = xmlRelaxNGNewValidCtxt(schema->rules);
	bool valid = false;

	if (context != NULL) {
		xmlRelaxNGSetValidErrors(context, collect, collect, why);
		valid = xmlRelaxNGValidateDoc(context, document) == 0;
	}
	xmlRelaxNGFreeValidCtxt(context);
	return valid;
}

bool
schema_valid(const struct schema *schema, struct arena *arena,
	struct str document, struct str *why)
{
	struct strbuf sb = sb_new(arena);
	xmlDocPtr parsed = NULL;
	bool valid = false;

	if (document.n <= INT_MAX)
		parsed = xmlReadMemory(document.p, (int)document.n, NULL,
			"UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR |
			XML_PARSE_NOWARNING | XML_PARSE_HUGE);
	if (parsed == NULL)
		sb_addz(&sb, "not well-formed");
	else
		valid = check(schema, parsed, &sb);
	xmlFreeDoc(parsed);
	*why = sb_done(&sb);
	return valid;
}

#include "report/schema.h"

#include "base/strbuf.h"

#include <libxml/relaxng.h>
#include <libxml/xmlreader.h>
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

static void
complain(void *arg, const char *message, xmlParserSeverities severity,
	xmlTextReaderLocatorPtr where)
{
	struct strbuf *sb = arg;

	(void)severity;
	if (sb->n < WHY_MAX)
		sb_addf(sb, "line %d: %s", xmlTextReaderLocatorLineNumber(
			where), message);
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

/* Read it to its end, element by element, so that no tree of it is made. */
static bool
read_valid(const struct schema *schema, xmlTextReaderPtr reader,
	struct strbuf *why)
{
	int status;

	xmlTextReaderRelaxNGSetSchema(reader, schema->rules);
	xmlTextReaderSetErrorHandler(reader, complain, why);
	do
		status = xmlTextReaderRead(reader);
	while (status == 1);
	return status == 0 && xmlTextReaderIsValid(reader) == 1;
}

bool
schema_valid(const struct schema *schema, struct arena *arena,
	struct str document, struct str *why)
{
	struct strbuf sb = sb_new(arena);
	xmlTextReaderPtr reader = NULL;
	bool valid;

	if (document.n <= INT_MAX)
		reader = xmlReaderForMemory(document.p, (int)document.n, NULL,
			"UTF-8", XML_PARSE_NONET | XML_PARSE_HUGE);
	valid = reader != NULL && read_valid(schema, reader, &sb);
	xmlFreeTextReader(reader);
	if (!valid && sb.n == 0)
		sb_addz(&sb, "not well-formed, or not valid");
	*why = sb_done(&sb);
	return valid;
}

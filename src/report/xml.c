#include "report/xml.h"

#include "base/strbuf.h"
#include "report/tuple.h"

#include <libxml/xmlwriter.h>

#define NAMESPACE "urn:ietf:params:xml:ns:dmarc-2.0"

/* Bytes of the character at the start of s; 0 when XML 1.0 has none there. */
static size_t
character(struct str s)
{
	static const struct {
		unsigned char mask, lead;
		size_t size;
		unsigned long least;
	} forms[] = { { 0x80, 0x00, 1, 0x20 }, { 0xe0, 0xc0, 2, 0x80 },
		{ 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 } };

	for (int f = 0; f < 4; f++) {
		unsigned char first = (unsigned char)s.p[0];
		unsigned long code = first & (unsigned char)~forms[f].mask;
		size_t i = 1;

		if ((first & forms[f].mask) != forms[f].lead)
			continue;
		for (; i < forms[f].size && i < s.n &&
			((unsigned char)s.p[i] & 0xc0) == 0x80; i++)
			code = code << 6 | ((unsigned char)s.p[i] & 0x3f);
		if (i < forms[f].size || code < forms[f].least ||
			code == 0x7f || (code >= 0xd800 && code < 0xe000) ||
			code == 0xfffe || code == 0xffff || code > 0x10ffff)
			return 0;
		return i;
	}
	return 0;
}

struct str
xml_text(struct arena *arena, struct str text)
{
	struct strbuf sb = sb_new(arena);

	while (text.n > 0) {
		size_t n = character(text);

		if (n > 0)
			sb_add(&sb, str_first(text, n));
		else
			sb_addz(&sb, is_space(text.p[0]) ? " " :
				"\xef\xbf\xbd");
		text = str_from(text, n > 0 ? n : 1);
	}
	return sb_done(&sb);
}

/* libxml2's writer with an error that sticks. */
struct out {
	struct arena *arena;
	xmlTextWriterPtr writer;
	bool failed;
};

static void
open_element(struct out *out, const char *name)
{
	if (xmlTextWriterStartElement(out->writer, BAD_CAST name) < 0)
		out->failed = true;
}

static void
close_element(struct out *out)
{
	if (xmlTextWriterEndElement(out->writer) < 0)
		out->failed = true;
}

static void
element(struct out *out, const char *name, struct str text)
{
	struct str safe = xml_text(out->arena, text);

	if (safe.p == NULL || xmlTextWriterWriteElement(out->writer,
		BAD_CAST name, BAD_CAST safe.p) < 0)
		out->failed = true;
}

static void
optional(struct out *out, const char *name, struct str text)
{
	if (text.n > 0)
		element(out, name, text);
}

static void
number(struct out *out, const char *name, int64_t n)
{
	if (xmlTextWriterWriteFormatElement(out->writer, BAD_CAST name,
		"%lld", (long long)n) < 0)
		out->failed = true;
}

static void
write_metadata(struct out *out, const struct xml_report *r)
{
	open_element(out, "report_metadata");
	element(out, "org_name", r->organization);
	element(out, "email", r->email);
	optional(out, "extra_contact_info", r->contact);
	element(out, "report_id", r->id);
	open_element(out, "date_range");
	number(out, "begin", r->begins);
	number(out, "end", r->ends);
	close_element(out);
	element(out, "generator", STR("mailvet " MAILVET_VERSION));
	close_element(out);
}

static void
write_policy(struct out *out, const struct policy *p)
{
	open_element(out, "policy_published");
	element(out, "domain", p->domain);
	element(out, "p", p->p);
	optional(out, "sp", p->sp);
	optional(out, "np", p->np);
	element(out, "adkim", p->adkim);
	element(out, "aspf", p->aspf);
	element(out, "discovery_method", p->discovery);
	element(out, "fo", p->fo);
	element(out, "testing", p->testing);
	close_element(out);
}

static struct str
pass_or_fail(bool pass)
{
	return pass ? STR("pass") : STR("fail");
}

static void
write_row(struct out *out, const struct tuple *t, int64_t messages)
{
	open_element(out, "row");
	element(out, "source_ip", t->ip);
	number(out, "count", messages);
	open_element(out, "policy_evaluated");
	element(out, "disposition", t->disposition);
	element(out, "dkim", pass_or_fail(tuple_dkim_aligned(t)));
	element(out, "spf", pass_or_fail(tuple_spf_aligned(t)));
	for (size_t i = 0; i < t->reason_count; i++) {
		open_element(out, "reason");
		element(out, "type", t->reasons[i].type);
		optional(out, "comment", t->reasons[i].comment);
		close_element(out);
	}
	close_element(out);
	close_element(out);
}

static void
write_auth_results(struct out *out, const struct tuple *t)
{
	open_element(out, "auth_results");
	for (size_t i = 0; i < t->dkim_count; i++) {
		open_element(out, "dkim");
		element(out, "domain", t->dkim[i].domain);
		element(out, "selector", t->dkim[i].selector);
		element(out, "result", t->dkim[i].result);
		close_element(out);
	}
	if (t->spf.result.n > 0) {
		open_element(out, "spf");
		element(out, "domain", t->spf.domain);
		element(out, "scope", STR("mfrom"));
		element(out, "result", t->spf.result);
		close_element(out);
	}
	close_element(out);
}

static void
write_tuple(struct out *out, const struct tuple *t, int64_t messages)
{
	open_element(out, "record");
	write_row(out, t, messages);
	open_element(out, "identifiers");
	element(out, "header_from", t->header_from);
	/* There, but empty for the null sender. */
	element(out, "envelope_from", t->mail_from);
	close_element(out);
	write_auth_results(out, t);
	close_element(out);
}

/* In memory of its own: there may be many, and long ones. */
static int
write_record(xmlTextWriterPtr writer, const struct xml_record *record)
{
	struct out out = { .arena = arena_new(0), .writer = writer };
	struct tuple tuple;
	int err = out.arena != NULL ? tuple_from_text(out.arena,
		record->tuple, &tuple) : ERR_NOMEM;

	if (err == 0)
		write_tuple(&out, &tuple, record->messages);
	arena_free(out.arena);
	return err == 0 && out.failed ? ERR_NOMEM : err;
}

static int
write_document(struct out *out, const struct xml_report *r)
{
	int err = 0;

	if (xmlTextWriterSetIndent(out->writer, 1) < 0 ||
		xmlTextWriterStartDocument(out->writer, "1.0", "UTF-8",
			NULL) < 0 ||
		xmlTextWriterStartElementNS(out->writer, NULL,
			BAD_CAST "feedback", BAD_CAST NAMESPACE) < 0)
		out->failed = true;
	element(out, "version", STR("1.0"));
	write_metadata(out, r);
	write_policy(out, &r->policy);
	for (size_t i = 0; err == 0 && i < r->count; i++)
		err = write_record(out->writer, &r->records[i]);
	if (xmlTextWriterEndDocument(out->writer) < 0)
		out->failed = true;
	return err == 0 && out->failed ? ERR_NOMEM : err;
}

int
xml_write(struct arena *arena, const struct xml_report *report,
	struct str *ret)
{
	struct out out = { .arena = arena };
	xmlBufferPtr buffer = xmlBufferCreate();
	int err = ERR_NOMEM;

	if (buffer != NULL)
		out.writer = xmlNewTextWriterMemory(buffer, 0);
	if (out.writer != NULL)
		err = write_document(&out, report);
	/* The writer hands over the rest when it goes. */
	xmlFreeTextWriter(out.writer);
	if (err == 0)
		*ret = arena_copy(arena, (struct str){
			(const char *)xmlBufferContent(buffer),
			(size_t)xmlBufferLength(buffer) });
	xmlBufferFree(buffer);
	return err == 0 && ret->p == NULL ? ERR_NOMEM : err;
}

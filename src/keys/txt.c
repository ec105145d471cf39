#include "keys/txt.h"

#include <stdarg.h>

enum { STRING_MAX = 255 };

static void
print_string(FILE *to, struct str text)
{
	fputc('"', to);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			fputc('\\', to);
		fputc(text.p[i], to);
	}
	fputc('"', to);
}

static void
print_master(FILE *to, const struct txt *record, const char *open,
	const char *between, const char *close)
{
	struct str text = record->text;
	bool several = text.n > STRING_MAX;

	fprintf(to, "%.*s.\tIN TXT\t%s", STR_ARG(record->name),
		several ? open : "");
	do {
		print_string(to, str_first(text, STRING_MAX));
		text = str_from(text, STRING_MAX);
		if (text.n > 0)
			fputs(between, to);
	} while (text.n > 0);
	fprintf(to, "%s\n", several ? close : "");
}

void
txt_print(FILE *to, enum record_format format, const struct txt *record)
{
	switch (format) {
	case FORMAT_BIND:
		print_master(to, record, "( ", "\n\t\t", " )");
		break;
	case FORMAT_NSD:
		print_master(to, record, "", " ", "");
		break;
	case FORMAT_PLAIN:
		fprintf(to, "%.*s TXT\n%.*s\n", STR_ARG(record->name),
			STR_ARG(record->text));
		break;
	}
}

void
txt_remark(FILE *to, const char *fmt, ...)
{
	va_list args;

	fputs("; ", to);
	va_start(args, fmt);
	vfprintf(to, fmt, args);
	va_end(args);
	fputc('\n', to);
}

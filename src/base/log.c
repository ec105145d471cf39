#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

/*
 * A log is process-wide by nature.  Both are set before the threads start; the
 * level also on reload.
 */
static log_sink *current_sink = log_to_stderr;
static atomic_int current_level = LEVEL_INFO;

enum { VALUE_MAX = 400 };

/* A line of bounded length, cut when it is full.  Logging must not allocate. */
struct line {
	char text[LOG_LINE_MAX];
	size_t n;
};

static void
add(struct line *line, char c)
{
	if (line->n + 1 < sizeof(line->text))
		line->text[line->n++] = c;
}

static void
add_text(struct line *line, const char *text)
{
	for (; *text != '\0'; text++)
		add(line, *text);
}

/* ASCII only: 8-bit bytes may be control sequences to a terminal. */
static bool
is_printable(char c)
{
	return c >= 0x20 && c < 0x7f;
}

/*
 * Printable ASCII as it is; the rest, quotes and backslashes as \xNN; about
 * VALUE_MAX bytes of it, that a stranger's words leave room for ours.
 */
static void
add_escaped(struct line *line, struct str text)
{
	static const char hex[] = "0123456789abcdef";
	size_t end = line->n + VALUE_MAX;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (line->n >= end) {
			add_text(line, "...");
			return;
		}
		if (is_printable(text.p[i]) && c != '"' && c != '\\') {
			add(line, text.p[i]);
			continue;
		}
		add_text(line, "\\x");
		add(line, hex[c >> 4]);
		add(line, hex[c & 15]);
	}
}

static bool
needs_quotes(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ' ' || text.p[i] == '=' || text.p[i] == '"')
			return true;
	return false;
}

static void
add_field(struct line *line, const struct log_field *field)
{
	bool quotes = needs_quotes(field->value);

	add(line, ' ');
	add_text(line, field->key);
	add(line, '=');
	if (quotes)
		add(line, '"');
	add_escaped(line, field->value);
	if (quotes)
		add(line, '"');
}

void
log_to_stderr(enum log_level level, const char *line,
	const struct log_field *fields, size_t count)
{
	char buf[LOG_LINE_MAX + 8];
	int n = snprintf(buf, sizeof(buf), "<%d>%s\n", level, line);

	(void)fields;
	(void)count;
	/* One write, so that lines of several threads do not mix. */
	if (n > 0 && write(STDERR_FILENO, buf, (size_t)n) < 0)
		return; /* nowhere left to complain */
}

void
log_use(log_sink *sink)
{
	current_sink = sink;
}

void
log_set_level(enum log_level level)
{
	current_level = level;
}

bool
log_wants(enum log_level level)
{
	return (int)level <= current_level;
}

void
log_text(enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE_MAX / 2];
	struct line line = { .n = 0 };
	va_list args;

	if (!log_wants(level))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (const char *p = text; *p != '\0'; p++)
		add(&line, is_printable(*p) ? *p : '?');
	line.text[line.n] = '\0';
	current_sink(level, line.text, NULL, 0);
}

void
log_fields(enum log_level level, struct str lead,
	const struct log_field *fields, size_t count)
{
	struct line line = { .n = 0 };

	if (!log_wants(level))
		return;
	add_escaped(&line, lead.n > 0 ? lead : STR("-"));
	add(&line, ':');
	for (size_t i = 0; i < count; i++)
		if (fields[i].value.n > 0)
			add_field(&line, &fields[i]);
	line.text[line.n] = '\0';
	current_sink(level, line.text, fields, count);
}

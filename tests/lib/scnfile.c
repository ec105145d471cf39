#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scnfile.h"

static const char *const block_verbs[] = { "zone", "config", "file", "body",
	"abuse" };

static bool
has_block(const char *verb)
{
	for (size_t i = 0; i < sizeof(block_verbs) / sizeof(char *); i++)
		if (strcmp(verb, block_verbs[i]) == 0)
			return true;
	return false;
}

static char *
trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len > 0 && isspace((unsigned char)s[len - 1]))
		s[--len] = '\0';
	return s;
}

char *
scn_word(char **s)
{
	char *w = *s + strspn(*s, " \t");
	size_t len = strcspn(w, " \t");

	if (len == 0)
		return NULL;
	*s = w + len;
	if (**s != '\0')
		*(*s)++ = '\0';
	return w;
}

static bool
add(struct scnfile *f, struct scnline l)
{
	if (f->n == f->cap) {
		size_t cap = f->cap != 0 ? 2 * f->cap : 64;
		void *p = reallocarray(f->stmt, cap, sizeof(l));

		if (p == NULL)
			return false;
		f->stmt = p;
		f->cap = cap;
	}
	f->stmt[f->n++] = l;
	return true;
}

/* The lines up to "end", less one tab in front of each. */
static char *
read_block(FILE *in, int *line)
{
	char *buf = NULL, *text = NULL;
	size_t size = 0, cap = 0;
	FILE *out = open_memstream(&text, &size);
	bool ended = false;

	if (out == NULL)
		return NULL;
	while (!ended && getline(&buf, &cap, in) >= 0) {
		++*line;
		if (strcmp(buf, "end\n") == 0)
			ended = true;
		else
			fputs(*buf == '\t' ? buf + 1 : buf, out);
	}
	free(buf);
	fclose(out);
	if (!ended) {
		free(text);
		return NULL;
	}
	return text;
}

static bool
take_line(struct scnfile *f, FILE *in, char *text, int *line)
{
	struct scnline l = { .line = *line };
	char *s = trim(text), *verb = scn_word(&s);

	l.verb = strdup(verb);
	l.arg = strdup(trim(s));
	if (l.verb == NULL || l.arg == NULL || !add(f, l))
		return false;
	if (!has_block(l.verb))
		return true;
	f->stmt[f->n - 1].block = read_block(in, line);
	return f->stmt[f->n - 1].block != NULL;
}

bool
scnfile_read(struct scnfile *f, const char *path)
{
	FILE *in = fopen(path, "re");
	char *buf = NULL;
	size_t cap = 0;
	int line = 0;
	bool ok = true;

	*f = (struct scnfile){ .path = path };
	if (in == NULL) {
		perror(path);
		return false;
	}
	while (ok && getline(&buf, &cap, in) >= 0) {
		char *s = trim(buf);

		line++;
		if (*s != '\0' && *s != '#')
			ok = take_line(f, in, s, &line);
	}
	if (!ok)
		fprintf(stderr, "%s:%d: block without end\n", path, line);
	free(buf);
	fclose(in);
	return ok;
}

void
scnfile_free(struct scnfile *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->stmt[i].verb);
		free(f->stmt[i].arg);
		free(f->stmt[i].block);
	}
	free(f->stmt);
	*f = (struct scnfile){ 0 };
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (tolower((unsigned char)c) - 'a' + 10) & 15;
}

char *
scn_unescape(const char *s, size_t *ret_len)
{
	static const char from[] = "nrt0s\\", to[] = "\n\r\t\0 \\";
	char *buf = malloc(strlen(s) + 1), *out = buf;

	if (buf == NULL)
		return NULL;
	for (; *s != '\0'; s++) {
		const char *k;

		if (*s != '\\' || s[1] == '\0') {
			*out++ = *s;
			continue;
		}
		s++;
		k = strchr(from, *s);
		if (k != NULL) {
			*out++ = to[k - from];
		} else if (*s == 'x' && s[1] != '\0' && s[2] != '\0') {
			*out++ = (char)(hex(s[1]) << 4 | hex(s[2]));
			s += 2;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
	*ret_len = (size_t)(out - buf);
	return buf;
}

size_t
scn_size(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	if (*end == 'k' || *end == 'K')
		return n << 10;
	if (*end == 'M')
		return n << 20;
	return *end == '\0' ? n : 0;
}

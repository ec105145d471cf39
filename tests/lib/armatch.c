#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "armatch.h"

/* Stand-ins for what is no separator because it was quoted. */
enum { QUOTED_SPACE = 1, QUOTED_SEMICOLON = 2, QUOTED_EQUALS = 3 };

static const char *
skip_comment(const char *s)
{
	int depth = 0;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '(')
			depth++;
		else if (*s == ')' && --depth == 0)
			return s + 1;
	}
	return s;
}

static char
shield(char c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '\n':
		return QUOTED_SPACE;
	case ';':
		return QUOTED_SEMICOLON;
	case '=':
		return QUOTED_EQUALS;
	default:
		return c;
	}
}

static const char *
copy_quoted(const char *s, char **out)
{
	for (s++; *s != '\0' && *s != '"'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		*(*out)++ = shield(*s);
	}
	return *s == '"' ? s + 1 : s;
}

/*
 * Drop the space on both sides of '=', '/' and before ';'.  There is a byte in
 * front of s.
 */
static void
close_up(char *s)
{
	const char *begin = s;
	char *out = s;

	for (; *s != '\0'; s++) {
		if (strchr("=/;", *s) != NULL)
			while (out > begin && out[-1] == ' ')
				out--;
		if (*s == ' ' && strchr(" =/;", out[-1]) != NULL)
			continue;
		*out++ = *s;
	}
	*out = '\0';
}

/*
 * Without comments, quotes and folding; the first byte is a sentinel
 * space.
 */
static char *
plain(const char *s)
{
	char *buf = malloc(strlen(s) + 2), *out = buf;

	if (buf == NULL)
		return NULL;
	*out++ = ' ';
	while (*s != '\0') {
		if (*s == '(') {
			s = skip_comment(s);
			*out++ = ' ';
		} else if (*s == '"') {
			s = copy_quoted(s, &out);
		} else {
			*out++ = strchr("\t\r\n", *s) != NULL ? ' ' : *s;
			s++;
		}
	}
	*out = '\0';
	close_up(buf + 1);
	return buf;
}

/* The word at s; what is behind it goes into *rest. */
static size_t
word(const char **s, const char **ret)
{
	*s += strspn(*s, " ");
	*ret = *s;
	*s += strcspn(*s, " ;");
	return (size_t)(*s - *ret);
}

static bool
is_id(const char *w, size_t len, const char *id)
{
	return len == strlen(id) && strncasecmp(w, id, len) == 0;
}

bool
armatch_id(const char *value, const char *authserv_id)
{
	char *buf = plain(value);
	const char *s = buf, *w;
	size_t len;
	bool ok;

	if (buf == NULL)
		return false;
	len = word(&s, &w);
	ok = is_id(w, len, authserv_id);
	free(buf);
	return ok;
}

/* One condition against the words of one result. */
static bool
has_word(const char *info, const char *cond, size_t cond_len)
{
	char want[256], got[1024];
	const char *w;
	size_t len;

	if (cond_len >= sizeof(want))
		return false;
	memcpy(want, cond, cond_len);
	want[cond_len] = '\0';
	while ((len = word(&info, &w)) > 0) {
		if (len >= sizeof(got))
			continue;
		memcpy(got, w, len);
		got[len] = '\0';
		if (fnmatch(want, got, FNM_CASEFOLD) == 0)
			return true;
	}
	return false;
}

static bool
has_all(const char *info, const char *cond)
{
	const char *w;
	size_t len;

	while ((len = word(&cond, &w)) > 0)
		if (!has_word(info, w, len))
			return false;
	return true;
}

bool
armatch(const char *value, const char *authserv_id, const char *cond)
{
	char *buf = plain(value), *want = plain(cond);
	char *info, *save = NULL;
	bool ok = false;
	const char *w, *s;
	size_t len;

	if (buf == NULL || want == NULL)
		goto out;
	info = strtok_r(buf, ";", &save);
	if (info == NULL)
		goto out;
	s = info;
	len = word(&s, &w);
	if (!is_id(w, len, authserv_id))
		goto out;
	while (!ok && (info = strtok_r(NULL, ";", &save)) != NULL)
		ok = has_all(info, want);
out:
	free(buf);
	free(want);
	return ok;
}

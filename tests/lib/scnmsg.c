/*
 * Verbs that make the message.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scn.h"

static void
set(char **var, const char *value)
{
	free(*var);
	*var = value != NULL ? strdup(value) : NULL;
}

void
scn_message_reset(struct scn *s)
{
	fmsg_free(&s->msg);
	set(&s->from, "<alice@example.org>");
	set(&s->from_args, NULL);
	set(&s->rcpt, "<bob@mx.test>");
	s->qid_when = QID_MAIL;
	s->fm.out = (struct fm_outcome){ 0 };
}

/* "NAME: VALUE", the value with escapes and its leading space. */
static void
put_field(struct scn *s, size_t at, const char *arg)
{
	const char *colon = strchr(arg, ':');
	char *name, *value;
	size_t len;

	if (colon == NULL) {
		scn_fail(s, "no colon in the field");
		return;
	}
	name = strndup(arg, (size_t)(colon - arg));
	value = scn_unescape(colon + 1, &len);
	if (name == NULL || value == NULL
	    || fmsg_insert(&s->msg, at, name, value, len) < 0)
		scn_fail(s, "out of memory");
	free(name);
	free(value);
}

static void
do_header(struct scn *s, char *arg, const char *block)
{
	(void)block;
	put_field(s, s->msg.n, arg);
}

static void
do_top(struct scn *s, char *arg, const char *block)
{
	(void)block;
	put_field(s, 0, arg);
}

static void
do_noheader(struct scn *s, char *arg, const char *block)
{
	struct fm_field *f;

	(void)block;
	while ((f = fmsg_find(&s->msg, arg, 1)) != NULL)
		f->deleted = true;
	fmsg_settle(&s->msg);
}

static void
do_change(struct scn *s, char *arg, const char *block)
{
	char *copy = strdup(arg), *colon = strchr(copy, ':');

	if (colon != NULL)
		*colon = '\0';
	do_noheader(s, copy, block);
	put_field(s, s->msg.n, arg);
	free(copy);
}

/* A usual message from that address, and the envelope to go with it. */
static void
do_message(struct scn *s, char *arg, const char *block)
{
	static const char *const rest[] = { "To: Bob <bob@mx.test>",
		"Subject: about the test",
		"Date: Mon, 02 Jun 2025 10:00:00 +0000",
		"Message-ID: <1@mail.example.org>" };
	char buf[600];

	(void)block;
	scn_message_reset(s);
	snprintf(buf, sizeof(buf), "<%s>", arg);
	set(&s->from, buf);
	snprintf(buf, sizeof(buf), "From: Alice <%s>", arg);
	put_field(s, 0, buf);
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++)
		put_field(s, s->msg.n, rest[i]);
	(void)fmsg_body(&s->msg, "Hello Bob.\r\n", 12);
}

/* "ADDRESS [ARGUMENTS]": the address in brackets and with escapes. */
static void
do_mail(struct scn *s, char *arg, const char *block)
{
	char *addr = scn_word(&arg);
	char *rest = arg + strspn(arg, " ");
	size_t len;

	(void)block;
	free(s->from);
	s->from = scn_unescape(addr, &len);
	set(&s->from_args, *rest != '\0' ? rest : NULL);
}

static void
do_rcpt(struct scn *s, char *arg, const char *block)
{
	char buf[600];

	(void)block;
	snprintf(buf, sizeof(buf), *arg == '<' ? "%s" : "<%s>", arg);
	set(&s->rcpt, buf);
}

/* "N NAME: VALUE": N of them, numbered. */
static void
do_headers(struct scn *s, char *arg, const char *block)
{
	char *count = scn_word(&arg);
	size_t n = scn_size(count);
	char buf[600];

	(void)block;
	for (size_t i = 0; i < n; i++) {
		snprintf(buf, sizeof(buf), "%s %zu", arg, i);
		put_field(s, s->msg.n, buf);
	}
}

/* "NAME SIZE [folded]": one field that long. */
static void
do_bigheader(struct scn *s, char *arg, const char *block)
{
	char *name = scn_word(&arg), *size = scn_word(&arg);
	size_t n = size != NULL ? scn_size(size) : 0;
	char *value = malloc(n + 1);

	(void)block;
	if (name == NULL || n == 0 || value == NULL) {
		scn_fail(s, "bigheader NAME SIZE [folded]");
		free(value);
		return;
	}
	memset(value, 'x', n);
	value[0] = ' ';
	for (size_t i = 70; strcmp(arg, "folded") == 0 && i + 1 < n; i += 70)
		memcpy(value + i, "\n\t", 2);
	if (fmsg_insert(&s->msg, s->msg.n, name, value, n) < 0)
		scn_fail(s, "out of memory");
	free(value);
}

/* "N": a From field with so many addresses. */
static void
do_addresses(struct scn *s, char *arg, const char *block)
{
	size_t n = scn_size(arg), size = 0;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return;
	fputs("From:", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s <a%zu@example.org>%s", i > 0 ? "\\n" : "", i,
		    i + 1 < n ? "," : "");
	fclose(f);
	do_change(s, text, block);
	free(text);
}

static void
do_body(struct scn *s, char *arg, const char *block)
{
	(void)arg;
	s->msg.body_len = 0;
	for (; *block != '\0'; block++) {
		if (*block == '\n')
			(void)fmsg_body(&s->msg, "\r", 1);
		(void)fmsg_body(&s->msg, block, 1);
	}
}

static void
do_bodyadd(struct scn *s, char *arg, const char *block)
{
	size_t len;
	char *text = scn_unescape(arg, &len);

	(void)block;
	if (text == NULL || fmsg_body(&s->msg, text, len) < 0)
		scn_fail(s, "out of memory");
	free(text);
}

static void
do_bodysize(struct scn *s, char *arg, const char *block)
{
	static const char text[] = "All work and no play makes Jack a dull "
	    "boy, but the mail is large.\r\n";
	size_t n = scn_size(arg);

	(void)block;
	s->msg.body_len = 0;
	while (s->msg.body_len < n)
		if (fmsg_body(&s->msg, text, sizeof(text) - 1) < 0) {
			scn_fail(s, "out of memory");
			return;
		}
}

/* "SELECTOR DOMAIN [OPTION=VALUE]...": sign what there is so far. */
static void
do_sign(struct scn *s, char *arg, const char *block)
{
	char path[128], cmd[1024], *field;
	FILE *f;
	size_t len;

	(void)block;
	snprintf(path, sizeof(path), "%s/message", s->env->dir);
	f = fopen(path, "we");
	if (f == NULL) {
		scn_fail(s, "%s cannot be written", path);
		return;
	}
	fmsg_write(&s->msg, f);
	fclose(f);
	snprintf(cmd, sizeof(cmd), "/usr/bin/python3 %s sign %s %s <%s",
	    s->env->helper, s->env->dir, arg, path);
	field = scnenv_run(cmd);
	unlink(path);
	if (field == NULL || strchr(field, ':') == NULL) {
		scn_fail(s, "the helper cannot sign");
		free(field);
		return;
	}
	len = strlen(field);
	while (len > 0 && field[len - 1] == '\n')
		field[--len] = '\0';
	put_field(s, 0, field);
	free(field);
}

static void
do_queueid(struct scn *s, char *arg, const char *block)
{
	(void)block;
	s->qid_when = strcmp(arg, "late") == 0 ? QID_DATA
	    : strcmp(arg, "none") == 0 ? QID_NEVER : QID_MAIL;
}

static const struct {
	const char *verb;
	void (*fn)(struct scn *s, char *arg, const char *block);
} verbs[] = {
	{ "header", do_header }, { "top", do_top },
	{ "noheader", do_noheader }, { "change", do_change },
	{ "message", do_message }, { "mail", do_mail }, { "rcpt", do_rcpt },
	{ "headers", do_headers }, { "bigheader", do_bigheader },
	{ "addresses", do_addresses }, { "body", do_body },
	{ "bodyadd", do_bodyadd }, { "bodysize", do_bodysize },
	{ "sign", do_sign }, { "queueid", do_queueid },
};

bool
scn_message_verb(struct scn *s, const char *verb, char *arg,
    const char *block)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(verbs[i].verb, verb) != 0)
			continue;
		verbs[i].fn(s, arg, block);
		return true;
	}
	return false;
}

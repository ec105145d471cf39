#include "dkim/lib.h"
#include "dkim/pool.h"

#include <inttypes.h>
#include <opendkim/dkim.h>
#include <stdio.h>

struct dk_library {
	DKIM_LIB *lib;
};

/*
 * Out of memory, the pool jumps out of the library, to the function here that
 * called it.  The library's handle is not touched again, and the pool takes
 * what it had.
 */
struct dk_message {
	struct pool pool;
	jmp_buf escape;
	DKIM *dkim;
	size_t line; /* bytes of the current body line */
	char last; /* byte of the body */
	bool ended; /* the body so far is empty or ends with CRLF */
	bool bare;
};

/* ---- the library ---------------------------------------------------- */

/* In place of the library's own resolver: nothing may reach the DNS. */
static int
no_query(void *service, int type, unsigned char *query, unsigned char *buf,
	size_t size, void **handle)
{
	(void)service, (void)type, (void)query, (void)buf, (void)size;
	(void)handle;
	return DKIM_DNS_ERROR;
}

static int
no_reply(void *service, void *query, struct timeval *timeout, size_t *bytes,
	int *error, int *dnssec)
{
	(void)service, (void)query, (void)timeout, (void)bytes, (void)error;
	(void)dnssec;
	return DKIM_DNS_ERROR;
}

static int
no_cancel(void *service, void *query)
{
	(void)service, (void)query;
	return DKIM_DNS_SUCCESS;
}

static int
no_resolver(void **service)
{
	*service = NULL;
	return DKIM_DNS_SUCCESS;
}

static void
no_close(void *service)
{
	(void)service;
}

/*
 * BADSIGHANDLES: also a malformed signature has an index, so that the indexes
 * are ours.  DELAYSIGPROC: it does not look for keys before the end, and there
 * all signatures are ignored.
 */
static int
set_up(DKIM_LIB *lib)
{
	u_int flags = DKIM_LIBFLAGS_BADSIGHANDLES | DKIM_LIBFLAGS_DELAYSIGPROC;

	if (dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags,
		sizeof(flags)) != DKIM_STAT_OK)
		return ERR_LIBRARY;
	dkim_dns_set_init(lib, no_resolver);
	dkim_dns_set_close(lib, no_close);
	dkim_dns_set_query_start(lib, no_query);
	dkim_dns_set_query_waitreply(lib, no_reply);
	dkim_dns_set_query_cancel(lib, no_cancel);
	return 0;
}

static void
library_free(void *arg)
{
	struct dk_library *library = arg;

	dkim_close(library->lib);
}

int
dk_library_new(struct arena *arena, struct dk_library **ret)
{
	struct dk_library *library = arena_alloc(arena, sizeof(*library));
	int r;

	if (library == NULL)
		return ERR_NOMEM;
	library->lib = dkim_init(pool_alloc, pool_free);
	if (library->lib == NULL)
		return ERR_NOMEM;
	r = arena_defer(arena, library_free, library);
	if (r < 0)
		return r;
	r = set_up(library->lib);
	if (r < 0)
		return r;
	*ret = library;
	return 0;
}

/* ---- a message ------------------------------------------------------ */

static void
message_free(void *arg)
{
	struct dk_message *m = arg;

	if (m->dkim != NULL && !m->pool.starved)
		dkim_free(m->dkim);
	pool_empty(&m->pool);
}

int
dk_message_new(struct arena *arena, struct dk_library *library, size_t limit,
	struct dk_message **ret)
{
	struct dk_message *m = arena_alloc(arena, sizeof(*m));
	DKIM_STAT status;

	if (m == NULL)
		return ERR_NOMEM;
	m->pool.limit = limit > 0 ? limit : DK_POOL_MAX;
	m->ended = true;
	m->pool.escape = &m->escape;
	if (arena_defer(arena, message_free, m) < 0 || setjmp(m->escape) != 0)
		return ERR_NOMEM;
	m->dkim = dkim_verify(library->lib, (const unsigned char *)"mailvet",
		&m->pool, &status);
	if (m->dkim == NULL)
		return ERR_NOMEM;
	*ret = m;
	return 0;
}

/* A failure of the library; after one of memory nothing else counts. */
static int
failure(const struct dk_message *m, DKIM_STAT status)
{
	if (m->pool.starved || status == DKIM_STAT_NORESOURCE)
		return ERR_NOMEM;
	return status == DKIM_STAT_OK ? 0 : ERR_LIBRARY;
}

static bool
is_field_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 33 || name.p[i] > 126 || name.p[i] == ':' ||
			name.p[i] == ';')
			return false;
	return name.n > 0;
}

/* "Name:value" with each fold as CRLF; the length, at most twice the value. */
static size_t
write_field(char *to, struct str name, struct str value)
{
	size_t n = name.n;

	memcpy(to, name.p, name.n);
	to[n++] = ':';
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\n' && (i == 0 || value.p[i - 1] != '\r'))
			to[n++] = '\r';
		to[n++] = value.p[i];
	}
	return n;
}

int
dk_field(struct dk_message *m, struct str name, struct str value)
{
	DKIM_STAT status;
	char *text;
	size_t n;

	if (!is_field_name(name) || str_index(value, '\0') < value.n)
		return ERR_SYNTAX;
	if (setjmp(m->escape) != 0)
		return ERR_NOMEM;
	text = pool_alloc(&m->pool, name.n + 1 + 2 * value.n);
	n = write_field(text, name, value);
	status = dkim_header(m->dkim, (u_char *)text, n);
	pool_free(&m->pool, text);
	/* The field is kept; only the signature in it is none. */
	if (status == DKIM_STAT_SYNTAX)
		status = DKIM_STAT_OK;
	return failure(m, status);
}

int
dk_want_body(struct dk_message *m, bool relaxed, uint64_t limit)
{
	char text[128], length[32] = "";

	if (limit != DK_ALL)
		snprintf(length, sizeof(length), "l=%" PRIu64 "; ", limit);
	snprintf(text, sizeof(text),
		"v=1; a=rsa-sha256; c=simple/%s; d=x; s=x; h=from; %sbh=AAAA; "
		"b=AAAA", relaxed ? "relaxed" : "simple", length);
	return dk_field(m, STR("DKIM-Signature"), str_of(text));
}

int
dk_fields_end(struct dk_message *m)
{
	DKIM_STAT status;

	if (setjmp(m->escape) != 0)
		return ERR_NOMEM;
	status = dkim_eoh(m->dkim);
	if (status == DKIM_STAT_NOSIG)
		status = DKIM_STAT_OK;
	return failure(m, status);
}

/* ---- the body ------------------------------------------------------- */

/* Is there a CR that no LF follows?  The chunk's last byte does not count. */
static bool
has_bare_cr(struct str chunk)
{
	const char *end = chunk.p + chunk.n - 1;
	const char *p = chunk.p;

	while (p < end) {
		p = memchr(p, '\r', (size_t)(end - p));
		if (p == NULL)
			return false;
		if (p[1] != '\n')
			return true;
		p += 2;
	}
	return false;
}

/* Follow the lines of the body; false if one is too long. */
static bool
follow_lines(struct dk_message *m, struct str chunk)
{
	const char *end = chunk.p + chunk.n;
	const char *p = chunk.p;
	const char *lf;

	if (m->last == '\r' && chunk.p[0] != '\n')
		m->bare = true;
	while ((lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if ((lf > chunk.p ? lf[-1] : m->last) != '\r')
			m->bare = true;
		if (m->line + (size_t)(lf - p) > DK_LINE_MAX)
			return false;
		m->line = 0;
		p = lf + 1;
	}
	m->line += (size_t)(end - p);
	if (!m->bare)
		m->bare = has_bare_cr(chunk);
	m->ended = end[-1] == '\n' &&
		(chunk.n > 1 ? end[-2] : m->last) == '\r';
	m->last = end[-1];
	return m->line <= DK_LINE_MAX;
}

int
dk_body(struct dk_message *m, struct str chunk)
{
	if (chunk.n == 0)
		return 0;
	if (!follow_lines(m, chunk))
		return ERR_LIMIT;
	if (setjmp(m->escape) != 0)
		return ERR_NOMEM;
	return failure(m,
		dkim_body(m->dkim, (u_char *)(uintptr_t)chunk.p, chunk.n));
}

bool
dk_bare_newline(const struct dk_message *m)
{
	return m->bare || m->last == '\r';
}

/* ---- the end -------------------------------------------------------- */

/* Of none the library shall look for the key and check the signature. */
static void
ignore_signatures(struct dk_message *m)
{
	DKIM_SIGINFO **sigs;
	int count;

	if (dkim_getsiglist(m->dkim, &sigs, &count) != DKIM_STAT_OK)
		return;
	for (int i = 0; i < count; i++)
		dkim_sig_ignore(sigs[i]);
}

int
dk_end(struct dk_message *m)
{
	bool test;
	int r;

	if (setjmp(m->escape) != 0)
		return ERR_NOMEM;
	/* RFC 6376 section 3.4.3: what does not end with CRLF gets one. */
	r = m->ended ? 0 :
		failure(m, dkim_body(m->dkim, (u_char *)"\r\n", 2));
	if (r < 0)
		return r;
	ignore_signatures(m);
	/* Its status is about signatures that it has not looked at. */
	dkim_eom(m->dkim, &test);
	return failure(m, DKIM_STAT_OK);
}

static DKIM_SIGINFO *
signature_at(const struct dk_message *m, size_t index)
{
	DKIM_SIGINFO **sigs;
	int count;

	if (dkim_getsiglist(m->dkim, &sigs, &count) != DKIM_STAT_OK ||
		index >= (size_t)count)
		return NULL;
	return sigs[index];
}

int
dk_hashes(const struct dk_message *m, size_t index,
	unsigned char header[DK_HASH_SIZE], unsigned char body[DK_HASH_SIZE])
{
	DKIM_SIGINFO *sig = signature_at(m, index);
	size_t header_size, body_size;
	void *header_hash, *body_hash;

	/* One that it has refused has no hashes, and asking for them aborts. */
	if (sig == NULL || (dkim_sig_geterror(sig) != DKIM_SIGERROR_UNKNOWN &&
		dkim_sig_geterror(sig) != DKIM_SIGERROR_OK))
		return ERR_LIBRARY;
	if (dkim_sig_gethashes(sig, &header_hash, &header_size,
		&body_hash, &body_size) != DKIM_STAT_OK)
		return ERR_LIBRARY;
	if (header_size != DK_HASH_SIZE || body_size != DK_HASH_SIZE)
		return ERR_LIBRARY;
	memcpy(header, header_hash, DK_HASH_SIZE);
	memcpy(body, body_hash, DK_HASH_SIZE);
	return 0;
}

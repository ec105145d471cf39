/*
 * A whole message, verified with a zone that has a key for it.  The first byte
 * says in which pieces the body comes: that must not matter.
 */
#include "dkim/verify.h"
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static struct verify_options options = {
	.minimum_bits = 1024,
	.maximum = 4,
	.partial = PARTIAL_IGNORE,
};

static struct arena *always; /* the library's */
static struct dns *dns;

/* Each selector of each domain has RFC 8463's keys. */
static const char zone[] =
	"brisbane._domainkey.football.example.com. TXT "
	"\"v=DKIM1; k=ed25519; "
	"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
	"*. TXT ( \"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDk"
	"HlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b\""
	" \"yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5Qjv"
	"HO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB\" )\n";

static void
set_up(void)
{
	int fd = memfd_create("zone", 0);
	char path[32];
	unsigned line;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(write(fd, zone, sizeof(zone) - 1) == sizeof(zone) - 1);
	must(dns_open_zone(path, &dns, &line) == 0);
	close(fd);
	always = arena_new(0);
	must(dk_library_new(always, &options.library) == 0);
}

/* One field off the text, its fold included; false at the header's end. */
static bool
take_field(struct str *text, struct str *name, struct str *value)
{
	size_t end = 0;

	if (text->n == 0 || text->p[0] == '\n')
		return false;
	do {
		end += str_index(str_from(*text, end), '\n') + 1;
	} while (
		end < text->n && (text->p[end] == ' ' || text->p[end] == '\t'));
	*value = str_first(*text, end - 1);
	*name = str_cut(value, ':');
	*text = str_from(*text, end);
	return true;
}

static struct str
read_header(struct arena *arena, struct str text, struct headers *headers)
{
	struct str name, value;

	while (take_field(&text, &name, &value))
		if (value.p != NULL)
			must(headers_add(headers, arena, name, value) == 0);
	return str_from(text, 1);
}

static struct dkim_results
verify(struct arena *arena, struct str text, size_t piece)
{
	struct dns_scope scope = { .dns = dns, .arena = arena };
	struct headers *headers = arena_alloc(arena, sizeof(*headers));
	struct str body = read_header(arena, text, headers);
	struct dkim_results results;
	struct verifier *v;

	must(verifier_new(arena, &options, &scope, headers, &v) == 0);
	for (; body.n > 0 && verifier_wants_body(v);
		body = str_from(body, piece))
		must(verifier_body(v, str_first(body, piece)) == 0);
	must(verifier_end(v, &results) == 0);
	return results;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_from(input(data, size), 1);
	size_t piece = size > 0 ? data[0] % 16 + 1u : 1;
	struct arena *arena = arena_new(0);
	struct dkim_results whole, parts;

	if (dns == NULL)
		set_up();
	whole = verify(arena, text, 65535);
	parts = verify(arena, text, piece);
	must(whole.count == parts.count && whole.count <= 8);
	for (size_t i = 0; i < whole.count; i++)
		must(whole.sigs[i].result == parts.sigs[i].result &&
			whole.sigs[i].result != AUTH_NONE);
	arena_free(arena);
	return 0;
}

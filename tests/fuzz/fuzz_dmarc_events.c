/*
 * A message for the dmarc filter.  The first byte chooses the settings, the
 * second which end of the events comes; then parts, each ended by a CR: 'F' a
 * From field, 'L' a List-Id, 's' and 'd' a domain for which SPF or DKIM has the
 * result that the next byte says.  What must hold is that a message is refused
 * for a reason, and that a policy is never applied to a pass.
 */
#include "dmarc/conf.h"
#include "dmarc/session.h"
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIGNATURES_MAX = 20 };

static const char zone[] =
	"_dmarc.x.com. IN TXT \"v=DMARC1; p=reject; sp=quarantine; np=none\"\n"
	"_dmarc.com. IN TXT \"v=DMARC1; p=none; psd=y\"\n"
	"_dmarc.t.org. IN TXT \"v=DMARC1; p=reject; t=y; adkim=s; aspf=s\"\n"
	"_dmarc.two.org. IN TXT \"v=DMARC1; p=reject\"\n"
	"_dmarc.two.org. IN TXT \"v=DMARC1; p=none\"\n"
	"; fault _dmarc.lost.org SERVFAIL\n"
	"; fault lost.x.com SERVFAIL\n";

static struct dns *
open_zone(void)
{
	int fd = memfd_create("zone", 0);
	struct dns *dns = NULL;
	char path[32];
	unsigned line;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(write(fd, zone, sizeof(zone) - 1) == sizeof(zone) - 1);
	must(dns_open_zone(path, &dns, &line) == 0);
	close(fd);
	return dns;
}

static struct dmarc_settings
settings_of(uint8_t byte)
{
	static struct condition always = { .kind = BY_CLIENT };
	static struct override override = { .conditions = &always,
		.count = 1 };
	struct dmarc_settings s = { .conf = { .enforce = byte % 3,
		.quarantine = byte >> 2 & 1, .on_temperror = byte >> 3 & 1,
		.on_invalid_from = byte >> 4 & 1,
		.name_address = byte >> 5 & 1 } };

	override.action = (enum override_action)(byte & 3);
	if (byte & 0x40)
		s.overrides = (struct overrides){ &override, 1 };
	return s;
}

static enum auth_result
result_of(struct str *part)
{
	enum auth_result result = part->n > 0 ?
		(enum auth_result)((unsigned char)part->p[0] % 8) : AUTH_NONE;

	*part = str_from(*part, 1);
	return result;
}

static void
take_part(struct message *m, struct str part)
{
	struct results *r = &m->results;
	char kind = part.n > 0 ? part.p[0] : '\0';

	part = str_from(part, 1);
	if (kind == 'F' || kind == 'L') {
		must(headers_add(&m->headers, m->arena, kind == 'F' ?
			STR("From") : STR("List-Id"), part) == 0);
	} else if (kind == 's') {
		r->spf.known = true;
		r->spf.mail_from = result_of(&part);
		r->spf.mail_from_domain = part;
	} else if (kind == 'd') {
		r->dkim.known = true;
		if (r->dkim.count == SIGNATURES_MAX)
			return;
		r->dkim.sigs[r->dkim.count].result = result_of(&part);
		r->dkim.sigs[r->dkim.count++].domain = part;
	}
}

static void
judge(const struct message *m, enum verdict verdict)
{
	const struct dmarc_results *d = &m->results.dmarc;

	must(d->known && !m->edits.failed);
	must(verdict == VERDICT_CONTINUE || m->reply.code != NULL);
	must(verdict != VERDICT_REJECT || d->result == AUTH_FAIL ||
		d->result == AUTH_PERMERROR);
	must(verdict != VERDICT_TEMPFAIL || d->result == AUTH_TEMPERROR);
	must(d->result != AUTH_PASS || (d->applied == DMARC_POLICY_NONE &&
		(d->spf_aligned || d->dkim_aligned)));
	must(d->result == AUTH_FAIL || d->applied == DMARC_POLICY_NONE);
	must((d->author_domain.n > 0) == (d->result != AUTH_PERMERROR));
	must(!d->has_policy || d->policy_domain.n > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns *dns;
	const struct common common = { .dry_run = size > 1 && data[1] & 1 };
	struct dmarc_settings settings = settings_of(size > 0 ? data[0] : 0);
	struct connection connection = { .client.family = IP_V4 };
	struct message m = { .arena = arena_new(0), .common = &common,
		.connection = &connection };
	struct dkim_result sigs[SIGNATURES_MAX] = { 0 };
	struct str rest = str_from(input(data, size), 2);
	void *session;

	dns = dns != NULL ? dns : open_zone();
	m.dns = (struct dns_scope){ .dns = dns, .arena = m.arena,
		.budget = 10 };
	m.results.dkim.sigs = sigs;
	session = dmarc_filter.begin(&m, &settings);
	must(session != NULL);
	while (rest.n > 0)
		take_part(&m, str_cut(&rest, '\r'));
	must(dmarc_filter.headers(session) == VERDICT_CONTINUE);
	if (size > 1 && data[1] & 2) /* an abort */
		goto out;
	judge(&m, dmarc_filter.end(session));
out:
	arena_free(m.arena);
	return 0;
}

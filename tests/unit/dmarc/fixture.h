/* A zone file as the DNS, for the tests of this room. */
#ifndef TESTS_UNIT_DMARC_FIXTURE_H
#define TESTS_UNIT_DMARC_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "dns/dns.h"
#include "mail/results.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A TXT record of the policy kind. */
#define REC(domain, tags) "_dmarc." domain ". IN TXT \"v=DMARC1; " tags "\"\n"
#define FAULT(name, kind) "; fault " name " " kind "\n"

struct fixture {
	struct dns *dns;
	struct dns_scope scope;
};

static inline void
fixture_open(struct fixture *f, const char *zone)
{
	char path[] = "/tmp/mailvet-zone-XXXXXX";
	int fd = mkstemp(path);
	unsigned line = 0;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, zone, strlen(zone)), strlen(zone));
	close(fd);
	if (dns_open_zone(path, &f->dns, &line) != 0)
		fail_msg("zone, line %u", line);
	unlink(path);
	f->scope = (struct dns_scope){ .dns = f->dns, .arena = arena_new(0),
		.budget = 50 };
	assert_non_null(f->scope.arena);
}

static inline void
fixture_close(struct fixture *f)
{
	arena_free(f->scope.arena);
	dns_close(f->dns);
}

static inline void
assert_str(struct str got, const char *wanted)
{
	if (!str_eq(got, str_of(wanted)))
		fail_msg("got \"%.*s\", wanted \"%s\"", STR_ARG(got), wanted);
}

/* " [type: comment; type]"; nothing without a reason. */
static inline void
add_reasons(struct strbuf *sb, const struct dmarc_results *dmarc)
{
	for (size_t i = 0; i < dmarc->reason_count; i++) {
		sb_addz(sb, i == 0 ? " [" : "; ");
		sb_addz(sb, dmarc_reason_text(dmarc->reasons[i].type));
		if (dmarc->reasons[i].comment.n > 0)
			sb_addz(sb, ": ");
		sb_add(sb, dmarc->reasons[i].comment);
	}
	if (dmarc->reason_count > 0)
		sb_addc(sb, ']');
}

#endif

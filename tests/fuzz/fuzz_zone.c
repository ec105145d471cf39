/* A master file, asked for the names at the beginnings of its lines. */
#include "dns/dns.h"
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void
ask(struct dns_scope *scope, struct str name)
{
	static const enum dns_type types[] = { DNS_A, DNS_PTR, DNS_MX, DNS_TXT,
		DNS_AAAA };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct dns_answer *answer =
			dns_lookup(scope, name, types[i]);

		must((answer->status == DNS_FOUND) == (answer->count > 0));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = input(data, size);
	int fd = memfd_create("zone", 0), err, asked = 0;
	struct dns_scope scope = { .arena = arena_new(0), .budget = 1 };
	unsigned line = 0;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(write(fd, data, size) == (ssize_t)size);
	err = dns_open_zone(path, &scope.dns, &line);
	must(err == 0 || err == ERR_SYNTAX || err == ERR_LIMIT);
	while (err == 0 && rest.n > 0 && asked++ < 10) {
		struct str entry = str_cut(&rest, '\n');

		ask(&scope, str_cut(&entry, ' '));
	}
	arena_free(scope.arena);
	if (err == 0)
		dns_close(scope.dns);
	close(fd);
	return 0;
}

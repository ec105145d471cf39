/*
 * The lines of the input as Authentication-Results of a message: none of them
 * is believed, and what parses as ours goes.
 */
#include "fuzz/fuzz.h"
#include "trust/gate.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena *forever;

static const struct seal_key *
make_key(void)
{
	static const char bytes[33] = "0123456789abcdef0123456789abcdef";
	struct conf_errors errors = { .arena = forever = arena_new(0) };
	const struct seal_key *key = NULL;
	char path[32];
	int fd = memfd_create("key", 0);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(fchmod(fd, 0600) == 0 && write(fd, bytes, 32) == 32);
	must(seal_key_load(forever, path, "x", &errors, &key) == 0);
	close(fd);
	return key;
}

static size_t
removals(const struct message *m, const struct header *field)
{
	size_t count = 0;

	for (size_t i = 0; i < m->edits.count; i++)
		count += m->edits.list[i].nth == field->nth;
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct seal_key *key;
	struct str rest = input(data, size);
	struct message m = { .arena = arena_new(0), .queue_id = STR("Q"),
		.authserv_id = STR("mx") };
	struct gate gate = { .parts = AUTHRES_DKIM };
	struct authres parsed;

	gate.key = key = key != NULL ? key : make_key();
	while (rest.n > 0 && m.headers.count < 50)
		must(headers_add(&m.headers, m.arena, AUTHRES_NAME,
			str_cut(&rest, '\r')) == 0);
	must(gate_receive(&gate, &m) == 0);
	must(!m.results.spf.known && !m.results.dkim.known);
	for (size_t i = 0; i < m.headers.count; i++) {
		const struct header *field = &m.headers.fields[i];
		bool ours = authres_parse(m.arena, field->value,
			&parsed) == 0 &&
			str_ieq(parsed.authserv_id, m.authserv_id);

		must(removals(&m, field) <= 1);
		must(!ours || removals(&m, field) == 1);
	}
	arena_free(m.arena);
	return 0;
}

/* A configuration file: taken as a whole, or refused with a reason. */
#include "filter/common.h"
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf_section *const sections[] = { &common_section, NULL };
	int fd = memfd_create("conf", 0), err;
	char path[32];
	const struct conf_source source = { path, conf_all_sections, NULL };
	struct arena *arena = arena_new(0);
	struct conf_errors errors = { .arena = arena };
	struct conf *conf = NULL;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(write(fd, data, size) == (ssize_t)size);
	err = conf_load(arena, &source, sections, &errors, &conf);
	must(err == 0 ? errors.count == 0 : err == ERR_CONFIG);
	must((conf != NULL) == (err == 0) && (errors.count > 0) == (err != 0));
	arena_free(arena);
	close(fd);
	return 0;
}

#include "milter/daemon.h"
#include "dmarc/session.h"

int
main(int argc, char **argv)
{
	static const struct filter *const filters[] = { &dmarc_filter, NULL };
	static const struct program program = {
		.name = "mailvet-dmarc",
		.purpose = "Milter that applies DMARC (RFC 9989).",
		.filters = filters,
	};

	return daemon_main(&program, argc, argv);
}

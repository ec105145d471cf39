#include "milter/daemon.h"
#include "dkim/session.h"

int
main(int argc, char **argv)
{
	static const struct filter *const filters[] = { &dkim_filter, NULL };
	static const struct program program = {
		.name = "mailvet-dkim",
		.purpose = "Milter that verifies DKIM signatures (RFC 6376).",
		.filters = filters,
	};

	return daemon_main(&program, argc, argv);
}

#include "milter/daemon.h"
#include "sign/session.h"

int
main(int argc, char **argv)
{
	static const struct filter *const filters[] = { &sign_filter, NULL };
	static const struct program program = {
		.name = "mailvet-sign",
		.purpose = "Milter that DKIM-signs outgoing mail (RFC 6376).",
		.filters = filters,
	};

	return daemon_main(&program, argc, argv);
}

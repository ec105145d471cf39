#include "milter/daemon.h"
#include "spf/session.h"

int
main(int argc, char **argv)
{
	static const struct filter *const filters[] = { &spf_filter, NULL };
	static const struct program program = {
		.name = "mailvet-spf",
		.purpose = "Milter that checks SPF (RFC 7208) at MAIL FROM.",
		.filters = filters,
	};

	return daemon_main(&program, argc, argv);
}

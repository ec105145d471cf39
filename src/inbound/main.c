#include "dkim/session.h"
#include "dmarc/session.h"
#include "milter/daemon.h"
#include "spf/session.h"

int
main(int argc, char **argv)
{
	static const struct filter *const filters[] = { &spf_filter,
		&dkim_filter, &dmarc_filter, NULL };
	static const struct program program = {
		.name = "mailvet-inbound",
		.purpose = "Milter that checks SPF, DKIM and DMARC at once.",
		.filters = filters,
	};

	return daemon_main(&program, argc, argv);
}

#include "report/command.h"

int
main(int argc, char **argv)
{
	return report_command(REPORT_TIMER, argc, argv);
}

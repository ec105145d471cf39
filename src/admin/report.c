/*
 * mailvet report: the reporter's commands, for people.
 */
#include "admin/command.h"
#include "report/command.h"

int
command_report(int argc, char **argv)
{
	return report_command(REPORT_ADMIN, argc, argv);
}

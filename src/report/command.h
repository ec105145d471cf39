/*
 * The command line of mailvet-report and of `mailvet report`.
 */
#ifndef REPORT_COMMAND_H
#define REPORT_COMMAND_H

enum report_caller {
	REPORT_TIMER, /* mailvet-report: without a command it does all */
	REPORT_ADMIN, /* mailvet report: a person, who has to say what */
};

/* The exit status, as in sysexits(3). */
int report_command(enum report_caller caller, int argc, char **argv);

#endif

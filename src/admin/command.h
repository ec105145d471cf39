/*
 * The subcommands of `mailvet`.
 */
#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

/* Takes the arguments from its own name on; returns the exit status. */
typedef int command_fn(int argc, char **argv);

struct command {
	const char *name;
	command_fn *run;
	const char *purpose; /* one line */
};

/*
 * Run the command of a table (it ends with a NULL name) that the first argument
 * names; whole is what they are commands of: "mailvet key".  Answers --help.
 */
int command_dispatch(const char *whole, const struct command *table, int argc,
	char **argv);

command_fn command_check;
command_fn command_dns;
command_fn command_key;
command_fn command_report;
command_fn command_doctor;
command_fn command_setup;

#endif

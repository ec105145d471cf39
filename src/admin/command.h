/*
 * The subcommands of `mailvet`.
 */
#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

/* Takes the arguments from its own name on; returns the exit status. */
typedef int command_fn(int argc, char **argv);

command_fn command_check;
command_fn command_dns;
command_fn command_key;
command_fn command_report;
command_fn command_doctor;
command_fn command_setup;

#endif

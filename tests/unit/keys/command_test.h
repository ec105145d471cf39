/*
 * Run a command as a user does, in a directory of its own.
 */
#ifndef TESTS_COMMAND_TEST_H
#define TESTS_COMMAND_TEST_H

#include "admin/command.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

enum { COMMAND_OUT = 65536 };

/* The directory, and what the last command printed. */
extern char command_dir[64];
extern char command_out[COMMAND_OUT], command_err[COMMAND_OUT];

int command_begin(void **state);
int command_end(void **state);

/*
 * Run it in a child with the words of line, parted by spaces; "$D" in one is
 * the directory.  The exit status.
 */
int command_run(command_fn *command, const char *line);

/* Write, or append to, a file in the directory; "$D" as above. */
void command_file(const char *name, const char *text);
void command_append(const char *name, const char *text);

/* Is the text in what was printed? */
void assert_out(const char *text);
void assert_err(const char *text);

#endif

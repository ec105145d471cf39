/*
 * The subcommands of `mailvet key`; they take their arguments from their own
 * name on and return the exit status.
 */
#ifndef KEYS_KEY_H
#define KEYS_KEY_H

int key_new(int argc, char **argv);
int key_list(int argc, char **argv);
int key_check(int argc, char **argv);
int key_retire(int argc, char **argv);

#endif

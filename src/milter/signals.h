/*
 * Signals, as something to wait for.
 *
 * libmilter keeps a thread that takes SIGHUP, SIGTERM and SIGINT for itself, by
 * sigwait(3), and stops on all of them.  To block them everywhere but in the
 * main thread is not enough: when that one is busy with a signal, the kernel
 * hands the next to libmilter.  So the programs have a sigwait of their own,
 * which never returns.
 */
#ifndef MILTER_SIGNALS_H
#define MILTER_SIGNALS_H

#include "base/err.h"

enum signal_event {
	SIGNAL_NONE, /* the time is up */
	SIGNAL_RELOAD,
	SIGNAL_STOP,
};

/* Install the handlers; call it in the main thread, with signals blocked. */
int signals_init(void) MUST_USE;

/* Block them in this thread and those that it starts from now on. */
void signals_block(void);

/* Open them again, in the main thread only. */
void signals_unblock(void);

/* Wait for an event; milliseconds. */
enum signal_event signals_wait(int timeout);

/* From any thread: make signals_wait return SIGNAL_STOP. */
void signals_stop(void);

/* The signal that only interrupts a system call; its handler does nothing. */
int signals_interrupt(void);

#endif

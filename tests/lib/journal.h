/*
 * The lines that mailvet-dmarc appends: mailvet-journal(5).
 */
#ifndef TESTS_JOURNAL_H
#define TESTS_JOURNAL_H

/*
 * Call take with each line, without its end, of all files in the directory:
 * an hour may end during a test.
 */
void journal_each(const char *directory,
    void (*take)(void *arg, const char *line), void *arg);

#endif

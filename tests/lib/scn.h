/*
 * A scenario at work: the state that its statements act upon.
 */
#ifndef TESTS_SCN_H
#define TESTS_SCN_H

#include "fakemta.h"
#include "scnenv.h"

enum { SCN_MACROS = 16 };

enum scn_qid { QID_MAIL, QID_DATA, QID_NEVER };

struct scn_macro {
	char name[64];
	char value[256];
};

struct scn {
	struct scnenv *env;
	FILE *diag;
	int line;		/* of the statement at work */
	bool failed, skipped;

	/* the connection */
	struct fakemta fm;
	bool open;
	struct mc_offer offer;
	int timeout_ms;
	char family;		/* SMFIA_* */
	char addr[64], host[256], helo[256];
	struct scn_macro macro[SCN_MACROS];
	size_t macros;

	/* the message */
	struct fmsg msg;
	char *from, *from_args, *rcpt;
	enum scn_qid qid_when;
	char qid[32];
	unsigned serial;
	long elapsed_ms;
};

/* Note a failure at the statement's line. */
void scn_fail(struct scn *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * One statement; false when the verb is not theirs.  scnmsg.c makes
 * messages, scnlink.c connections, scnexpect.c judges.
 */
bool scn_message_verb(struct scn *s, const char *verb, char *arg,
    const char *block);
bool scn_link_verb(struct scn *s, const char *verb, char *arg,
    const char *block);
void scn_expect(struct scn *s, char *arg);
void scn_abuse(struct scn *s, const char *block);

/* Is there a line of the message with all of the words (split at blanks) in
 * the files of that directory, "journal" or "failure"? */
bool scn_journal_has(const struct scn *s, const char *directory,
    const char *words);

/* A new message, and a new connection, with what is taken for granted. */
void scn_message_reset(struct scn *s);
void scn_link_reset(struct scn *s);
void scn_free(struct scn *s);

/* Run all scenarios of a file in one mode; prints TAP lines to out. */
bool scn_run_file(const struct scnfile *f, const char *mode,
    const struct scnopts *opts, FILE *out);

#endif

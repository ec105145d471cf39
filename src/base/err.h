/*
 * Operational errors.
 *
 * A function that can fail for a reason outside the protocol (no memory, no
 * file, a limit of ours) returns a negative enum err; 0 is success.  What a
 * protocol calls an outcome (pass, fail, temperror, NXDOMAIN) is data and never
 * one of these.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_NOMEM = -1,	  /* an allocation failed, or an arena is full */
	ERR_IO = -2,	  /* the system refused; errno tells */
	ERR_SYNTAX = -3,  /* the text is not of the form asked for */
	ERR_LIMIT = -4,	  /* larger than we are willing to take */
	ERR_CONFIG = -5,  /* reported through struct conf_errors */
	ERR_LIBRARY = -6, /* a library failed without a better reason */
	ERR_ABSENT = -7,  /* there is no such thing */
	ERR_NOT_FILE = -8, /* a directory, a pipe, a device */
};

/* A short English phrase for an enum err; static. */
const char *err_text(int err);

#define MUST_USE __attribute__((warn_unused_result))
#define FORMAT(fmt, args) __attribute__((format(printf, fmt, args)))
#define NONNULL __attribute__((nonnull))

#endif

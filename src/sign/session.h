/*
 * The sign filter: signs our own users' mail.  What it did is in
 * message->results.sign.
 */
#ifndef SIGN_SESSION_H
#define SIGN_SESSION_H

#include "filter/filter.h"

extern const struct filter sign_filter;

#endif

/*
 * The DNS as an enemy has it: a line for each question, in their order.
 *
 * The first byte of a line says what kind of answer: a failure, none, or data,
 * of which the rest makes records of the type that was asked for, parted by
 * '|'.
 */
#ifndef TESTS_FUZZ_ANSWERS_H
#define TESTS_FUZZ_ANSWERS_H

#include "dns/dns.h"
#include "fuzz/fuzz.h"

/* The answers to come. */
struct answers {
	struct str rest;
};

/* A resolver that gives these answers. */
struct dns *answers_open(struct answers *answers);

#endif

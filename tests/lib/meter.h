/*
 * A connector around a datasource's connector: counts the calls, and makes
 * one of them fail.  One at a time.
 */
#ifndef TESTS_LIB_METER_H
#define TESTS_LIB_METER_H

#include <weft/model.h>

struct meter {
	uint64_t calls;	 /* of all kinds below */
	uint64_t reads;	 /* records looked up by id */
	uint64_t seen;	 /* records and journal rows walked over */
	uint64_t writes; /* records written */
	uint64_t commits;
	uint64_t
	    fail_at; /* the call with this number fails (from 1); 0: none */
};

/* Puts the meter between the datasource and its connector. */
void meter_install(struct weft_datasource *datasource);

/* The counts so far; they may be set. */
extern struct meter meter;

#endif

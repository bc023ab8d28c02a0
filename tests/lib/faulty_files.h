/*
 * The store's file operations with faults on purpose: the n-th call fails,
 * once, or all do from then on, as if the process had been killed there.
 */
#ifndef TESTS_LIB_FAULTY_FILES_H
#define TESTS_LIB_FAULTY_FILES_H

#include <stdbool.h>
#include <stdint.h>

/* Counts calls, lets all succeed. */
void faulty_files_count(void);

/*
 * The call after 'successes' more ones fails with this errno; if 'for_ever',
 * all later ones, too (but closing).
 */
void faulty_files_fail(uint64_t successes, int number, bool for_ever);

/* Calls 'before' with the number (from 0) of each call, before it is made. */
void faulty_files_watch(void (*before)(uint64_t call, void *context),
    void *context);

/* Back to the system's own calls. */
void faulty_files_off(void);

/* Calls since the last of the above; those of them that change the disk. */
uint64_t faulty_files_calls(void);
uint64_t faulty_files_changes(void);

#endif

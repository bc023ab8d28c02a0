/*
 * What a fuzz target defines; tests/lib/fuzz_main.c and libFuzzer call it.
 */
#ifndef TESTS_LIB_FUZZ_H
#define TESTS_LIB_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * Feeds 'size' bytes to the function under test and aborts if what it did
 * cannot be right.  Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif

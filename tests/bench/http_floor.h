/*
 * The floor under any HTTP server: a loop that reads what is there and writes
 * a ready answer, without looking at either.
 */
#ifndef TESTS_BENCH_HTTP_FLOOR_H
#define TESTS_BENCH_HTTP_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Listens on a free port of 127.0.0.1 and serves on a thread for as long as
 * the process lives; the answers have bodies of 100 bytes.
 */
bool http_floor_start(uint16_t *port);

#endif

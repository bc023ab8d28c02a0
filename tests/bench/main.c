/*
 * weft-bench [NAME...]: runs the named benchmarks, or all.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *name;
	int (*run)(void);
} benchmarks[] = {
    {"json", bench_json},
    {"project", bench_store},
    {"insert", bench_insert},
    {"replicate", bench_replicate},
    {"incremental", bench_incremental},
};

#define COUNT (sizeof benchmarks / sizeof *benchmarks)

uint64_t
bench_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t
bench_wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int
run(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(benchmarks[i].name, name) == 0)
			return benchmarks[i].run();
	fprintf(stderr, "weft-bench: no benchmark %s; there are:", name);
	for (size_t i = 0; i < COUNT; i++)
		fprintf(stderr, " %s", benchmarks[i].name);
	fputc('\n', stderr);
	return 2;
}

int
main(int count, char **arguments)
{
	int status = 0, result;

	for (int i = 1; i < count; i++) {
		result = run(arguments[i]);
		status = status ? status : result;
	}
	for (size_t i = 0; count < 2 && i < COUNT; i++) {
		result = benchmarks[i].run();
		status = status ? status : result;
	}
	return status;
}

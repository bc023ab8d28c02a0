/*
 * weft-bench [-n RECORDS] [NAME...]: runs the named benchmarks, or all.  A
 * name stands for a whole group, too: "store" for all "store-...".
 *
 * Each runs in a process of its own.
 */
#include "tests/bench/bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/records.h"

struct benchmark {
	const char *name;
	int (*run)(void);
};

static const struct benchmark benchmarks[] = {
    {"json", bench_json},
    {"store-project", bench_store_project},
    {"store-checkpoint", bench_store_checkpoint},
    {"store-compact", bench_store_compact},
    {"tombstones", bench_tombstones},
    {"store-diff", bench_store_diff},
    {"store-read", bench_store_read},
    {"store-history", bench_store_history},
    {"store-memory", bench_store_memory},
    {"store-reconcile", bench_store_reconcile},
    {"insert", bench_insert},
    {"replicate", bench_replicate},
    {"incremental", bench_incremental},
    {"visible", bench_visible},
    {"http", bench_http},
};

#define COUNT (sizeof benchmarks / sizeof *benchmarks)

uint64_t bench_record_count = 1000000;
char bench_directory[64];

static int
run(const void *context, void *result)
{
	const struct benchmark *benchmark = context;

	return benchmark->run();
}

static bool
is_named(const struct benchmark *benchmark, const char *name)
{
	size_t size = strlen(name);

	return strncmp(benchmark->name, name, size) == 0 &&
	    (benchmark->name[size] == '\0' || benchmark->name[size] == '-');
}

/* Runs what has this name (NULL: all); 2 if nothing has. */
static int
run_named(const char *name)
{
	int status = 0;
	bool found = false;

	for (size_t i = 0; i < COUNT; i++) {
		if (name && !is_named(&benchmarks[i], name))
			continue;
		found = true;
		status |= bench_in_child(run, &benchmarks[i], NULL, 0);
	}
	if (found)
		return status;
	fprintf(stderr, "weft-bench: no benchmark %s; there are:", name);
	for (size_t i = 0; i < COUNT; i++)
		fprintf(stderr, " %s", benchmarks[i].name);
	fputc('\n', stderr);
	return 2;
}

int
main(int count, char **arguments)
{
	int status = 0, option;

	while ((option = getopt(count, arguments, "n:")) == 'n')
		bench_record_count = strtoull(optarg, NULL, 10);
	if (option != -1 || bench_record_count < 1000) {
		fprintf(stderr, "usage: weft-bench [-n RECORDS] [NAME...]\n"
				"at least 1000 records\n");
		return 2;
	}
	bench_directory_make(bench_directory);
	if (optind == count)
		status = run_named(NULL);
	for (int i = optind; i < count; i++)
		status |= run_named(arguments[i]);
	bench_directory_remove(bench_directory);
	return status;
}

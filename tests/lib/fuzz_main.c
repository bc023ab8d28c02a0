/*
 * Runs a fuzz target over its corpus, tests/fuzz/corpus/<target>/, without a
 * fuzzer.  One test in TAP: that the target returned from every file; asserts
 * and sanitizers do the rest.  The name of each file is printed before it is
 * fed, so that after a crash the last one is the culprit.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/fuzz.h"

static int
is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Feeds one file to the target; false if it cannot be read. */
static bool
run_file(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(path, "rb");
	uint8_t *copy;
	size_t size;

	if (!file)
		return false;
	size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	/* From the heap, so that a read beyond the end is seen. */
	copy = malloc(size ? size : 1);
	if (!copy)
		return false;
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	return true;
}

int
main(void)
{
	char folder[4096], path[8192];
	struct dirent **entries;
	const char *top = getenv("top_srcdir");
	int failures = 0;
	int count;

	snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s",
	    top ? top : ".", FUZZ_TARGET);
	count = scandir(folder, &entries, is_file, alphasort);
	if (count < 1) {
		printf("Bail out! no corpus in %s: %s\n", folder,
		    count < 0 ? strerror(errno) : "empty");
		return 1;
	}
	printf("1..1\n");
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s", folder,
		    entries[i]->d_name);
		printf("# %s\n", entries[i]->d_name);
		fflush(stdout);
		failures += !run_file(path);
		free(entries[i]);
	}
	free(entries);
	printf("%sok 1 - %s: %d files\n", failures ? "not " : "", FUZZ_TARGET,
	    count);
	return failures > 0;
}

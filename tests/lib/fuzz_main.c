/*
 * Runs a fuzz target over its corpus, without a fuzzer: one test in TAP for
 * each file of tests/fuzz/corpus/<target>/, in order of their names.  That a
 * target returns is the test; sanitizers and its own asserts do the rest.
 */
#include <dirent.h>
#include <errno.h>
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
static int
run_file(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file)
		return 0;
	size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	/* From the heap, so that a read beyond the end is seen. */
	uint8_t *copy = malloc(size ? size : 1);
	if (!copy)
		return 0;
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	return 1;
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
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		int ok;

		snprintf(path, sizeof path, "%s/%s", folder,
		    entries[i]->d_name);
		ok = run_file(path);
		failures += !ok;
		printf("%sok %d - %s\n", ok ? "" : "not ", i + 1,
		    entries[i]->d_name);
		fflush(stdout);
		free(entries[i]);
	}
	free(entries);
	return failures > 0;
}

/*
 * Reads JSON documents, one a line, and writes for each its canonical text, a
 * tab, and the text's SHA-1; or why it was refused.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/json.h"

static void
canonicalise(struct weft__json *json, const char *line, size_t size)
{
	struct weft_error error;
	struct weft__oid oid;
	char hash[WEFT__OID_HEX + 1];

	if (weft__json_scan(
		json, line, size, &weft__json_record_limits, &error)) {
		printf("refused: %s\n", error.text);
		return;
	}
	weft__sha1(json->text.data, json->text.size, &oid);
	weft__oid_format(&oid, hash);
	fwrite(json->text.data, 1, json->text.size, stdout);
	printf("\t%s\n", hash);
}

int
main(void)
{
	struct weft__json json;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;

	weft__json_init(&json);
	while ((size = getline(&line, &capacity, stdin)) > 0)
		canonicalise(&json, line,
		    (size_t)size - (line[size - 1] == '\n'));
	weft__json_fini(&json);
	free(line);
	return ferror(stdin) || fflush(stdout) ? 1 : 0;
}

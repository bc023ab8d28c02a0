/*
 * The scanner against tests/data/canonical-json.tsv: documents, and canonical
 * text and SHA-1 as the package canonical-json makes them
 * (tests/interop/vectors.sh).
 */
#include "tests/lib/json.h"

#include <stdio.h>

#include "core/base/hash.h"

/* More than the file has lost would go unnoticed without it. */
#define VECTORS_MIN 160

/* The text up to the next tab or newline, and what follows. */
static struct weft_slice
next_field(char **at)
{
	size_t size = strcspn(*at, "\t\n");
	struct weft_slice field = weft_slice_of(*at, size);

	assert_int_not_equal((*at)[size], '\0');
	*at += size + 1;
	return field;
}

static void
check_vector(struct weft__json *json, char *line)
{
	struct weft_slice document = next_field(&line);
	struct weft_slice canonical = next_field(&line);
	struct weft_slice sha1 = next_field(&line);
	struct weft_error error = {0, ""};
	struct weft__oid oid, expected;

	if (test_scan(json, document.data, document.size,
		&weft__json_record_limits, &error))
		fail_msg("%.*s: %s", (int)document.size, document.data,
		    error.text);
	if (!weft_slice_equal(weft_buf_slice(&json->text), canonical))
		fail_msg("%.*s\n gives %s\n not   %.*s", (int)document.size,
		    document.data, json->text.data, (int)canonical.size,
		    canonical.data);
	assert_true(weft__oid_parse(sha1, &expected));
	weft__sha1(json->text.data, json->text.size, &oid);
	assert_memory_equal(&oid, &expected, sizeof oid);
}

static void
json_scan__agrees_with_canonical_json(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096], *line = NULL;
	struct weft__json json;
	size_t capacity = 0;
	int count = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/data/canonical-json.tsv",
	    top ? top : ".");
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s cannot be read", path);
	weft__json_init(&json);
	for (; getline(&line, &capacity, file) > 0; count++)
		check_vector(&json, line);
	assert_true(count >= VECTORS_MIN);
	weft__json_fini(&json);
	free(line);
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_scan__agrees_with_canonical_json),
	};

	return cmocka_run_group_tests_name("json_vectors", tests, NULL, NULL);
}

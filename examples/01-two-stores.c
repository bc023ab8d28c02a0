/*
 * Two databases that hold the same notes.  One gets two notes, a replication
 * brings them to the other, whose history is then a git repository:
 *
 *     01-two-stores a.db b.db && git -C b.db.git log
 */
#include <stdio.h>
#include <stdlib.h>

#include <weft/weft.h>

static const char definition[] =
    "{\"name\": \"Note\", \"trackChanges\": true, \"properties\": {"
    "\"id\": {\"type\": \"string\", \"id\": true},"
    "\"text\": {\"type\": \"string\"}}}";

static struct weft_error error;

/* Every call returns 0, or a code with a text in 'error'. */
static void
check(int code)
{
	if (!code)
		return;
	fprintf(stderr, "%s: %s\n", weft_error_name(code), error.text);
	exit(1);
}

int
main(int argc, char **argv)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct weft_registry *registries[2];
	struct weft_model *models[2];
	struct weft_source *sources[2];

	if (argc != 3)
		check(weft_error_set(&error, WEFT_EINVAL, "give two files"));
	for (int i = 0; i < 2; i++) {
		struct weft_datasource *datasource;

		check(weft_registry_open_file(
		    argv[1 + i], NULL, &registries[i], &error));
		datasource = weft_registry_datasource_at(registries[i], 0);
		check(weft_registry_define(registries[i], datasource,
		    weft_slice(definition), &models[i], &error));
		check(weft_source_open_datasource(
		    datasource, &sources[i], &error));
	}

	check(weft_record_create(models[0], NULL,
	    weft_slice("[{\"id\": \"1\", \"text\": \"warp\"},"
		       " {\"id\": \"2\", \"text\": \"weft\"}]"),
	    NULL, &error));
	replication.source = sources[0];
	replication.target = sources[1];
	check(weft_replicate(&replication, &result, &error));
	printf("%d notes sent, %s\n", (int)result.applied,
	    result.roots == WEFT_ROOTS_EQUAL ? "both sides are equal" :
	    "the sides differ");

	weft_replication_result_fini(&result);
	for (int i = 0; i < 2; i++) {
		weft_source_destroy(sources[i]);
		weft_registry_destroy(registries[i]);
	}
	return 0;
}

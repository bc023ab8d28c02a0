/*
 * Filtered replication: a phone that holds only the open tasks of one person,
 * and sends back what it did to them.
 *
 *     03-filter server.db phone.db
 */
#include <stdio.h>
#include <stdlib.h>

#include <weft/weft.h>

static const char definition[] =
    "{\"name\": \"Task\", \"trackChanges\": true, \"properties\": {"
    "\"id\": {\"type\": \"string\", \"id\": true},"
    "\"who\": {\"type\": \"string\", \"index\": true},"
    "\"done\": {\"type\": \"boolean\"}}}";

static const char tasks[] =
    "[{\"id\": \"1\", \"who\": \"ada\", \"done\": false},"
    " {\"id\": \"2\", \"who\": \"ada\", \"done\": true},"
    " {\"id\": \"3\", \"who\": \"ben\", \"done\": false}]";

static const char filter[] =
    "{\"where\": {\"who\": \"ada\", \"done\": false}}";

static struct weft_error error;

static void
check(int code)
{
	if (!code)
		return;
	fprintf(stderr, "%s: %s\n", weft_error_name(code), error.text);
	exit(1);
}

static void
replicate(struct weft_source *source, struct weft_source *target,
    const char *only)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;

	replication.source = source;
	replication.target = target;
	replication.filter = weft_slice(only);
	check(weft_replicate(&replication, &result, &error));
	printf("%d tasks sent\n", (int)result.applied);
	weft_replication_result_fini(&result);
}

int
main(int argc, char **argv)
{
	struct weft_registry *registries[2];
	struct weft_model *models[2];
	struct weft_source *sources[2];
	uint64_t count;

	if (argc != 3)
		check(weft_error_set(&error, WEFT_EINVAL, "give two files"));
	for (int i = 0; i < 2; i++) {
		check(weft_registry_open_file(
		    argv[1 + i], NULL, &registries[i], &error));
		check(weft_registry_define(registries[i],
		    weft_registry_datasource_at(registries[i], 0),
		    weft_slice(definition), &models[i], &error));
		check(weft_source_open_datasource(
		    weft_model_datasource(models[i]), &sources[i], &error));
	}
	check(weft_record_create(
	    models[0], NULL, weft_slice(tasks), NULL, &error));
	replicate(sources[0], sources[1], filter);
	check(weft_record_patch(models[1], NULL, weft_slice("1"),
	    weft_slice("{\"done\": true}"), NULL, &error));
	replicate(sources[1], sources[0], NULL);
	check(weft_record_count(models[0], NULL,
	    weft_slice("{\"done\": true}"), &count, &error));
	printf("%d tasks are done\n", (int)count);
	for (int i = 0; i < 2; i++) {
		weft_source_destroy(sources[i]);
		weft_registry_destroy(registries[i]);
	}
	return 0;
}

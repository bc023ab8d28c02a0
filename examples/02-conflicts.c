/*
 * A conflict resolver: both sides have changed one shopping list, and a
 * function decides, seeing what each has made of it.
 *
 *     02-conflicts a.db b.db
 */
#include <stdio.h>
#include <stdlib.h>

#include <weft/weft.h>

static const char definition[] =
    "{\"name\": \"List\", \"trackChanges\": true, \"properties\": {"
    "\"id\": {\"type\": \"string\", \"id\": true}}}";

static struct weft_error error;

static void
check(int code)
{
	if (!code)
		return;
	fprintf(stderr, "%s: %s\n", weft_error_name(code), error.text);
	exit(1);
}

/* The resolver: writes to 'data' what both sides shall have. */
static enum weft_resolution
decide(struct weft_conflict *conflict, struct weft_buf *data, void *context)
{
	struct weft_buf base = WEFT_BUF_INIT(1024);
	struct weft_buf ours = WEFT_BUF_INIT(1024);
	struct weft_buf theirs = WEFT_BUF_INIT(1024);

	check(weft_conflict_models(
	    conflict, &ours, &theirs, &base, NULL, &error));
	printf("it was %s\nours   %s\ntheirs %s\n", base.data, ours.data,
	    theirs.data);
	check(weft_buf_printf(
	    data, "{\"id\": \"1\", \"milk\": 2, \"bread\": 1}"));
	weft_buf_fini(&base);
	weft_buf_fini(&ours);
	weft_buf_fini(&theirs);
	return WEFT_RESOLVE_MANUAL;
}

static void
put(struct weft_model *model, const char *json)
{
	check(weft_record_replace_or_create(
	    model, NULL, weft_slice(json), NULL, &error));
}

static void
replicate(struct weft_source *source, struct weft_source *target)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;

	replication.source = source;
	replication.target = target;
	replication.resolver = decide;
	check(weft_replicate(&replication, &result, &error));
	printf("%d sent, %d conflicts resolved, %d left\n",
	    (int)result.applied, (int)result.resolved, (int)result.length);
	weft_replication_result_fini(&result);
}

int
main(int argc, char **argv)
{
	struct weft_registry *registries[2];
	struct weft_model *models[2];
	struct weft_source *sources[2];

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
	put(models[0], "{\"id\": \"1\"}");
	replicate(sources[0], sources[1]);
	put(models[0], "{\"id\": \"1\", \"milk\": 2}");
	put(models[1], "{\"id\": \"1\", \"bread\": 1}");
	replicate(sources[0], sources[1]);
	for (int i = 0; i < 2; i++) {
		weft_source_destroy(sources[i]);
		weft_registry_destroy(registries[i]);
	}
	return 0;
}

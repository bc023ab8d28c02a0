#define _XOPEN_SOURCE 700 /* nftw */

#include "tests/lib/fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

static const char definition[] =
    "{\"name\":\"Todo\",\"trackChanges\":true,\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true,\"defaultFn\":\"guid\"},"
    "\"title\":\"string\",\"done\":\"boolean\",\"rank\":\"number\"}}";

static uint64_t
fixture_now(void *context)
{
	return *(const uint64_t *)context;
}

static void
fixture_random(void *context, void *data, size_t size)
{
	weft__clock_random(&weft__clock_system, data, size);
}

void
fixture_assert_ok(struct fixture *fixture, int code, const char *file, int line)
{
	if (code) {
		print_error("%s: %s\n", weft_error_name(code),
		    fixture->error.text);
		_fail(file, line);
	}
}

void
fixture_reopen_empty(struct fixture *fixture, const char *settings)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;

	weft_registry_destroy(fixture->registry);
	fixture->registry = NULL;
	options.clock = &fixture->clock;
	options.holder = "test";
	fixture_ok(fixture, weft_registry_create(&options, &fixture->registry,
				&fixture->error));
	fixture_ok(fixture, weft_registry_add_datasource(fixture->registry,
				"db", weft_slice(settings), fixture->directory,
				&fixture->datasource, &fixture->error));
}

void
fixture_reopen(struct fixture *fixture, const char *settings)
{
	fixture_reopen_empty(fixture, settings);
	fixture_ok(fixture, weft_registry_define(fixture->registry,
				fixture->datasource, weft_slice(definition),
				&fixture->model, &fixture->error));
}

void
fixture_open(struct fixture *fixture, const char *settings)
{
	memset(fixture, 0, sizeof *fixture);
	/* Tests write durably and often: in memory, if there is room. */
	snprintf(fixture->directory, sizeof fixture->directory,
	    "%s/weft-test-XXXXXX",
	    access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(fixture->directory));
	fixture->now_ms = 1700000000000;
	fixture->clock = (struct weft_clock){
	    fixture_now, fixture_random, &fixture->now_ms};
	fixture_reopen(fixture, settings);
}

static int
remove_entry(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	return remove(path);
}

void
fixture_remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void
fixture_close(struct fixture *fixture)
{
	weft_registry_destroy(fixture->registry);
	fixture_remove_tree(fixture->directory);
}

void
fixture_put(struct fixture *fixture, const char *json)
{
	fixture_ok(fixture, weft_record_replace_or_create(fixture->model, NULL,
				weft_slice(json), NULL, &fixture->error));
}

void
fixture_delete(struct fixture *fixture, const char *id)
{
	fixture_ok(fixture, weft_record_delete_by_id(fixture->model, NULL,
				weft_slice(id), NULL, &fixture->error));
}

uint64_t
fixture_checkpoint(struct fixture *fixture)
{
	uint64_t checkpoint;

	fixture_ok(fixture, weft_datasource_checkpoint(fixture->datasource,
				&checkpoint, &fixture->error));
	return checkpoint;
}

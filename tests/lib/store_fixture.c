#include "tests/lib/store_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/store/name.h"
#include "core/store/ref.h"
#include "core/store/store_internal.h"
#include "core/store/tombstone.h"
#include "core/store/tree.h"
#include "tests/lib/test.h"

void
store_fixture_assert_ok(struct store_fixture *fixture, int code,
    const char *file, int line)
{
	if (code) {
		print_error("%s: %s\n", weft_error_name(code),
		    fixture->error.text);
		_fail(file, line);
	}
}

static void
open_store(struct store_fixture *fixture)
{
	store_ok(fixture, weft__store_open(fixture->path, STORE_SOURCE,
	                      WEFT__STORE_CREATE, &fixture->store,
	                      &fixture->error));
	store_ok(fixture,
	    weft__store_lock(fixture->store, "test", &fixture->error));
}

void
store_fixture_open(struct store_fixture *fixture)
{
	memset(fixture, 0, sizeof *fixture);
	snprintf(fixture->directory, sizeof fixture->directory,
	    "/tmp/weft-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof fixture->path, "%s/store.git",
	    fixture->directory);
	memory_feed_init(&fixture->feed);
	open_store(fixture);
}

void
store_fixture_reopen(struct store_fixture *fixture)
{
	weft__store_close(fixture->store);
	fixture->store = NULL;
	open_store(fixture);
}

/* Visits a directory's entries, what is below each before itself. */
static void
visit_files(const char *path, void (*visit)(const char *path, void *context),
    void *context)
{
	char inner[1024];
	DIR *list = opendir(path);
	const struct dirent *entry;

	while (list && (entry = readdir(list))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		if (entry->d_type == DT_DIR)
			visit_files(inner, visit, context);
		visit(inner, context);
	}
	if (list)
		closedir(list);
}

static void
remove_file(const char *path, void *context)
{
	assert_int_equal(remove(path), 0);
}

struct suffix_count {
	const char *suffix;
	unsigned count;
};

static void
count_file(const char *path, void *context)
{
	struct suffix_count *files = context;
	size_t size = strlen(path), suffix_size = strlen(files->suffix);

	files->count += size > suffix_size &&
	    !strcmp(path + size - suffix_size, files->suffix);
}

unsigned
store_count_files(const struct store_fixture *fixture, const char *suffix)
{
	struct suffix_count files = {suffix, 0};

	visit_files(fixture->path, count_file, &files);
	return files.count;
}

void
store_fixture_close(struct store_fixture *fixture)
{
	weft__store_close(fixture->store);
	memory_feed_fini(&fixture->feed);
	visit_files(fixture->directory, remove_file, NULL);
	assert_int_equal(remove(fixture->directory), 0);
}

void
store_put(struct store_fixture *fixture, const char *model, const char *id,
    const char *body)
{
	memory_feed_put(&fixture->feed, model, weft_slice(id), body);
}

void
store_project(struct store_fixture *fixture)
{
	struct weft__feed feed = memory_feed(&fixture->feed);

	store_ok(fixture, weft__project(fixture->store, &feed, STORE_EPOCH,
	                      &fixture->result, &fixture->error));
}

/* What the feed says, picked from all its records. */
struct pick {
	struct store_fixture *fixture;
	const char *model;
	enum weft__store_part part;
	struct naive_record *records;
	size_t count;
};

static bool
pick_record(struct weft_slice key, void *value, void *context)
{
	struct pick *pick = context;
	const struct memory_row *row =
	    &pick->fixture->feed.rows[(uintptr_t)value - 1];
	struct naive_record *record = &pick->records[pick->count];
	char tombstone[WEFT__TOMBSTONE_ROOM];
	struct weft__oid prev = {{0}};
	bool live = row->body != NULL;

	if (row->model_size != strlen(pick->model) ||
	    memcmp(key.data, pick->model, row->model_size) != 0 ||
	    live != (pick->part == WEFT__STORE_LIVE))
		return true;
	record->id = weft_slice_of(
	    row->key + row->model_size + 1, row->id_size);
	record->blob = row->blob;
	if (!live) {
		if (row->before)
			prev = pick->fixture->feed.rows[row->before - 1].blob;
		weft__object_id("blob", tombstone,
		    weft__tombstone_format(&prev, tombstone), &record->blob);
	}
	pick->count++;
	return true;
}

void
store_assert_root_is(struct store_fixture *fixture, const char *model,
    enum weft__store_part part, const struct weft__oid *root)
{
	struct weft__oid found;
	char found_hex[WEFT__OID_HEX + 1], hex[WEFT__OID_HEX + 1];

	store_ok(fixture, weft__store_root_at(fixture->store, NULL, part,
	                      weft_slice(model), &found, &fixture->error));
	weft__oid_format(&found, found_hex);
	weft__oid_format(
	    weft__tree_is_empty(root) ? &weft__tree_empty : root, hex);
	assert_string_equal(found_hex, hex);
}

void
store_assert_roots(struct store_fixture *fixture, const char *model)
{
	static const enum weft__store_part parts[] = {
	    WEFT__STORE_LIVE, WEFT__STORE_DELETED};
	struct weft__oid root;

	for (size_t i = 0; i < 2; i++) {
		struct pick pick = {fixture, model, parts[i], NULL, 0};

		pick.records = calloc(
		    fixture->feed.count + 1, sizeof *pick.records);
		assert_non_null(pick.records);
		weft__map_each(&fixture->feed.last, pick_record, &pick);
		naive_trie_root(pick.records, pick.count, &root);
		free(pick.records);
		store_assert_root_is(fixture, model, parts[i], &root);
	}
}

int
store_read_peer(struct store_fixture *fixture, const char *peer,
    struct weft__oid *commit)
{
	char ref[WEFT__REF_ROOM];

	weft__name_peer_ref(weft_slice(STORE_SOURCE), weft_slice(peer), ref);
	return weft__ref_read(
	    &fixture->store->directory, ref, commit, &fixture->error);
}

void
store_shell(struct store_fixture *fixture, const char *command,
    const char *output)
{
	char line[2048], got[4096];
	FILE *pipe;
	size_t size;

	snprintf(line, sizeof line,
	    "cd %s && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null"
	    " GIT_TERMINAL_PROMPT=0 HOME=%s && { %s; } 2>&1",
	    fixture->path, fixture->directory, command);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	size = fread(got, 1, sizeof got - 1, pipe);
	got[size] = '\0';
	if (pclose(pipe) != 0)
		fail_msg("%s: %s", command, got);
	if (output)
		assert_string_equal(got, output);
}

static int
print_problem(const struct weft__store_problem *problem, void *context)
{
	unsigned *count = context;

	print_error("%s\n", problem->text);
	++*count;
	return 0;
}

void
store_assert_verify(struct store_fixture *fixture)
{
	unsigned count = 0;

	store_ok(fixture, weft__store_verify(fixture->store, true,
	                      print_problem, NULL, &count, &fixture->error));
	assert_int_equal(count, 0);
}

void
store_assert_fsck(struct store_fixture *fixture)
{
	store_shell(fixture,
	    "git fsck --strict --no-dangling --no-progress", "");
}

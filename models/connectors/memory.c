/*
 * The memory connector: connecting, sessions, and access to the map.
 */
#include "models/connectors/memory_private.h"

#include <jansson.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/connectors/connectors.h"

/* Bytes of a key: an id, NUL and a number. */
#define KEY_LIMIT ((size_t)WEFT_LIMIT_ID_SIZE + 9)

int
weft__memory_no_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

struct weft__memory_session *
weft__memory_session(struct weft_connector_session *session)
{
	return (struct weft__memory_session *)session;
}

/* LoopBack's memory connector can keep a file; ours does not, and must not
 * seem to. */
static int
check_settings(struct weft_slice text, struct weft_error *error)
{
	json_t *settings = json_loadb(text.data, text.size, 0, NULL);
	bool is_object = json_is_object(settings);
	bool has_file = json_object_get(settings, "file") != NULL;

	json_decref(settings);
	if (!is_object)
		return weft_error_set(error, WEFT_ECONFIG,
		    "settings: expected a JSON object");
	if (has_file)
		return weft_error_set(error, WEFT_ECONFIG,
		    "file: the memory connector keeps nothing; "
		    "use the connector sqlite3");
	return 0;
}

static int
memory_open(struct weft_slice settings, const char *directory,
    bool read_only, struct weft_connector **connector,
    struct weft_error *error)
{
	struct weft__memory *memory;
	int code = check_settings(settings, error);

	if (code)
		return code;
	memory = weft__calloc(1, sizeof *memory);
	if (!memory)
		return weft__memory_no_memory(error);
	memory->base.ops = &weft__connector_memory;
	memory->read_only = read_only;
	pthread_mutex_init(&memory->mutex, NULL);
	weft__versions_init(&memory->versions);
	*connector = &memory->base;
	return 0;
}

/* Frees the last version; an item that is in two tables by one of them. */
static void
free_tables(struct weft__memory *memory)
{
	struct weft__memory_tables *tables = memory->committed;

	for (size_t i = 0; tables && i < tables->length; i++) {
		size_t table = i % WEFT__MEMORY_TABLES;

		weft__ordered_fini(&tables->maps[i], &memory->versions,
		    i < WEFT__MEMORY_TABLES ||
		        (table != WEFT__MEMORY_RECORD &&
		            table != WEFT__MEMORY_TOMBSTONE));
	}
	weft__versions_free(&memory->versions, tables);
}

static void
memory_close(struct weft_connector *connector)
{
	struct weft__memory *memory = (struct weft__memory *)connector;

	if (!memory)
		return;
	for (size_t i = 0; i < memory->models_length; i++)
		weft__free(memory->models[i]);
	weft__free(memory->models);
	free_tables(memory);
	weft__versions_fini(&memory->versions);
	pthread_mutex_destroy(&memory->mutex);
	weft__free(memory);
}

/* The index of the model of this name, added if it is new; -1: no memory. */
static int
index_model(struct weft__memory *memory, const char *name)
{
	size_t index = 0;

	while (index < memory->models_length &&
	    strcmp(memory->models[index], name) != 0)
		index++;
	if (index < memory->models_length)
		return (int)index;
	if (!weft__grow(&memory->models, &memory->models_capacity, index + 1,
		sizeof *memory->models))
		return -1;
	memory->models[index] = weft__strdup(name);
	if (!memory->models[index])
		return -1;
	memory->models_length++;
	return (int)index;
}

static int
memory_define(struct weft_connector *connector,
    struct weft_connector_model *model, struct weft_error *error)
{
	struct weft__memory *memory = (struct weft__memory *)connector;
	int index;

	pthread_mutex_lock(&memory->mutex);
	index = index_model(memory, model->name);
	pthread_mutex_unlock(&memory->mutex);
	if (index < 0)
		return weft__memory_no_memory(error);
	model->index = index;
	return 0;
}

/* Takes the one right to write. */
static int
take_writing(struct weft__memory *memory, struct weft_error *error)
{
	bool taken;

	if (memory->read_only)
		return weft_error_set(error, WEFT_EREADONLY,
		    "the memory database is open for reading only");
	pthread_mutex_lock(&memory->mutex);
	taken = memory->writing;
	memory->writing = true;
	pthread_mutex_unlock(&memory->mutex);
	if (taken)
		return weft_error_set(error, WEFT_ELOCKED,
		    "there is a writing session already");
	return 0;
}

static void
give_writing(struct weft__memory *memory)
{
	pthread_mutex_lock(&memory->mutex);
	memory->writing = false;
	pthread_mutex_unlock(&memory->mutex);
}

static int
memory_session_open(struct weft_connector *connector, bool writing,
    struct weft_connector_session **session, struct weft_error *error)
{
	struct weft__memory *memory = (struct weft__memory *)connector;
	struct weft__memory_session *made;
	int code = writing ? take_writing(memory, error) : 0;

	if (code)
		return code;
	made = weft__calloc(1, sizeof *made);
	if (!made) {
		if (writing)
			give_writing(memory);
		return weft__memory_no_memory(error);
	}
	made->base.ops = &weft__connector_memory;
	made->memory = memory;
	made->writing = writing;
	weft_buf_init(&made->key, KEY_LIMIT);
	*session = &made->base;
	return 0;
}

static void
memory_rollback(struct weft_connector_session *base)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory *memory = session->memory;

	session->marks_length = 0;
	session->tables = NULL;
	if (session->writing) {
		weft__versions_rollback(&memory->versions);
		return;
	}
	pthread_mutex_lock(&memory->mutex);
	weft__versions_leave(&memory->versions, &session->reader);
	pthread_mutex_unlock(&memory->mutex);
}

static void
memory_session_close(struct weft_connector_session *base)
{
	struct weft__memory_session *session = weft__memory_session(base);

	if (!session)
		return;
	memory_rollback(base);
	if (session->writing)
		give_writing(session->memory);
	weft__free(session->marks);
	weft_buf_fini(&session->key);
	weft__free(session);
}

static int
memory_begin(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory *memory = session->memory;

	if (session->writing)
		weft__versions_begin(&memory->versions);
	pthread_mutex_lock(&memory->mutex);
	session->tables = memory->committed;
	if (!session->writing)
		weft__versions_enter(&memory->versions, &session->reader);
	pthread_mutex_unlock(&memory->mutex);
	return 0;
}

static int
memory_commit(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory *memory = session->memory;
	struct weft__version_block *refuse;

	if (session->writing) {
		pthread_mutex_lock(&memory->mutex);
		memory->committed = session->tables;
		refuse = weft__versions_commit(&memory->versions);
		pthread_mutex_unlock(&memory->mutex);
		weft__versions_dump(&memory->versions, refuse);
	}
	memory_rollback(base);
	return 0;
}

static int
memory_mark(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory_mark *mark;

	if (!weft__grow(&session->marks, &session->marks_capacity,
		session->marks_length + 1, sizeof *session->marks))
		return weft__memory_no_memory(error);
	mark = &session->marks[session->marks_length++];
	mark->tables = session->tables;
	weft__versions_mark(&session->memory->versions, &mark->mark);
	return 0;
}

static int
memory_undo(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory_mark *mark =
	    &session->marks[--session->marks_length];

	session->tables = mark->tables;
	weft__versions_undo(&session->memory->versions, &mark->mark);
	return 0;
}

static int
memory_keep(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);

	weft__versions_keep(&session->memory->versions,
	    &session->marks[--session->marks_length].mark);
	return 0;
}

const struct weft_connector_ops weft__connector_memory = {
    .version = 1,
    .name = "memory",
    .durable = false,
    .open = memory_open,
    .close = memory_close,
    .define = memory_define,
    .session_open = memory_session_open,
    .session_close = memory_session_close,
    .begin = memory_begin,
    .commit = memory_commit,
    .rollback = memory_rollback,
    .mark = memory_mark,
    .undo = memory_undo,
    .keep = memory_keep,
    .get = weft__memory_get,
    .get_tombstone = weft__memory_get_tombstone,
    .insert = weft__memory_insert,
    .update = weft__memory_update,
    .bury = weft__memory_bury,
    .forget = weft__memory_forget,
    .find = weft__memory_find,
    .count = weft__memory_count,
    .scan = weft__memory_scan,
    .journal_append = weft__memory_journal_append,
    .journal_read = weft__memory_journal_read,
    .journal_seek = weft__memory_journal_seek,
    .journal_range = weft__memory_journal_range,
    .journal_prune = weft__memory_journal_prune,
    .pending_put = weft__memory_pending_put,
    .pending_get = weft__memory_pending_get,
    .pending_prune = weft__memory_pending_prune,
    .meta_get = weft__memory_meta_get,
    .meta_put = weft__memory_meta_put,
    .meta_each = weft__memory_meta_each,
    .meta_from = weft__memory_meta_from,
};

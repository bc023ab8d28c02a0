/*
 * The memory connector: connecting, sessions, and access to the map.
 */
#include "models/connectors/memory_private.h"

#include <jansson.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/connectors/connectors.h"

/* Bytes of a row: a record's body and hidden properties, its track row. */
#define ROW_LIMIT (3 * (size_t)WEFT_LIMIT_RECORD_SIZE)

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

struct weft__memory_session *
weft__memory_change(struct weft_connector_session *base)
{
	struct weft__memory_session *session = weft__memory_session(base);

	weft__ordered_unref(session->held);
	session->held = weft__ordered_ref(session->tree);
	return session;
}

static void
append_number(char *bytes, uint64_t number, int size)
{
	while (size-- > 0) {
		bytes[size] = (char)number;
		number >>= 8;
	}
}

int
weft__memory_key(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft_slice id,
    struct weft_slice *key, struct weft_error *error)
{
	char start[5] = {(char)table};

	append_number(start + 1, (uint64_t)model, 4);
	weft_buf_clear(&session->key);
	if (weft_buf_append(&session->key, start, sizeof start) ||
	    weft_buf_append_slice(&session->key, id))
		return weft__memory_no_memory(error);
	*key = weft_buf_slice(&session->key);
	return 0;
}

int
weft__memory_key_at(struct weft__memory_session *session,
    enum weft__memory_table table, int model, uint64_t position,
    struct weft_slice *key, struct weft_error *error)
{
	char bytes[8];

	append_number(bytes, position, sizeof bytes);
	return weft__memory_key(session, table, model,
	    weft_slice_of(bytes, sizeof bytes), key, error);
}

uint64_t
weft__memory_position(struct weft_slice key)
{
	uint64_t position = 0;

	for (size_t i = key.size - 8; i < key.size; i++)
		position = position << 8 | (unsigned char)key.data[i];
	return position;
}

bool
weft__memory_in_table(
    struct weft_slice key, enum weft__memory_table table, int model)
{
	char start[5] = {(char)table};

	append_number(start + 1, (uint64_t)model, 4);
	return memcmp(key.data, start, model < 0 ? 1 : sizeof start) == 0;
}

/* A value in a row: its size (all ones: no value), then its bytes. */
int
weft__memory_row(struct weft__memory_session *session,
    const struct weft_slice *values, size_t length, struct weft_slice *row,
    struct weft_error *error)
{
	int code = 0;

	weft_buf_clear(&session->row);
	for (size_t i = 0; !code && i < length; i++) {
		uint64_t size = values[i].data ? values[i].size : UINT64_MAX;

		code = weft_buf_append(&session->row, &size, sizeof size);
		if (!code && values[i].data)
			code = weft_buf_append_slice(
			    &session->row, values[i]);
	}
	*row = weft_buf_slice(&session->row);
	return code ? weft__memory_no_memory(error) : 0;
}

void
weft__memory_read_row(
    struct weft_slice row, struct weft_slice *values, size_t length)
{
	const char *at = row.data;
	uint64_t size;

	for (size_t i = 0; i < length; i++) {
		memcpy(&size, at, sizeof size);
		at += sizeof size;
		values[i] = weft_slice_of(NULL, 0);
		if (size == UINT64_MAX)
			continue;
		values[i] = weft_slice_of(at, (size_t)size);
		at += size;
	}
}

/* Makes 'tree' (given) the session's map. */
static void
replace_tree(struct weft__memory_session *session, struct weft__ordered *tree)
{
	weft__ordered_unref(session->tree);
	session->tree = tree;
}

int
weft__memory_put(struct weft__memory_session *session,
    struct weft_slice key, struct weft_slice row, struct weft_error *error)
{
	struct weft__ordered *made;

	if (weft__ordered_put(session->tree, key, row, &made))
		return weft__memory_no_memory(error);
	replace_tree(session, made);
	return 0;
}

int
weft__memory_remove(struct weft__memory_session *session,
    struct weft_slice key, struct weft_error *error)
{
	struct weft__ordered *made;

	if (weft__ordered_remove(session->tree, key, &made))
		return weft__memory_no_memory(error);
	replace_tree(session, made);
	return 0;
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
	*connector = &memory->base;
	return 0;
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
	weft__ordered_unref(memory->committed);
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
	weft_buf_init(&made->key, ROW_LIMIT);
	weft_buf_init(&made->row, ROW_LIMIT);
	*session = &made->base;
	return 0;
}

static void
memory_rollback(struct weft_connector_session *base)
{
	struct weft__memory_session *session = weft__memory_session(base);

	while (session->marks_length)
		weft__ordered_unref(session->marks[--session->marks_length]);
	weft__ordered_unref(session->held);
	session->held = NULL;
	replace_tree(session, NULL);
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
	weft_buf_fini(&session->row);
	weft__free(session);
}

static int
memory_begin(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory *memory = session->memory;

	pthread_mutex_lock(&memory->mutex);
	replace_tree(session, weft__ordered_ref(memory->committed));
	pthread_mutex_unlock(&memory->mutex);
	return 0;
}

static int
memory_commit(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft__memory *memory = session->memory;

	if (session->writing) {
		struct weft__ordered *before;

		pthread_mutex_lock(&memory->mutex);
		before = memory->committed;
		memory->committed = weft__ordered_ref(session->tree);
		pthread_mutex_unlock(&memory->mutex);
		weft__ordered_unref(before);
	}
	memory_rollback(base);
	return 0;
}

static int
memory_mark(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);

	if (!weft__grow(&session->marks, &session->marks_capacity,
		session->marks_length + 1, sizeof *session->marks))
		return weft__memory_no_memory(error);
	session->marks[session->marks_length++] =
	    weft__ordered_ref(session->tree);
	return 0;
}

static int
memory_undo(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);

	replace_tree(session, session->marks[--session->marks_length]);
	return 0;
}

static int
memory_keep(struct weft_connector_session *base, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);

	weft__ordered_unref(session->marks[--session->marks_length]);
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

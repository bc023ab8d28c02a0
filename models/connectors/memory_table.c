/*
 * The memory connector: tables, and the items in them.
 */
#include "models/connectors/memory_private.h"

/* Where a table is among those of a version. */
static size_t
place_of(enum weft__memory_table table, int model)
{
	return (size_t)(model + 1) * WEFT__MEMORY_TABLES + table;
}

const struct weft__ordered *
weft__memory_read(const struct weft__memory_session *session,
    enum weft__memory_table table, int model)
{
	static const struct weft__ordered empty;
	size_t place = place_of(table, model);

	return session->tables && place < session->tables->length
	    ? &session->tables->maps[place]
	    : &empty;
}

/* A table to be changed, by the writing session; NULL: out of memory. */
static struct weft__ordered *
own_table(struct weft__memory_session *session, enum weft__memory_table table,
    int model)
{
	struct weft__versions *versions = &session->memory->versions;
	struct weft__memory_tables *tables = session->tables, *made;
	size_t place = place_of(table, model), before = 0, length;

	if (tables)
		before = tables->length;
	if (place < before && weft__versions_is_own(versions, tables))
		return &tables->maps[place];
	length = place < before ? before : place + 1;
	made = weft__versions_make(
	    versions, sizeof *made + length * sizeof *made->maps);
	if (!made)
		return NULL;
	memset(made->maps, 0, length * sizeof *made->maps);
	if (tables) {
		memcpy(made->maps, tables->maps, before * sizeof *made->maps);
		weft__versions_give_up(versions, tables);
	}
	made->length = length;
	session->tables = made;
	return &made->maps[place];
}

/* A value in a row: its size (all ones: no value), then its bytes. */
static size_t
size_of_values(const struct weft__memory_row *row)
{
	size_t size = row->length * sizeof(uint32_t);

	for (size_t i = 0; i < row->length; i++)
		size += row->values[i].data ? row->values[i].size : 0;
	return size;
}

static char *
write_bytes(char *at, const void *bytes, size_t size)
{
	if (size)
		memcpy(at, bytes, size);
	return at + size;
}

static void
write_values(char *at, const struct weft__memory_row *row)
{
	for (size_t i = 0; i < row->length; i++) {
		struct weft_slice value = row->values[i];
		uint32_t size = value.data ? (uint32_t)value.size : UINT32_MAX;

		at = write_bytes(at, &size, sizeof size);
		if (value.data)
			at = write_bytes(at, value.data, value.size);
	}
}

int
weft__memory_make(struct weft__memory_session *session,
    const struct weft__memory_row *row, struct weft__ordered_item **item,
    struct weft_error *error)
{
	size_t size = size_of_values(row);
	struct weft__ordered_item *made = NULL;

	if (size < UINT32_MAX && row->key.size < UINT32_MAX)
		made = weft__versions_make(&session->memory->versions,
		    sizeof *made + row->key.size + size);
	if (!made)
		return weft__memory_no_memory(error);
	made->number = row->number;
	made->key_size = (uint32_t)row->key.size;
	made->value_size = (uint32_t)size;
	write_values(write_bytes(made->bytes, row->key.data, row->key.size),
	    row);
	*item = made;
	return 0;
}

void
weft__memory_values(const struct weft__ordered_item *item,
    struct weft_slice *values, size_t length)
{
	const char *at = weft__ordered_item_value(item).data;
	uint32_t size;

	for (size_t i = 0; i < length; i++) {
		memcpy(&size, at, sizeof size);
		at += sizeof size;
		values[i] = weft_slice_of(NULL, 0);
		if (size == UINT32_MAX)
			continue;
		values[i] = weft_slice_of(at, size);
		at += size;
	}
}

int
weft__memory_add(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft__ordered_item *item, struct weft_error *error)
{
	struct weft__ordered *map = own_table(session, table, model);
	int code = WEFT_ENOMEM;

	if (map)
		code = weft__ordered_add(
		    map, &session->memory->versions, key, item);
	return code == WEFT_ENOMEM ? weft__memory_no_memory(error) : code;
}

int
weft__memory_put(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft__ordered_item *item, struct weft__ordered_item **before,
    struct weft_error *error)
{
	struct weft__ordered *map = own_table(session, table, model);

	if (!map ||
	    weft__ordered_put(
	        map, &session->memory->versions, key, item, before))
		return weft__memory_no_memory(error);
	return 0;
}

int
weft__memory_remove(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft__ordered_item **before, struct weft_error *error)
{
	struct weft__ordered *map;

	*before = weft__ordered_find(
	    weft__memory_read(session, table, model), key);
	if (!*before)
		return 0;
	map = own_table(session, table, model);
	if (!map ||
	    weft__ordered_remove(
	        map, &session->memory->versions, key, before))
		return weft__memory_no_memory(error);
	return 0;
}

int
weft__memory_set(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    const struct weft__memory_row *row, struct weft_error *error)
{
	struct weft__ordered_item *item, *before = NULL;
	int code = weft__memory_make(session, row, &item, error);

	if (!code)
		code = weft__memory_put(
		    session, table, model, key, item, &before, error);
	if (before)
		weft__versions_give_up(&session->memory->versions, before);
	return code;
}

int
weft__memory_drop(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft_error *error)
{
	struct weft__ordered_item *before;
	int code = weft__memory_remove(
	    session, table, model, key, &before, error);

	if (!code && before)
		weft__versions_give_up(&session->memory->versions, before);
	return code;
}

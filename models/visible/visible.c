#include "models/visible/visible.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/definition/config.h"
#include "models/model.h"
#include "models/visible/text.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/*
 * The option.
 */

/* The property of this name, which records show. */
static int
read_property(struct weft__definition *definition, const json_t *json,
    const char *key, struct weft_slice *name, struct weft_error *error)
{
	const json_t *value = json_object_get(json, key);
	const char *text = json_string_value(value);
	const struct weft__property *property =
	    text ? weft__definition_find(definition, weft_slice(text)) : NULL;

	if (!value)
		return 0;
	if (!property || property->hidden)
		return weft__config_refuse(error, value,
		    "the name of a declared property that is not hidden",
		    "visibleTo.%s", key);
	*name = property->name;
	return 0;
}

int
weft__visible_read(struct weft__definition *definition, const json_t *json,
    struct weft_error *error)
{
	int code;

	if (!json)
		return 0;
	code = read_property(definition, json, "property",
	    &definition->visible_owner, error);
	if (!code)
		code = read_property(definition, json, "groups",
		    &definition->visible_groups, error);
	if (!code && !weft__visible_is_on(definition))
		code = weft__config_refuse(error, json,
		    "{\"property\": a name, \"groups\": a name}",
		    "visibleTo");
	return code;
}

/*
 * Keys.
 */

void
weft__visible_keys_fini(struct weft__visible_keys *keys)
{
	weft__free(keys->list);
	weft__arena_fini(&keys->arena);
	memset(keys, 0, sizeof *keys);
}

static bool
has_key(const struct weft__visible_keys *keys, struct weft_slice key)
{
	for (size_t i = 0; i < keys->length; i++)
		if (weft_slice_equal(keys->list[i].key, key))
			return true;
	return false;
}

static int
add_entry(struct weft__visible_keys *keys,
    const struct weft__visible_entry *entry, struct weft_error *error)
{
	struct weft__visible_entry *added;

	if (!weft__grow(&keys->list, &keys->capacity, keys->length + 1,
		sizeof *keys->list))
		return out_of_memory(error);
	added = &keys->list[keys->length];
	*added = *entry;
	if (weft__arena_copy(&keys->arena, entry->key, &added->key) ||
	    weft__arena_copy(&keys->arena, entry->rev, &added->rev))
		return out_of_memory(error);
	keys->length++;
	return 0;
}

/* Adds the key that a value stands for: text, or a number's; no other. */
static int
add_key(struct weft__visible_keys *keys, char kind,
    struct weft__json_value value, uint64_t seq, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft__visible_entry entry = {
	    .is_live = true,
	    .seq = seq,
	    .joined = seq,
	    .rev = weft_slice("-"),
	};
	int code = 0;

	if (value.type != WEFT__JSON_STRING &&
	    value.type != WEFT__JSON_NUMBER)
		return 0;
	code = weft__visible_key(kind, value, &text);
	entry.key = weft_buf_slice(&text);
	if (code)
		code = weft_error_set(error, code, "visibleTo: %s",
		    weft_error_text(code));
	else if (text.size > 2 && !has_key(keys, entry.key))
		code = add_entry(keys, &entry, error);
	weft_buf_fini(&text);
	return code;
}

static int
add_groups(struct weft__visible_keys *keys, struct weft__json_value value,
    uint64_t seq, struct weft_error *error)
{
	struct weft__json_value element;
	size_t offset = 0;
	int code = 0;

	if (value.type != WEFT__JSON_ARRAY)
		return add_key(keys, 'g', value, seq, error);
	while (!code && weft__json_element(value.token, &offset, &element))
		code = add_key(keys, 'g', element, seq, error);
	return code;
}

int
weft__visible_keys_of(struct weft__visible_keys *keys,
    const struct weft__definition *definition, struct weft_slice body,
    uint64_t seq, struct weft_error *error)
{
	struct weft__json_value root = weft__json_value_of(body);
	int code = 0;

	if (definition->visible_owner.data)
		code = add_key(keys, 'u',
		    weft__json_step(root, definition->visible_owner), seq,
		    error);
	if (!code && definition->visible_groups.data)
		code = add_groups(keys,
		    weft__json_step(root, definition->visible_groups), seq,
		    error);
	if (!code && keys->length > WEFT_LIMIT_VISIBLE_KEYS)
		code = weft_error_set(error, WEFT_ELIMIT,
		    "visibleTo: a record for more than %d users and groups",
		    WEFT_LIMIT_VISIBLE_KEYS);
	return code;
}

/* Takes one line of the value: L or G, four seqs, revision, key. */
static int
take_line(struct weft__visible_keys *keys, struct weft_slice line,
    struct weft_error *error)
{
	struct weft__visible_entry entry = {0};
	struct weft_slice words[7];

	if (!weft__visible_split(line, words, 7) ||
	    !weft__visible_number(words[1], &entry.seq) ||
	    !weft__visible_number(words[2], &entry.joined) ||
	    !weft__visible_number(words[3], &entry.left) ||
	    !weft__visible_number(words[4], &entry.came))
		return weft_error_set(
		    error, WEFT_EDAMAGED, "the keys of a record");
	entry.is_live = words[0].data[0] == 'L';
	entry.rev = words[5];
	entry.key = words[6];
	return add_entry(keys, &entry, error);
}

static int
write_id_name(const struct weft_model *model, struct weft_slice id,
    struct weft_buf *name)
{
	int code = weft_buf_printf(
	    name, "visible/id/%s/", weft_model_name(model));

	return code ? code : weft__visible_escape(id, name);
}

int
weft__visible_keys_load(struct weft__visible_keys *keys,
    struct weft_transaction *transaction, const struct weft_model *model,
    struct weft_slice id, struct weft_error *error)
{
	struct weft_buf name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice value, line;
	int code = write_id_name(model, id, &name);

	if (code)
		code = out_of_memory(error);
	else
		code = weft__transaction_meta_get(
		    transaction, name.data, &value, error);
	weft_buf_fini(&name);
	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	while (!code && weft__visible_line(&value, &line))
		code = take_line(keys, line, error);
	return code;
}

/*
 * Feeds.
 */

int
weft__visible_feed_name(const struct weft_model *model, struct weft_slice key,
    struct weft_buf *name)
{
	int code = weft_buf_printf(
	    name, "visible/at/%s/", weft_model_name(model));

	if (!code)
		code = weft_buf_append_slice(name, key);
	return code ? code : weft_buf_append(name, "/", 1);
}

/* A record's move from one place to another. */
struct move {
	struct weft_transaction *transaction;
	const struct weft_model *model;
	struct weft_slice id;
	bool is_deleted;
	uint64_t seq;
	const struct weft__visible_old *old;
	struct weft__visible_keys before, after;
	struct weft_error *error;
};

/* Puts the record's id at its place in a feed, or takes it away. */
static int
place(const struct move *move, struct weft_slice key, uint64_t seq,
    struct weft_slice id)
{
	struct weft_buf name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = weft__visible_feed_name(move->model, key, &name);

	if (!code)
		code = weft_buf_printf(&name, "%016" PRIx64, seq);
	if (code)
		code = out_of_memory(move->error);
	else
		code = weft__transaction_meta_put(
		    move->transaction, name.data, id, move->error);
	weft_buf_fini(&name);
	return code;
}

/* The key as it is after the write, if the record does not have it then. */
static struct weft__visible_entry
leave(const struct move *move, const struct weft__visible_entry *entry)
{
	struct weft__visible_entry left = *entry;

	/* A tombstone that is listed anew is so for all who knew it. */
	if (entry->is_live || (move->is_deleted && !move->old->rev.size &&
	    entry->seq == move->old->seq))
		left.seq = move->seq;
	if (entry->is_live)
		left.rev = weft__rev_slice(&move->old->rev);
	if (!left.rev.size || memchr(left.rev.data, ' ', left.rev.size))
		left.rev = weft_slice("-"); /* it cannot be written down */
	left.is_live = false;
	return left;
}

/* What is known of a key that the record still has, or has again. */
static void
stay(struct weft__visible_entry *now, const struct weft__visible_entry *before)
{
	if (before->is_live) {
		now->joined = before->joined;
		now->left = before->left;
		now->came = before->came;
	} else {
		now->left = before->seq;
		now->came = before->joined;
	}
	now->rev = before->rev;
}

static struct weft__visible_entry *
find_now(struct move *move, struct weft_slice key)
{
	for (size_t i = 0; i < move->after.length; i++)
		if (weft_slice_equal(move->after.list[i].key, key))
			return &move->after.list[i];
	return NULL;
}

/* Takes an old key over, or lets it go. */
static int
move_one(struct move *move, const struct weft__visible_entry *entry)
{
	struct weft__visible_entry *now = find_now(move, entry->key), left;
	int code = 0;

	left = leave(move, entry);
	if (now)
		stay(now, entry);
	if (now || left.seq != entry->seq)
		code = place(move, entry->key, entry->seq, weft_slice(NULL));
	if (code || now)
		return code;
	/* The oldest stand last; there must be an end. */
	if (move->after.length < 2 * WEFT_LIMIT_VISIBLE_KEYS)
		return add_entry(&move->after, &left, move->error);
	return place(move, entry->key, left.seq, weft_slice(NULL));
}

static int
move_old(struct move *move)
{
	int code = 0;

	for (size_t i = 0; i < move->before.length && !code; i++)
		code = move_one(move, &move->before.list[i]);
	return code;
}

static int
put_all(struct move *move)
{
	struct weft_buf name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf value = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = write_id_name(move->model, move->id, &name);

	for (size_t i = 0; i < move->after.length && !code; i++) {
		const struct weft__visible_entry *entry =
		    &move->after.list[i];

		code = weft_buf_printf(&value,
		    "%c %016" PRIx64 " %016" PRIx64 " %016" PRIx64
		    " %016" PRIx64 " %s %s\n",
		    entry->is_live ? 'L' : 'G', entry->seq, entry->joined,
		    entry->left, entry->came, entry->rev.data,
		    entry->key.data);
		if (!code && entry->seq == move->seq)
			code = place(move, entry->key, entry->seq, move->id);
	}
	if (!code && value.size)
		code = weft__transaction_meta_put(move->transaction,
		    name.data, weft_buf_slice(&value), move->error);
	else if (code)
		weft_error_set(move->error, code, "visibleTo: %s",
		    weft_error_text(code));
	weft_buf_fini(&name);
	weft_buf_fini(&value);
	return code;
}

int
weft__visible_write(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id, struct weft_slice body,
    uint64_t seq, const struct weft__visible_old *old,
    struct weft_error *error)
{
	struct move move = {
	    .transaction = transaction,
	    .model = model,
	    .id = id,
	    .is_deleted = !body.data,
	    .seq = seq,
	    .old = old,
	    .error = error,
	};
	int code = weft__visible_keys_load(
	    &move.before, transaction, model, id, error);

	if (!code && body.data)
		code = weft__visible_keys_of(
		    &move.after, model->definition, body, seq, error);
	if (!code)
		code = move_old(&move);
	if (!code)
		code = put_all(&move);
	weft__visible_keys_fini(&move.before);
	weft__visible_keys_fini(&move.after);
	return code;
}

/*
 * Viewers.
 */

bool
weft__viewer_has(const struct weft__viewer *viewer, struct weft_slice key)
{
	struct weft_slice id = {key.data + 2, key.size - 2};

	if (key.data[0] == 'u')
		return weft__visible_is_escaped(id, viewer->user);
	for (size_t i = 0; i < viewer->length; i++)
		if (weft__visible_is_escaped(id, viewer->groups[i]))
			return true;
	return false;
}

bool
weft__viewer_sees(const struct weft__viewer *viewer,
    const struct weft__visible_keys *keys, bool is_deleted)
{
	for (size_t i = 0; i < keys->length; i++)
		if ((keys->list[i].is_live || is_deleted) &&
		    weft__viewer_has(viewer, keys->list[i].key))
			return true;
	return false;
}

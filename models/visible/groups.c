/*
 * The groups of a viewer, and when he came to them or left.
 *
 * They are compared with those of the last time whenever he asks for changes:
 * what happened in between, he has not seen.  So the checkpoint under which a
 * change of groups is written down is above every position that he got
 * before it.
 */
#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/visible/text.h"
#include "models/visible/visible.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

void
weft__visible_groups_fini(struct weft__visible_groups *groups)
{
	weft__free(groups->list);
	weft__arena_fini(&groups->arena);
	memset(groups, 0, sizeof *groups);
}

/* Where the key is in the list, or belongs. */
static size_t
find_place(const struct weft__visible_groups *groups, struct weft_slice key)
{
	size_t low = 0, high = groups->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (weft__visible_key_order(
			groups->list[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct weft__visible_group *
find(const struct weft__visible_groups *groups, struct weft_slice key,
    size_t *at)
{
	*at = find_place(groups, key);
	return *at < groups->length &&
		weft_slice_equal(groups->list[*at].key, key)
	    ? &groups->list[*at] : NULL;
}

const struct weft__visible_group *
weft__visible_groups_find(
    const struct weft__visible_groups *groups, struct weft_slice key)
{
	size_t at;

	return find(groups, key, &at);
}

/* The group of this key; made as one that nobody has if there is none. */
static struct weft__visible_group *
take_group(struct weft__visible_groups *groups, struct weft_slice key)
{
	struct weft__visible_group *group, made = {0};
	size_t at;

	group = find(groups, key, &at);
	if (group)
		return group;
	if (!weft__grow(&groups->list, &groups->capacity, groups->length + 1,
		sizeof *groups->list) ||
	    weft__arena_copy(&groups->arena, key, &made.key))
		return NULL;
	group = &groups->list[at];
	memmove(group + 1, group, (groups->length++ - at) * sizeof *group);
	*group = made;
	return group;
}

/* An update under way. */
struct update {
	const struct weft__viewer *viewer;
	struct weft__visible_groups *groups;
	struct weft_buf name;
	bool is_known;   /* there was a last time */
	bool is_changed; /* it is to be written */
	bool tells;      /* he has been told of what he has again */
};

/* A line: H (held), N (the same, not told yet) or L (lost), checkpoint, seq,
 * key. */
static int
take_line(struct update *update, struct weft_slice line,
    struct weft_error *error)
{
	struct weft__visible_group *group;
	struct weft_slice words[4];
	uint64_t checkpoint, seq;

	if (!weft__visible_split(line, words, 4) ||
	    !weft__visible_number(words[1], &checkpoint) ||
	    !weft__visible_number(words[2], &seq))
		return weft_error_set(
		    error, WEFT_EDAMAGED, "the groups of a viewer");
	group = take_group(update->groups, words[3]);
	if (!group)
		return out_of_memory(error);
	group->is_held = words[0].data[0] != 'L';
	group->is_untold = words[0].data[0] == 'N';
	group->checkpoint = checkpoint;
	group->seq = seq;
	return 0;
}

static int
load(struct weft_transaction *transaction, struct update *update,
    struct weft_error *error)
{
	struct weft_slice value, line;
	int code;

	weft__visible_groups_fini(update->groups);
	code = weft__transaction_meta_get(
	    transaction, update->name.data, &value, error);
	update->is_known = !code;
	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	while (!code && weft__visible_line(&value, &line))
		code = take_line(update, line, error);
	return code;
}

/* Notes that the viewer has this group now. */
static int
take_present(
    struct update *update, struct weft_slice id, struct weft_buf *key)
{
	struct weft__visible_group *group = NULL;

	weft_buf_clear(key);
	if (!weft_buf_append(key, "g:", 2) && !weft__visible_escape(id, key))
		group = take_group(update->groups, weft_buf_slice(key));
	if (!group)
		return WEFT_ENOMEM;
	group->is_present = true;
	return 0;
}

/* Notes that a group came or went, now: at a seq that no row of the journal
 * has, so that it is clear what came before. */
static void
turn(struct weft_transaction *transaction, struct update *update,
    struct weft__visible_group *group)
{
	group->is_held = group->is_present;
	group->is_untold = group->is_held && group->seq;
	group->checkpoint =
	    update->is_known ? transaction->counters.checkpoint : 0;
	group->seq = transaction->counters.seq + 1;
	update->is_changed = true;
}

/* Compares with what the viewer has now. */
static int
compare(struct weft_transaction *transaction, struct update *update,
    struct weft_error *error)
{
	const struct weft__viewer *viewer = update->viewer;
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = 0;

	update->is_changed = !update->is_known;
	for (size_t i = 0; i < viewer->length && !code; i++)
		code = take_present(update, viewer->groups[i], &key);
	weft_buf_fini(&key);
	if (code)
		return out_of_memory(error);
	for (size_t i = 0; i < update->groups->length; i++) {
		struct weft__visible_group *group = &update->groups->list[i];

		if (group->is_present != group->is_held)
			turn(transaction, update, group);
	}
	return 0;
}

static int
look(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct update *update = context;
	int code = 0;

	if (!transaction->writing)
		code = weft__transaction_read_counters(transaction, error);
	if (!code)
		code = load(transaction, update, error);
	return code ? code : compare(transaction, update, error);
}

static char
kind_of(const struct weft__visible_group *group)
{
	if (!group->is_held)
		return 'L';
	return group->is_untold ? 'N' : 'H';
}

/* Appends the groups as they are kept. */
static int
print(const struct weft__visible_groups *groups, struct weft_buf *value)
{
	int code = weft_buf_reserve(value, 1);

	for (size_t i = 0; i < groups->length && !code; i++) {
		const struct weft__visible_group *group = &groups->list[i];

		code = weft_buf_printf(value,
		    "%c %016" PRIx64 " %016" PRIx64 " %s\n",
		    kind_of(group), group->checkpoint, group->seq,
		    group->key.data);
	}
	return code;
}

static int
write(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct update *update = context;
	struct weft_buf value = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = look(transaction, update, error);

	for (size_t i = 0; i < update->groups->length && update->tells; i++)
		update->groups->list[i].is_untold = false;
	update->is_changed = update->is_changed || update->tells;
	if (!code && print(update->groups, &value))
		code = out_of_memory(error);
	/* Without groups too: he has been here. */
	if (!code && update->is_changed)
		code = weft__transaction_meta_put(transaction,
		    update->name.data, weft_buf_slice(&value), error);
	if (!code && update->is_changed)
		code = weft__transaction_jump(transaction,
		    transaction->counters.seq + 1, 0, error);
	weft_buf_fini(&value);
	return code;
}

static int
run(struct update *update, struct weft_datasource *datasource,
    struct weft_error *error)
{
	int code = weft_buf_append(&update->name, "visible/user/", 13);

	if (!code)
		code = weft__visible_escape(
		    update->viewer->user, &update->name);
	if (code)
		code = out_of_memory(error);
	else
		code = weft__datasource_read(datasource, look, update, error);
	if (!code && (update->is_changed || update->tells) &&
	    !datasource->read_only)
		code = weft_datasource_transaction(
		    datasource, write, update, error);
	weft_buf_fini(&update->name);
	return code;
}

int
weft__visible_groups_update(struct weft__visible_groups *groups,
    struct weft_datasource *datasource, const struct weft__viewer *viewer,
    struct weft_error *error)
{
	struct update update = {
	    .viewer = viewer,
	    .groups = groups,
	    .name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	};

	return run(&update, datasource, error);
}

int
weft__visible_groups_tell(struct weft_datasource *datasource,
    const struct weft__viewer *viewer, struct weft_error *error)
{
	struct weft__visible_groups groups = {0};
	struct update update = {
	    .viewer = viewer,
	    .groups = &groups,
	    .name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .tells = true,
	};
	int code = run(&update, datasource, error);

	weft__visible_groups_fini(&groups);
	return code;
}

#include "core/repl/merge.h"

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/limits.h"

enum { BASE, SOURCE, TARGET, SIDES };

/* A name and what each side has under it: ABSENT if nothing. */
struct property {
	struct weft_slice name;
	struct weft__json_value values[SIDES];
};

/* What one whole merge shares. */
struct state {
	const struct weft__merge *merge;
	struct weft__arena texts; /* of objects that were merged in turn */
	struct weft_buf path;     /* of the object at hand, with its dots */
	bool clean;
	struct weft_error *error;
};

/* One level: the three objects, and the one that comes of them. */
struct level {
	struct weft__json sides[SIDES];
	size_t next[SIDES]; /* index of the member to look at */
	struct weft__json_member *members;
	size_t length;
	size_t capacity; /* of members */
};

static int merge_objects(struct state *state,
    const struct weft__json_value values[SIDES], struct weft_buf *merged);

static bool
same(const struct weft__json_value *a, const struct weft__json_value *b)
{
	return a->type == b->type &&
	    (a->type == WEFT__JSON_ABSENT ||
		weft_slice_equal(a->token, b->token));
}

static const struct weft__json_member *
peek(const struct level *level, int side)
{
	size_t next = level->next[side];

	if (next == level->sides[side].length)
		return NULL;
	return &level->sides[side].members[next];
}

/* The members stand in order: the lowest name is the next property. */
static bool
next_property(struct level *level, struct property *property)
{
	const struct weft__json_member *member, *lowest = NULL;

	for (int i = 0; i < SIDES; i++) {
		member = peek(level, i);
		if (member && (!lowest || weft__json_compare_names(
			member->name, lowest->name) < 0))
			lowest = member;
	}
	if (!lowest)
		return false;
	*property = (struct property){.name = lowest->name};
	for (int i = 0; i < SIDES; i++) {
		member = peek(level, i);
		if (!member || !weft_slice_equal(member->name, property->name))
			continue;
		property->values[i] = member->value;
		level->next[i]++;
	}
	return true;
}

/* Adds "name" and a dot to the path; '*before' is what it was. */
static int
enter(struct state *state, struct weft_slice name, size_t *before)
{
	int code;

	*before = state->path.size;
	if ((code = weft_buf_append_slice(&state->path, name)) ||
	    (code = weft_buf_append(&state->path, ".", 1)))
		return weft_error_set(
		    state->error, code, "%s", weft_error_text(code));
	return 0;
}

static int
report_clash(struct state *state, struct weft_slice name)
{
	size_t before;
	int code;

	state->clean = false;
	if (!state->merge->clash)
		return 0;
	code = enter(state, name, &before);
	if (!code)
		state->merge->clash(weft_slice_of(state->path.data,
			state->path.size - 1), state->merge->context);
	state->path.size = before;
	return code;
}

/* Merges three objects of one name into an object. */
static int
merge_nested(struct state *state, const struct property *property,
    struct weft__json_value *value)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice kept = {NULL, 0};
	size_t before;
	int code = enter(state, property->name, &before);

	if (!code)
		code = merge_objects(state, property->values, &text);
	if (!code && weft__arena_copy(
		&state->texts, weft_buf_slice(&text), &kept))
		code = weft_error_set(
		    state->error, WEFT_ENOMEM, "out of memory");
	*value = (struct weft__json_value){WEFT__JSON_OBJECT, kept};
	state->path.size = before;
	weft_buf_fini(&text);
	return code;
}

static bool
is_id(const struct state *state, const struct property *property)
{
	return !state->path.size &&
	    weft_slice_equal(property->name, state->merge->id);
}

static int
decide(struct state *state, const struct property *property,
    struct weft__json_value *value)
{
	const struct weft__json_value *base = &property->values[BASE];
	const struct weft__json_value *source = &property->values[SOURCE];
	const struct weft__json_value *target = &property->values[TARGET];

	*value = *source;
	if (is_id(state, property) || same(source, base))
		*value = *target;
	else if (same(source, target) || same(target, base))
		return 0;
	else if (base->type == WEFT__JSON_OBJECT &&
	    source->type == WEFT__JSON_OBJECT &&
	    target->type == WEFT__JSON_OBJECT)
		return merge_nested(state, property, value);
	else
		return report_clash(state, property->name);
	return 0;
}

static int
view_sides(struct state *state, struct level *level,
    const struct weft__json_value values[SIDES])
{
	for (int i = 0; i < SIDES; i++) {
		int code = weft__json_view(
		    &level->sides[i], values[i].token, state->error);

		if (code)
			return code;
		if (level->sides[i].type != WEFT__JSON_OBJECT)
			return weft_error_set(state->error, WEFT_EDAMAGED,
			    "a record to be merged is not an object");
	}
	return 0;
}

static int
fill_level(struct state *state, struct level *level)
{
	struct property property;

	while (next_property(level, &property)) {
		struct weft__json_member *member;
		int code;

		if (!weft__grow(&level->members, &level->capacity,
			level->length + 1, sizeof *level->members))
			return weft_error_set(
			    state->error, WEFT_ENOMEM, "out of memory");
		member = &level->members[level->length++];
		member->name = property.name;
		code = decide(state, &property, &member->value);
		if (code)
			return code;
	}
	return 0;
}

/* Recursion ends at WEFT_LIMIT_JSON_DEPTH, which the records keep to. */
static int
merge_objects(struct state *state,
    const struct weft__json_value values[SIDES], struct weft_buf *merged)
{
	struct level level = {.length = 0};
	int code;

	for (int i = 0; i < SIDES; i++)
		weft__json_init(&level.sides[i]);
	code = view_sides(state, &level, values);
	if (!code)
		code = fill_level(state, &level);
	if (!code) {
		code = weft__json_write_object(
		    level.members, level.length, merged);
		if (code)
			weft_error_set(state->error, code, "%s",
			    weft_error_text(code));
	}
	for (int i = 0; i < SIDES; i++)
		weft__json_fini(&level.sides[i]);
	weft__free(level.members);
	return code;
}

int
weft__merge(const struct weft__merge *merge, struct weft_buf *merged,
    bool *clean, struct weft_error *error)
{
	const struct weft__json_value values[SIDES] = {
	    [BASE] = {WEFT__JSON_OBJECT, merge->base},
	    [SOURCE] = {WEFT__JSON_OBJECT, merge->source},
	    [TARGET] = {WEFT__JSON_OBJECT, merge->target},
	};
	struct state state = {
	    .merge = merge,
	    .path = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .clean = true,
	    .error = error,
	};
	const size_t before = merged->size;
	int code;

	*clean = false;
	if (!merge->base.data || !merge->source.data || !merge->target.data)
		return 0;
	code = merge_objects(&state, values, merged);
	if (!code)
		*clean = state.clean;
	else
		merged->size = before;
	weft_buf_fini(&state.path);
	weft__arena_fini(&state.texts);
	return code;
}

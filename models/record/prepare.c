#include "models/record/prepare.h"

#include <stdatomic.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/record/hook.h"
#include "models/record/prepare_private.h"

/* An idle preparation holds less, roughly (bytes). */
#define IDLE_SIZE ((size_t)256 * 1024)

static int
failed(struct weft_error *error, int code)
{
	return weft_error_set(error, code, "record: %s",
	    weft_error_text(code));
}

void
weft__prepare_init(struct weft__prepare *prepare, struct weft_model *model,
    const struct weft_call *call)
{
	memset(prepare, 0, sizeof *prepare);
	prepare->model = model;
	prepare->call = call;
	weft__coercer_init(&prepare->coercer, &prepare->arena);
	weft__json_init(&prepare->document);
	weft__json_init(&prepare->input);
	weft__json_init(&prepare->base);
	weft__json_init(&prepare->base_hidden);
	weft_buf_init(&prepare->text, WEFT_LIMIT_RECORD_SIZE);
}

void
weft__prepare_fini(struct weft__prepare *prepare)
{
	weft__coercer_fini(&prepare->coercer);
	weft__json_fini(&prepare->document);
	weft__json_fini(&prepare->input);
	weft__json_fini(&prepare->base);
	weft__json_fini(&prepare->base_hidden);
	weft_buf_fini(&prepare->text);
	weft__members_fini(&prepare->visible);
	weft__members_fini(&prepare->hidden);
	weft__free(prepare->complaints);
	weft__arena_fini(&prepare->arena);
}

struct weft__prepare *
weft__prepare_open(struct weft_model *model, const struct weft_call *call)
{
	struct weft__prepare *prepare = atomic_exchange(
	    &model->idle_prepare, NULL);

	if (prepare) {
		prepare->call = call;
		return prepare;
	}
	prepare = weft__malloc(sizeof *prepare);
	if (prepare)
		weft__prepare_init(prepare, model, call);
	return prepare;
}

void
weft__prepare_destroy(struct weft__prepare *prepare)
{
	if (!prepare)
		return;
	weft__prepare_fini(prepare);
	weft__free(prepare);
}

/* Whether it holds so little that it may stay. */
static bool
is_small(const struct weft__prepare *prepare)
{
	return prepare->arena.size + prepare->text.capacity +
		   prepare->coercer.text.capacity +
		   prepare->document.text.capacity <
	       IDLE_SIZE;
}

void
weft__prepare_close(struct weft__prepare *prepare)
{
	struct weft__prepare *none = NULL;
	struct weft_model *model;

	if (!prepare)
		return;
	model = prepare->model;
	if (!is_small(prepare)) {
		weft__prepare_destroy(prepare);
		return;
	}
	weft__prepare_clear(prepare);
	if (!atomic_compare_exchange_strong(
		&model->idle_prepare, &none, prepare))
		weft__prepare_destroy(prepare);
}

void
weft__prepare_clear(struct weft__prepare *prepare)
{
	weft__arena_clear(&prepare->arena);
}

/* Writes members as canonical text into the arena. */
static int
write_members(struct weft__prepare *prepare,
    const struct weft__members *members, struct weft_slice *text,
    struct weft_error *error)
{
	int code;

	weft_buf_clear(&prepare->text);
	code = weft__json_write_object(members->list, members->length,
	    &prepare->text);
	if (!code)
		code = weft__arena_copy(&prepare->arena,
		    weft_buf_slice(&prepare->text), text);
	return code ? failed(error, code) : 0;
}

/* What two good records make together may be too much, and so may what is
 * filled in: nobody else would take it. */
static int
check_length(const struct weft__members *members, struct weft_error *error)
{
	if (members->length <= WEFT_LIMIT_JSON_KEYS)
		return 0;
	return weft_error_set(error, WEFT_ELIMIT,
	    "record: it would have %zu properties, more than %d",
	    members->length, WEFT_LIMIT_JSON_KEYS);
}

/* Makes the draft of what was taken; 'text' is the input's. */
static int
write_draft(struct weft__prepare *prepare, struct weft_slice text,
    struct weft__draft *draft, struct weft_error *error)
{
	int code = check_length(&prepare->visible, error);

	draft->id = prepare->id;
	draft->body = text;
	draft->hidden = weft_slice_of(NULL, 0);
	if (!code && (prepare->changed || prepare->took_hidden))
		code = write_members(prepare, &prepare->visible, &draft->body,
		    error);
	if (!code && prepare->hidden.length)
		code = write_members(prepare, &prepare->hidden,
		    &draft->hidden, error);
	return code;
}

/* The draft as hooks see it. */
static int
join_draft(struct weft__prepare *prepare, const struct weft__draft *draft,
    struct weft_slice *record, struct weft_error *error)
{
	struct weft__hidden_scratch scratch;
	int code;

	*record = draft->body;
	if (!draft->hidden.data)
		return 0;
	weft__hidden_scratch_init(&scratch);
	weft_buf_clear(&prepare->text);
	code = weft__hidden_join(&scratch, draft->body, draft->hidden,
	    &prepare->text, error);
	weft__hidden_scratch_fini(&scratch);
	if (code)
		return code;
	code = weft__arena_copy(&prepare->arena,
	    weft_buf_slice(&prepare->text), record);
	return code ? failed(error, code) : 0;
}

/* Makes the draft anew from what a hook wrote. */
static int
take_replacement(struct weft__prepare *prepare, struct weft_slice json,
    struct weft__draft *draft, struct weft_error *error)
{
	struct weft__json_value id = weft__members_find(&prepare->visible,
	    prepare->model->definition->id->name);
	bool is_replica = prepare->is_replica;
	struct weft_slice token;
	int code = weft__arena_copy(&prepare->arena, id.token, &token);

	if (code)
		return failed(error, code);
	code = weft__json_scan(&prepare->input, json.data, json.size,
	    &weft__json_record_limits, error);
	if (code)
		return code;
	weft__prepare_begin(prepare, false, token);
	prepare->is_replica = is_replica;
	code = weft__prepare_take_all(prepare, &prepare->input, error);
	if (code)
		return code;
	prepare->changed = true; /* the scan's text does not last */
	return write_draft(prepare, weft_slice_of(NULL, 0), draft, error);
}

static int
run_hook(struct weft__prepare *prepare, const struct weft__hook *hook,
    bool is_new, struct weft__draft *draft, struct weft_error *error)
{
	struct weft_buf replacement = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_hook_event event = {
	    .point = WEFT_HOOK_BEFORE_SAVE,
	    .model = prepare->model,
	    .call = prepare->call,
	    .is_new = is_new,
	    .id = draft->id,
	    .replacement = &replacement,
	};
	int code = join_draft(prepare, draft, &event.record, error);

	if (!code)
		code = weft__hook_call(hook, &event, error);
	if (!code && replacement.size) {
		code = take_replacement(prepare, weft_buf_slice(&replacement),
		    draft, error);
		if (code && error)
			weft_error_wrap(error, "from a hook");
	}
	weft_buf_fini(&replacement);
	return code;
}

static int
validate(struct weft__prepare *prepare, struct weft_error *error)
{
	const struct weft__validation validation = {
	    .definition = prepare->model->definition,
	    .complaints = prepare->complaints,
	    .complaints_length = prepare->complaints_length,
	    .visible = &prepare->visible,
	    .hidden = prepare->is_replica ? NULL : &prepare->hidden,
	};

	return weft__validate(&validation,
	    prepare->call ? prepare->call->details : NULL, error);
}

/* What comes after the taking, whatever the operation. */
static int
finish(struct weft__prepare *prepare, bool is_new, struct weft_slice text,
    struct weft__draft *draft, struct weft_error *error)
{
	const struct weft_model *model = prepare->model;
	int code = write_draft(prepare, text, draft, error);

	/* Without an id there is nothing that a hook could be told of. */
	if (prepare->id.data)
		for (size_t i = 0; !code &&
		     i < model->hooks[WEFT_HOOK_BEFORE_SAVE].length; i++)
			code = run_hook(prepare,
			    &model->hooks[WEFT_HOOK_BEFORE_SAVE].hooks[i],
			    is_new, draft, error);
	return code ? code : validate(prepare, error);
}

int
weft__prepare_create(struct weft__prepare *prepare,
    const struct weft__json *input, struct weft_slice text, bool fill,
    struct weft__draft *draft, struct weft_error *error)
{
	int code;

	weft__prepare_begin(prepare, fill, weft_slice_of(NULL, 0));
	code = weft__prepare_take_all(prepare, input, error);
	return code ? code : finish(prepare, true, text, draft, error);
}

/* Whether it is an object as we write it. */
static bool
is_sorted(const struct weft__json *json)
{
	if (json->type != WEFT__JSON_OBJECT)
		return false;
	for (size_t i = 1; i < json->length; i++)
		if (weft__json_compare_names(json->members[i - 1].name,
			json->members[i].name) >= 0)
			return false;
	return true;
}

/* Views a stored object.  If it was written behind our back it may be any
 * JSON; then it is scanned. */
static int
view(struct weft__json *json, struct weft_slice stored,
    struct weft_error *error)
{
	struct weft_error why;
	int code = weft__json_view(json, stored, error);

	if (code == WEFT_ENOMEM || (!code && is_sorted(json)))
		return code;
	code = weft__json_scan(json, stored.data, stored.size,
	    &weft__json_record_limits, &why);
	if (code == WEFT_ENOMEM)
		return failed(error, code);
	if (!code && json->type != WEFT__JSON_OBJECT)
		code = weft_error_set(&why, WEFT_EDAMAGED, "not an object");
	return code ? weft_error_set(error, WEFT_EDAMAGED,
			  "the record as it is stored: %s", why.text)
		    : 0;
}

/* Views what is stored, and finds the token of its id. */
static int
view_stored(struct weft__prepare *prepare, const struct weft__stored *stored,
    struct weft_slice *id, struct weft_error *error)
{
	int code = view(&prepare->base, stored->body, error);

	if (code)
		return code;
	*id = weft__json_find(&prepare->base,
	    prepare->model->definition->id->name).token;
	if (id->data)
		return 0;
	/* It was written behind our back. */
	return weft__prepare_write_id(prepare, stored->id, id, error);
}

int
weft__prepare_replace(struct weft__prepare *prepare,
    const struct weft__stored *stored, const struct weft__json *input,
    struct weft_slice text, struct weft__draft *draft,
    struct weft_error *error)
{
	struct weft_slice id;
	int code = view_stored(prepare, stored, &id, error);

	if (code)
		return code;
	weft__prepare_begin(prepare, true, id);
	code = weft__prepare_take_all(prepare, input, error);
	return code ? code : finish(prepare, false, text, draft, error);
}

static const struct weft__json_member *
peek(const struct weft__json *json, size_t index)
{
	return index < json->length ? &json->members[index] : NULL;
}

/* Order of two members by name; NULL is behind all. */
static int
compare(const struct weft__json_member *a, const struct weft__json_member *b)
{
	if (!a || !b)
		return !a - !b;
	return weft__json_compare_names(a->name, b->name);
}

/* Takes the members of three objects in one order; the input's go first. */
static int
take_merged(struct weft__prepare *prepare, const struct weft__json *input,
    struct weft_error *error)
{
	const struct weft__json_member *visible, *hidden, *old, *new;
	size_t v = 0, h = 0, n = 0;
	int order, code = 0;

	while (!code) {
		visible = peek(&prepare->base, v);
		hidden = peek(&prepare->base_hidden, h);
		old = compare(visible, hidden) <= 0 ? visible : hidden;
		new = peek(input, n);
		if (!old && !new)
			return weft__prepare_take_rest(prepare, error);
		order = compare(old, new);
		if (order <= 0 && old == visible)
			v++;
		else if (order <= 0)
			h++;
		if (order >= 0)
			n++;
		code = weft__prepare_take(prepare, order < 0 ? old : new,
		    order < 0, error);
	}
	return code;
}

/* Merges the input into a stored record; see weft__prepare_begin(). */
static int
merge(struct weft__prepare *prepare, const struct weft__stored *stored,
    const struct weft__json *input, bool fill, struct weft_error *error)
{
	struct weft_slice id, hidden = stored->hidden;
	int code = view_stored(prepare, stored, &id, error);

	if (!code)
		code = view(&prepare->base_hidden,
		    hidden.data ? hidden : weft_slice("{}"), error);
	if (code)
		return code;
	weft__prepare_begin(prepare, fill, id);
	code = take_merged(prepare, input, error);
	prepare->changed = true;
	return code;
}

int
weft__prepare_merge(struct weft__prepare *prepare,
    const struct weft__stored *stored, const struct weft__json *input,
    struct weft__draft *draft, struct weft_error *error)
{
	int code;

	if (input->type != WEFT__JSON_OBJECT)
		return weft_error_set(error, WEFT_EINVAL,
		    "expected a JSON object as record");
	code = merge(prepare, stored, input, false, error);
	return code ? code
		    : finish(prepare, false, weft_slice(NULL), draft, error);
}

int
weft__prepare_fill(struct weft__prepare *prepare,
    const struct weft__stored *stored, struct weft__draft *draft,
    struct weft_error *error)
{
	static const struct weft__json nothing = {.type = WEFT__JSON_OBJECT};
	int code = merge(prepare, stored, &nothing, true, error);

	return code ? code
		    : write_draft(prepare, weft_slice(NULL), draft, error);
}

/* An id that is a number is its text: " 1" and "1.0" would be records beside
 * that of 1, with the same id in them. */
static int
check_number(const struct weft__prepare *prepare, struct weft_slice id,
    struct weft_slice token, struct weft_error *error)
{
	if (*token.data == '"' || weft_slice_equal(id, token))
		return 0;
	return weft_error_set(error, WEFT_EINVAL,
	    "%s: expected %.*s, got %.*s",
	    prepare->model->definition->id->name.data, (int)token.size,
	    token.data, (int)id.size, id.data);
}

int
weft__prepare_replica(struct weft__prepare *prepare, struct weft_slice id,
    struct weft_slice data, bool is_new, struct weft__replica *replica,
    struct weft_error *error)
{
	struct weft_slice token;
	int code = weft__check_id(id, error);

	if (!code)
		code = weft__prepare_write_id(prepare, id, &token, error);
	if (!code)
		code = check_number(prepare, id, token, error);
	if (!code)
		code = weft__json_scan(&prepare->input, data.data, data.size,
		    &weft__json_record_limits, error);
	if (code)
		return code;
	replica->sent = data;
	if (!weft_slice_equal(data, weft_buf_slice(&prepare->input.text)) &&
	    weft__arena_copy(&prepare->arena,
		weft_buf_slice(&prepare->input.text), &replica->sent))
		return failed(error, WEFT_ENOMEM);
	weft__prepare_begin(prepare, is_new, token);
	prepare->is_replica = true;
	code = weft__prepare_take_all(prepare, &prepare->input, error);
	if (code)
		return code;
	replica->has_hidden = prepare->took_hidden;
	code = finish(prepare, is_new, replica->sent, &replica->draft, error);
	replica->draft.id = id;
	replica->is_changed = !weft_slice_equal(
	    replica->draft.body, replica->sent);
	return code;
}

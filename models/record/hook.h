/*
 * Hooks, and records as they see them: hidden properties among the others.
 */
#ifndef MODELS_RECORD_HOOK_H
#define MODELS_RECORD_HOOK_H

#include "core/base/json.h"
#include "models/model.h"

/* Whether there are hooks at this point. */
static inline bool
weft__has_hooks(const struct weft_model *model, enum weft_hook_point point)
{
	return model->hooks[point].length > 0;
}

/*
 * Calls one hook.  Returns 0; a weft code that the hook returned; WEFT_EHOOK
 * for any other value.  'error' is filled if the hook did not do it.
 */
WEFT_MUST_CHECK int weft__hook_call(const struct weft__hook *hook,
    const struct weft_hook_event *event, struct weft_error *error);

/* Calls all hooks at a point after the commit; what they return is ignored.
 * 'record' has no value on deletes. */
void weft__hooks_after(struct weft_model *model, enum weft_hook_point point,
    const struct weft_call *call, bool is_new, struct weft_slice id,
    struct weft_slice record);

/* Calls all hooks before a delete.  Returns as weft__hook_call(). */
WEFT_MUST_CHECK int weft__hooks_before_delete(struct weft_model *model,
    const struct weft_call *call, struct weft_slice id,
    struct weft_error *error);

/* Memory for weft__hidden_join(). */
struct weft__hidden_scratch {
	struct weft__json visible;
	struct weft__json hidden;
	struct weft__json_member *members;
	size_t capacity;
};

/* Makes it empty; frees what it holds. */
void weft__hidden_scratch_init(struct weft__hidden_scratch *scratch);
void weft__hidden_scratch_fini(struct weft__hidden_scratch *scratch);

/*
 * Appends the record with its hidden properties among the visible ones.
 * Without value in 'hidden' it is the body as it is.
 * Returns 0, WEFT_EDAMAGED, WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__hidden_join(struct weft__hidden_scratch *scratch,
    struct weft_slice body, struct weft_slice hidden, struct weft_buf *out,
    struct weft_error *error);

#endif

#include "models/source/local_ready.h"

#include "core/base/alloc.h"
#include "models/record/hook.h"
#include "models/source/local.h"

/* Fewer updates are not worth a thread.  A batch of weft.repl.v1 or a page of a
 * replication has fewer: their source is read beside them already. */
#define ASIDE_UPDATES 2048

/* Updates between two words to the writer. */
#define STEP 64

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
open_part(struct weft__ready *ready, struct weft_source *source,
    const struct weft__bulk_part *given, struct weft_error *error)
{
	struct weft__ready_part *part = &ready->parts[ready->length];
	int code = weft__source_local_model(
	    source, given->model, &part->model, error);

	if (code)
		return code;
	part->given = given;
	if (ready->length)
		part->first = part[-1].first + part[-1].given->length;
	weft__prepare_init(&part->prepare, part->model, &ready->call);
	ready->length++;
	part->updates = weft__calloc(given->length, sizeof *part->updates);
	return part->updates ? 0 : out_of_memory(error);
}

int
weft__ready_open(struct weft__ready *ready, struct weft_source *source,
    const struct weft__bulk_part *given, size_t length,
    struct weft_error *error)
{
	int code = 0;

	pthread_mutex_init(&ready->mutex, NULL);
	pthread_cond_init(&ready->moved, NULL);
	ready->parts = weft__calloc(length, sizeof *ready->parts);
	if (!ready->parts)
		return out_of_memory(error);
	for (size_t i = 0; i < length && !code; i++)
		code = open_part(ready, source, &given[i], error);
	return code;
}

/*
 * Making one ready
 */

static int
make_update(struct weft__ready_part *part, size_t index,
    struct weft_error *error)
{
	const struct weft_update *update = &part->given->updates[index];
	struct weft__ready_update *made = &part->updates[index];
	struct weft_slice id = update->change.model_id;
	int code;

	if (update->type == WEFT_CHANGE_UNKNOWN)
		return 0;
	if (update->type == WEFT_CHANGE_DELETE)
		return weft__hooks_before_delete(
		    part->model, part->prepare.call, id, error);
	if (!update->data.data)
		return weft_error_set(error, WEFT_EINVAL,
		    "the update of %.*s has no data", (int)id.size, id.data);
	code = weft__prepare_replica(&part->prepare, id, update->data,
	    update->type == WEFT_CHANGE_CREATE, &made->replica, error);
	if (!code)
		weft__body_hash(
		    made->replica.sent, update, &made->hashes);
	return code;
}

/* What stops the whole call; all else only refuses the one update. */
static bool
is_fatal(int code)
{
	return weft_error_class(code) != WEFT_CLASS_REFUSE;
}

static int
note_refusal(struct weft__ready_part *part, size_t index,
    const struct weft_error *why)
{
	if (!weft__grow(&part->refusals, &part->refusals_capacity,
		part->refusals_length + 1, sizeof *part->refusals))
		return WEFT_ENOMEM;
	part->refusals[part->refusals_length++] =
	    (struct weft__ready_refusal){index, *why};
	return 0;
}

/* Tells the writer how far this is. */
static void
tell(struct weft__ready *ready, bool is_over)
{
	pthread_mutex_lock(&ready->mutex);
	ready->count = ready->made;
	ready->is_over = is_over;
	pthread_cond_signal(&ready->moved);
	pthread_mutex_unlock(&ready->mutex);
}

static int
make_part(struct weft__ready *ready, struct weft__ready_part *part,
    struct weft_error *error)
{
	const struct weft__bulk_part *given = part->given;

	for (size_t i = 0; i < given->length; i++) {
		struct weft_error why = {0};
		int code = make_update(part, i, &why);

		given->outcomes[i] =
		    code ? WEFT_OUTCOME_REFUSED : WEFT_OUTCOME_UNCHANGED;
		if (code && is_fatal(code))
			return weft_error_set(error, code, "%s", why.text);
		if (code && note_refusal(part, i, &why))
			return out_of_memory(error);
		if (++ready->made % STEP == 0 && ready->is_aside)
			tell(ready, false);
	}
	return 0;
}

static int
make_all(struct weft__ready *ready, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; i < ready->length && !code; i++)
		code = make_part(ready, &ready->parts[i], error);
	return code;
}

/*
 * On another thread
 */

static void *
make_aside(void *context)
{
	struct weft__ready *ready = context;

	ready->code = make_all(ready, &ready->error);
	tell(ready, true);
	return NULL;
}

/* Hooks are the program's: they may take their time, and write, which they
 * could not while the writer waits for them. */
static bool
has_hooks(const struct weft_model *model)
{
	return model->hooks[WEFT_HOOK_BEFORE_SAVE].length ||
	       model->hooks[WEFT_HOOK_BEFORE_DELETE].length;
}

static bool
is_worth_a_thread(const struct weft__ready *ready)
{
	size_t count = 0;

	for (size_t i = 0; i < ready->length; i++) {
		count += ready->parts[i].given->length;
		if (has_hooks(ready->parts[i].model))
			return false;
	}
	return count >= ASIDE_UPDATES;
}

int
weft__ready_make(struct weft__ready *ready, struct weft_error *error)
{
	int code;

	ready->is_aside = is_worth_a_thread(ready);
	if (ready->is_aside &&
	    pthread_create(&ready->thread, NULL, make_aside, ready) == 0)
		return 0;
	ready->is_aside = false;
	code = make_all(ready, error);
	ready->known = ready->made;
	return code;
}

int
weft__ready_wait(
    struct weft__ready *ready, size_t index, struct weft_error *error)
{
	if (index < ready->known)
		return 0;
	pthread_mutex_lock(&ready->mutex);
	while (index >= ready->count && !ready->is_over)
		pthread_cond_wait(&ready->moved, &ready->mutex);
	ready->known = ready->count;
	pthread_mutex_unlock(&ready->mutex);
	return index < ready->known
	    ? 0
	    : weft_error_set(error, ready->code, "%s", ready->error.text);
}

static void
tell_part(const struct weft__ready_part *part)
{
	const struct weft__bulk_part *given = part->given;
	struct weft_error denied;

	weft_error_set(&denied, WEFT_EDENIED, "the record is not for you");
	for (size_t i = 0; i < part->refusals_length; i++)
		given->refused(&given->updates[part->refusals[i].index],
		    &part->refusals[i].why, given->context);
	for (size_t i = 0; i < given->length; i++)
		if (part->updates[i].is_denied)
			given->refused(
			    &given->updates[i], &denied, given->context);
}

void
weft__ready_tell_refused(const struct weft__ready *ready)
{
	for (size_t i = 0; i < ready->length; i++)
		if (ready->parts[i].given->refused)
			tell_part(&ready->parts[i]);
}

void
weft__ready_close(struct weft__ready *ready)
{
	if (ready->is_aside)
		pthread_join(ready->thread, NULL);
	for (size_t i = 0; i < ready->length; i++) {
		weft__prepare_fini(&ready->parts[i].prepare);
		weft__free(ready->parts[i].updates);
		weft__free(ready->parts[i].refusals);
	}
	weft__free(ready->parts);
	pthread_cond_destroy(&ready->moved);
	pthread_mutex_destroy(&ready->mutex);
}

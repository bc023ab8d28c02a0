/*
 * Verifying a model: each record against its track row, that against the
 * journal, and the database against the store, all as of one moment.
 */
#include "models/store/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "models/query/filter.h"
#include "models/transaction.h"

const char *
weft_problem_kind_name(enum weft_problem_kind kind)
{
	static const char *const names[] = {
	    [WEFT_PROBLEM_STORE] = "store",
	    [WEFT_PROBLEM_POSITION] = "position",
	    [WEFT_PROBLEM_RECORD] = "record",
	    [WEFT_PROBLEM_JOURNAL] = "journal",
	    [WEFT_PROBLEM_VALUE] = "value",
	    [WEFT_PROBLEM_DATABASE] = "database",
	};

	return names[kind];
}

int
weft__tell(struct weft__telling *telling, enum weft_problem_kind kind,
    const char *text)
{
	const struct weft_problem problem = {.kind = kind, .text = text};

	telling->count++;
	return telling->each(&problem, telling->context);
}

int
weft__check_object(struct weft__json *json, struct weft_slice text,
    const char **fault, struct weft_error *error)
{
	int code = weft__json_scan(json, text.data, text.size,
	    &weft__json_record_limits, error);

	*fault = NULL;
	if (code == WEFT_ENOMEM)
		return code;
	if (code || json->type != WEFT__JSON_OBJECT ||
	    !weft_slice_equal(weft_buf_slice(&json->text), text))
		*fault = "not a canonical JSON object";
	return 0;
}

int
weft__check_tell(struct weft__check *check, enum weft_problem_kind kind,
    struct weft_slice id, const char *what)
{
	const char *model = check->model->definition->name;
	char text[1024];
	struct weft_problem problem = {
	    .kind = kind, .model = weft_slice(model), .id = id, .text = text};

	check->problems++;
	snprintf(text, sizeof text, "%s \"%.*s\": %s", model, (int)id.size,
	    id.data, what);
	return check->each(&problem, check->context);
}

/* Counts checks that were made, and tells so.  Returns what the receiver
 * returned. */
static int
count_checks(struct weft__check *check, uint64_t checks)
{
	check->done += checks;
	return check->checked
	    ? check->checked(check->done, check->total, check->context)
	    : 0;
}

int
weft__check_one(struct weft__check *check)
{
	if ((check->done + 1) % WEFT__CHECK_STEP == 0)
		return count_checks(check, 1);
	check->done++;
	return 0;
}

/* A step of a walk: how many it has seen. */
struct step {
	weft_connector_record_fn *each;
	struct weft__check *check;
	size_t seen;
};

static int
count_record(const struct weft_connector_record *record, void *context)
{
	struct step *step = context;

	step->seen++;
	return step->each(record, step->check);
}

int
weft__check_scan(struct weft__check *check, bool tombstones,
    weft_connector_record_fn *each)
{
	struct weft_connector_session *session = check->session;
	struct step step = {each, check, 0};
	uint64_t position = 0;
	int code;

	do {
		step.seen = 0;
		code = session->ops->scan(session, check->model->index,
		    tombstones, &position, WEFT__CHECK_STEP, count_record,
		    &step, check->error);
		if (!code)
			code = count_checks(check, step.seen);
	} while (!code && step.seen == WEFT__CHECK_STEP);
	return code;
}

int
weft__stored_fault(struct weft__store *store, const struct weft__oid *commit,
    struct weft_slice model, struct weft_slice id, struct weft_slice body,
    const char **fault, struct weft_error *error)
{
	struct weft__store_record stored;
	struct weft__oid blob;
	int code = weft__store_get(
	    store, commit, model, id, &stored, NULL, error);

	*fault = NULL;
	if (code == WEFT_ENOTFOUND) {
		*fault = "missing in the store";
		return 0;
	}
	if (code)
		return code;
	if (stored.deleted != !body.data) {
		*fault = body.data ? "deleted in the store"
		                   : "not deleted in the store";
	} else if (body.data) {
		weft__object_id("blob", body.data, body.size, &blob);
		if (!weft__oid_equal(&blob, &stored.blob))
			*fault = "another state than in the store";
	}
	return 0;
}

/* What the store has of an id must be this. */
static int
check_stored(struct weft__check *check, struct weft_slice id,
    struct weft_slice body)
{
	const char *fault;
	struct weft_error why;
	char text[900];
	int code = weft__stored_fault(check->store, &check->commit,
	    weft_slice(check->model->definition->name), id, body, &fault,
	    &why);

	if (code == WEFT_EDAMAGED) {
		snprintf(text, sizeof text,
		    "it cannot be read in the store: %s", why.text);
		return weft__check_tell(
		    check, WEFT_PROBLEM_STORE, id, text);
	}
	if (code)
		return weft_error_set(check->error, code, "%s", why.text);
	return fault
	    ? weft__check_tell(check, WEFT_PROBLEM_RECORD, id, fault)
	    : 0;
}

/* Whether the body has the content that the current revision names. */
static bool
has_content(const struct weft__revtree *tree, struct weft_slice body)
{
	const struct weft__revnode *node;
	struct weft__oid hash, named;

	if (tree->current < 0)
		return false;
	node = &tree->nodes[tree->current];
	named = node->hash;
	if (weft__oid_is_zero(&named) &&
	    !weft__oid_parse(weft__rev_slice(&node->rev), &named))
		return false;
	weft__sha1(body.data, body.size, &hash);
	return weft__oid_equal(&hash, &named);
}

/* What is wrong with a track row and what it stands for, or NULL. */
static const char *
find_fault(struct weft__check *check,
    const struct weft_connector_record *record, struct weft_error *why)
{
	bool deleted;

	if (!record->track.data)
		return "written behind weft's back: run rectify";
	if (weft__track_decode(record->track, &check->track, why))
		return why->text;
	deleted = weft__track_deleted(&check->track);
	if (!record->body.data)
		return deleted ? NULL
		               : "deleted behind weft's back: run rectify";
	if (deleted)
		return "its changes say that it is deleted: run rectify";
	return has_content(&check->track.tree, record->body)
	    ? NULL
	    : "not the revision that its changes say: run rectify";
}

/* The position of the last change must be one that was given out. */
static int
check_position(struct weft__check *check, struct weft_slice id)
{
	char text[200];

	check->listed += weft__check_is_listed(check);
	if (check->track.seq <= check->counters.seq)
		return 0;
	snprintf(text, sizeof text, "its last change has position %" PRIu64
	    ", and the journal ends at %" PRIu64, check->track.seq,
	    check->counters.seq);
	return weft__check_tell(check, WEFT_PROBLEM_JOURNAL, id, text);
}

/* Hidden properties stand in the database alone. */
static int
check_hidden(struct weft__check *check,
    const struct weft_connector_record *record)
{
	const char *fault = NULL;
	int code = record->hidden.data
	    ? weft__check_object(
	          &check->json, record->hidden, &fault, check->error)
	    : 0;

	return code || !fault
	    ? code
	    : weft__check_tell(check, WEFT_PROBLEM_VALUE, record->id,
	          "its hidden properties are damaged: not a canonical JSON "
	          "object (who writes them anew mends it)");
}

int
weft__find_other_id(const struct weft__definition *definition,
    const struct weft_connector_record *record, struct weft__json *json,
    struct weft_buf *text, struct weft_slice *other)
{
	struct weft__json_value value;
	struct weft_slice id;
	int code;

	*other = weft_slice_of(NULL, 0);
	if (!record->body.data)
		return 0;
	code = weft__json_view(json, record->body, NULL);
	if (code)
		return code == WEFT_ENOMEM ? code : 0;
	value = weft__json_find(json, definition->id->name);
	if (value.type != WEFT__JSON_STRING && value.type != WEFT__JSON_NUMBER)
		return 0;
	id = value.token;
	if (value.type == WEFT__JSON_STRING &&
	    !weft__json_plain_string(value.token, &id)) {
		weft_buf_clear(text);
		code = weft__json_read_string(value.token, text);
		id = weft_buf_slice(text);
	}
	if (!code && !weft_slice_equal(id, record->id))
		*other = id;
	return code;
}

/* Whether the record stands under the id that its body has; tells if not. */
static int
check_id(struct weft__check *check, const struct weft_connector_record *record,
    bool *is_wrong)
{
	char text[200];
	struct weft_slice other;
	int code = weft__find_other_id(check->model->definition, record,
	    &check->json, &check->text, &other);

	*is_wrong = other.data;
	if (code)
		return weft_error_set(check->error, code, "out of memory");
	if (!*is_wrong)
		return 0;
	snprintf(text, sizeof text, "its body has another id, \"%.*s\"",
	    other.size < 100 ? (int)other.size : 100, other.data);
	return weft__check_tell(check, WEFT_PROBLEM_RECORD, record->id, text);
}

/* A record, or a tombstone.  One fault of each is enough. */
static int
check_record(const struct weft_connector_record *record, void *context)
{
	struct weft__check *check = context;
	struct weft_error why;
	const char *fault = find_fault(check, record, &why);
	bool is_wrong = false;
	int code = check_hidden(check, record);

	if (code)
		return code;
	if (fault)
		return weft__check_tell(
		    check, WEFT_PROBLEM_RECORD, record->id, fault);
	code = check_id(check, record, &is_wrong);
	if (code || is_wrong)
		return code;
	code = check_position(check, record->id);
	return code || !check->store
	    ? code
	    : check_stored(check, record->id, record->body);
}

/* What the store has must be known in the database; whether it is the same
 * was seen there. */
static int
check_entry(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct weft__check *check = context;
	struct weft_connector_session *session = check->session;
	struct weft_connector_record record;
	int code;

	code = session->ops->get(session, check->model->index, id, &record,
	    check->error);
	if (code == WEFT_ENOTFOUND)
		code = weft__check_tell(check, WEFT_PROBLEM_RECORD, id,
		    "in the store, not in the database");
	return code ? code : weft__check_one(check);
}

/* A part that cannot be walked to its end: its records were told of, or the
 * check of the store tells. */
static int
check_part(struct weft__check *check, enum weft__store_part part)
{
	int code = weft__store_walk(check->store, &check->commit, part,
	    weft_slice(check->model->definition->name), check_entry, check,
	    check->error);

	return code == WEFT_EDAMAGED ? 0 : code;
}

/* The same for both parts, if the store is to have all. */
static int
check_parts(struct weft__check *check)
{
	int code;

	if (!check->store)
		return 0;
	code = check_part(check, WEFT__STORE_LIVE);
	return code ? code : check_part(check, WEFT__STORE_DELETED);
}

/* Whether the store's tip is the state of this transaction. */
static int
find_commit(struct weft__check *check, const struct weft_datasource *from)
{
	struct weft__store_tip tip;
	int code;

	if (!from->store)
		return 0;
	code = weft__store_tip(from->store, &tip, check->error);
	if (code == WEFT_EDAMAGED)
		return 0; /* the check of the store tells */
	if (code || !tip.exists || tip.commit.seq != check->counters.seq ||
	    strcmp(tip.commit.epoch, from->epoch) != 0)
		return code;
	check->store = from->store;
	check->commit = tip.commit.oid;
	return 0;
}

/* How many checks it will be, more or less: nobody has counted the tombstones,
 * nor which of the journal's rows are of this model. */
static int
estimate(struct weft__check *check)
{
	struct weft_connector_session *session = check->session;
	const struct weft_query all = {.limit = UINT64_MAX};
	uint64_t rows = check->counters.seq - check->journal_floor, records;
	int code;

	if (!check->checked)
		return 0;
	code = session->ops->count(
	    session, check->model->index, &all, &records, check->error);
	if (code)
		return code;
	check->total = check->store ? 2 * records : records;
	check->total += rows < records ? rows : records;
	return count_checks(check, 0);
}

static int
verify(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__check *check = context;
	int code = weft__transaction_read_counters(transaction, error);

	check->session = transaction->session;
	check->counters = transaction->counters;
	check->error = error;
	if (!code)
		code = weft__journal_floor(check->session, &check->counters,
		    &check->journal_floor, error);
	if (!code)
		code = find_commit(check, transaction->datasource);
	if (!code)
		code = estimate(check);
	if (!code)
		code = weft__check_scan(check, false, check_record);
	if (!code)
		code = weft__check_scan(check, true, check_record);
	if (!code)
		code = weft__check_journal(check);
	if (!code)
		code = weft__check_traces(check, transaction);
	return code ? code : check_parts(check);
}

int
weft_model_verify(struct weft_model *model, weft_problem_fn *each,
    weft_checked_fn *checked, void *context, uint64_t *count,
    struct weft_error *error)
{
	struct weft_datasource *datasource = model->datasource;
	struct weft__check check = {.model = model,
	    .each = each,
	    .checked = checked,
	    .context = context};
	int code = 0;

	weft__json_init(&check.json);
	weft_buf_init(&check.text, WEFT_LIMIT_RECORD_SIZE);
	if (model->tracked) {
		pthread_mutex_lock(&datasource->store_mutex);
		code = weft__datasource_read(datasource, verify, &check,
		    error);
		pthread_mutex_unlock(&datasource->store_mutex);
	}
	weft__json_fini(&check.json);
	weft_buf_fini(&check.text);
	if (count)
		*count = check.problems;
	return code;
}

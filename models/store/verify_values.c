/*
 * Verifying what belongs to no model: the journal's rows, kept states, and the
 * small values beside the records, which must be what those who read them
 * expect.  Counters and epoch are read whenever a database is opened,
 * traces and the horizon belong to the models (models/tracking/trace_check.c).
 */
#include <weft/verify.h>

#include <inttypes.h>
#include <stdio.h>

#include "core/base/json.h"
#include "models/replicate/conflict.h"
#include "models/store/verify.h"
#include "models/store/verify_rows.h"
#include "models/transaction.h"

struct check {
	const struct kind *kind; /* that is looked at */
	struct weft__telling *telling;
	struct weft_error *error;
};

static int
tell(struct check *check, struct weft_slice name, const char *what)
{
	char text[1024];

	snprintf(text, sizeof text, "%.*s: %s", (int)name.size, name.data,
	    what);
	return weft__tell(check->telling, WEFT_PROBLEM_VALUE, text);
}

/* An object with a number or text of each of these names. */
static int
check_members(struct weft_slice value, const char *const *names,
    enum weft__json_type type, struct weft_error *error)
{
	struct weft__json json;
	int code;

	weft__json_init(&json);
	code = weft__json_view(&json, value, error);
	for (; !code && *names; names++)
		if (weft__json_find(&json, weft_slice(*names)).type != type)
			code = weft_error_set(error, WEFT_EDAMAGED,
			    "\"%s\" is not there, or not what it must be",
			    *names);
	weft__json_fini(&json);
	return code;
}

static int
check_position(struct weft_slice value, struct weft_error *error)
{
	static const char *const numbers[] = {
	    "sourceCheckpoint", "targetCheckpoint", NULL};
	static const char *const texts[] = {
	    "sourceEpoch", "targetEpoch", NULL};
	int code = check_members(value, numbers, WEFT__JSON_NUMBER, error);

	return code ? code
		    : check_members(value, texts, WEFT__JSON_STRING, error);
}

static int
check_consumer(struct weft_slice value, struct weft_error *error)
{
	static const char *const numbers[] = {"lastSeen", "position", NULL};

	return check_members(value, numbers, WEFT__JSON_NUMBER, error);
}

static int
check_outcome(struct weft_slice value, struct weft_error *error)
{
	static const char *const numbers[] = {
	    "conflicts", "ended", "refused", "success", NULL};
	static const char *const texts[] = {"epoch", "error", NULL};
	int code = check_members(value, numbers, WEFT__JSON_NUMBER, error);

	return code ? code
		    : check_members(value, texts, WEFT__JSON_STRING, error);
}

/* What values there are, by the beginnings of their names. */
static const struct kind {
	const char *prefix;
	int (*check)(struct weft_slice value, struct weft_error *error);
	const char *mend;
} kinds[] = {
    {"sent/", check_position,
	" (the next replication compares all, and writes it anew)"},
    {"position/", check_position,
	" (the next replication compares all, and writes it anew)"},
    {"conflict/", weft__kept_check,
	" (the next replication with that peer keeps the conflict anew)"},
    {"replicated/", check_outcome,
	" (the next replication with that peer writes it anew)"},
    {"consumer/", check_consumer, " (the consumer is to set it anew)"},
};

static int
check_value(struct weft_slice name, struct weft_slice value, void *context)
{
	struct check *check = context;
	struct weft_error why;
	char text[512];
	int code = check->kind->check(value, &why);

	if (!code)
		return 0;
	if (code != WEFT_EDAMAGED)
		return weft_error_set(check->error, code, "%.*s: %s",
		    (int)name.size, name.data, why.text);
	snprintf(text, sizeof text, "%.300s%s", why.text,
	    check->kind->mend);
	return tell(check, name, text);
}

static int
check_values(struct weft_datasource *datasource,
    struct weft__telling *telling, struct weft_error *error)
{
	struct check check = {.telling = telling, .error = error};
	int code = 0;

	for (size_t i = 0; !code && i < sizeof kinds / sizeof *kinds; i++) {
		check.kind = &kinds[i];
		code = weft__datasource_meta_each(datasource,
		    weft_slice(kinds[i].prefix), check_value, &check, error);
	}
	return code;
}

static int
tell_of_row(const struct weft__row *is, const struct weft__row *must,
    const char *fault, void *context)
{
	char text[256];

	snprintf(text, sizeof text, "journal row %" PRIu64 ": %s", is->seq,
	    fault);
	return weft__tell(context, WEFT_PROBLEM_JOURNAL, text);
}

int
weft_datasource_verify(struct weft_datasource *datasource,
    weft_problem_fn *each, void *context, uint64_t *count,
    struct weft_error *error)
{
	struct weft__telling telling = {each, context, 0};
	int code = check_values(datasource, &telling, error);

	if (!code)
		code = weft__rows_check(
		    datasource, tell_of_row, &telling, error);
	if (!code)
		code = weft__check_pending(datasource, &telling, error);
	if (count)
		*count = telling.count;
	return code;
}

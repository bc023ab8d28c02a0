/*
 * Compacting a datasource's store: what is to be kept, out of the call or the
 * settings.
 */
#include <weft/store.h>

#include "core/store/store.h"
#include "models/datasource.h"
#include "models/store/forget.h"
#include "models/store/project.h"

#define DAY_MS ((uint64_t)24 * 60 * 60 * 1000)

/* Turns the caller's wishes, or else the settings, into the store's rules. */
static void
make_rules(const struct weft_datasource *datasource,
    const struct weft_compaction *compaction,
    struct weft__store_retention *rules)
{
	uint64_t now_ms = weft__clock_now_ms(datasource->clock);
	int64_t checkpoints = compaction->keep_checkpoints;
	int64_t days = compaction->keep_days;

	*rules = (struct weft__store_retention){.by_checkpoints = false};
	if (checkpoints < 0 && days < 0) {
		checkpoints = datasource->keep_checkpoints;
		days = datasource->keep_days;
	}
	rules->by_checkpoints = checkpoints >= 0;
	if (rules->by_checkpoints)
		rules->checkpoints = (uint64_t)checkpoints;
	rules->by_time = days >= 0;
	if (rules->by_time && (uint64_t)days < now_ms / DAY_MS)
		rules->since_ms = now_ms - (uint64_t)days * DAY_MS;
}

/* Drops tombstones, if any are to go. */
static int
forget(struct weft_datasource *datasource,
    const struct weft_compaction *compaction, uint64_t *dropped,
    struct weft_error *error)
{
	struct weft__forget_rule rule = {
	    compaction->drop_heard, compaction->tombstone_days};
	int code;

	if (!rule.heard && rule.days < 0)
		rule = (struct weft__forget_rule){
		    datasource->drop_heard, datasource->tombstone_days};
	if (!rule.heard && rule.days < 0)
		return 0;
	code = weft__forget_tombstones(datasource, &rule, dropped, error);
	return code || !*dropped
	    ? code : weft_datasource_project(datasource, error);
}

/* Drops and merges; the caller holds the mutex. */
static int
compact(struct weft__store *store, const struct weft__store_retention *rules,
    struct weft_compaction_result *result, struct weft_error *error)
{
	int code = weft__store_size(
	    store, &result->packs_before, &result->size_before, error);

	if (!code && (rules->by_checkpoints || rules->by_time))
		code = weft__store_retain(
		    store, rules, &result->commits, error);
	if (!code)
		code = weft__store_compact(store, error);
	return code ? code
		    : weft__store_size(store, &result->packs_after,
			  &result->size_after, error);
}

static int
check(const struct weft_datasource *datasource,
    const struct weft_compaction *compaction, struct weft_error *error)
{
	if (compaction->version != 1)
		return weft_error_set(error, WEFT_EINVAL,
		    "struct weft_compaction: version %u is not known",
		    compaction->version);
	if (!datasource->store)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "datasource %s has no store", datasource->name);
	return 0;
}

int
weft_store_compact(struct weft_datasource *datasource,
    const struct weft_compaction *compaction,
    struct weft_compaction_result *result, struct weft_error *error)
{
	static const struct weft_compaction settings = WEFT_COMPACTION_INIT;
	struct weft__store_retention rules;
	int code;

	*result = (struct weft_compaction_result){.commits = 0};
	if (!compaction)
		compaction = &settings;
	code = check(datasource, compaction, error);
	if (!code)
		code = weft_datasource_project(datasource, error);
	if (!code)
		code = forget(
		    datasource, compaction, &result->tombstones, error);
	if (code)
		return code;
	make_rules(datasource, compaction, &rules);
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__project_enter(datasource, error);
	if (!code) {
		code = compact(datasource->store, &rules, result, error);
		weft__project_leave(datasource);
	}
	pthread_mutex_unlock(&datasource->store_mutex);
	if (code && error)
		weft_error_wrap(error, "compact the store");
	return code;
}

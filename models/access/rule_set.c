/*
 * The records of the model ACL: read once, and again after one has changed.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/access_private.h"

void
weft__rule_set_release(struct weft__rule_set *set)
{
	if (!set || atomic_fetch_sub(&set->owners, 1) > 1)
		return;
	weft__rules_fini(&set->rules);
	weft__free(set);
}

static int
take(const json_t *record, void *context, struct weft_error *error)
{
	struct weft__rules *rules = context;

	if (rules->length >= WEFT_LIMIT_RULES)
		return weft_error_set(error, WEFT_ELIMIT,
		    "more than %d records of ACL", WEFT_LIMIT_RULES);
	return weft__rules_add_stored(rules, record, error);
}

/* Reads all; the set belongs to the caller. */
static int
read_set(struct weft__access *access, struct weft__rule_set **set,
    struct weft_error *error)
{
	struct weft__rule_set *made = weft__calloc(1, sizeof *made);
	int code = 0;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	atomic_init(&made->owners, 1);
	made->generation = atomic_load(&access->generation);
	made->read_ms = weft__access_now_ms(access);
	if (access->acls)
		code = weft__lookup_each(access->acls, NULL, NULL, false, 0,
		    take, &made->rules, error);
	if (code)
		weft__rule_set_release(made);
	else
		*set = made;
	return code;
}

static struct weft__rule_set *
find_cached(struct weft__access *access)
{
	struct weft__rule_set *set;

	pthread_mutex_lock(&access->mutex);
	set = access->rule_set;
	if (set &&
	    !weft__access_is_fresh(access, set->generation, set->read_ms))
		set = NULL;
	if (set)
		atomic_fetch_add(&set->owners, 1);
	pthread_mutex_unlock(&access->mutex);
	return set;
}

/* The newest one stays, whoever comes last. */
static void
put_cached(struct weft__access *access, struct weft__rule_set *set)
{
	struct weft__rule_set *old = NULL;

	pthread_mutex_lock(&access->mutex);
	if (!access->rule_set ||
	    access->rule_set->generation < set->generation ||
	    access->rule_set->read_ms < set->read_ms) {
		old = access->rule_set;
		access->rule_set = set;
		atomic_fetch_add(&set->owners, 1);
	}
	pthread_mutex_unlock(&access->mutex);
	weft__rule_set_release(old);
}

int
weft__rule_set_open(struct weft__access *access, struct weft__rule_set **set,
    struct weft_error *error)
{
	int code;

	*set = find_cached(access);
	if (*set)
		return 0;
	code = read_set(access, set, error);
	if (!code)
		put_cached(access, *set);
	return code;
}

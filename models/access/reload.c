/*
 * Rules and settings that change while requests are judged.
 */
#include "core/base/alloc.h"
#include "models/access/access_private.h"

/* Reads the rules of all models of 'fresh' that there were at the start. */
static int
read_rules(const struct weft__access *access, struct weft_registry *fresh,
    struct weft__rules *rules, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; !code && i < access->length; i++) {
		struct weft_model *model = weft_registry_find_model(
		    fresh, weft_model_name(access->models[i].model));

		if (model)
			code = weft__access_read_rules(
			    model, &rules[i], error);
		if (model && !code)
			code = weft__access_check_rules(
			    access, model, &rules[i], error);
	}
	return code;
}

int
weft__access_read_again(const struct weft__access *access,
    struct weft_registry *fresh, struct weft__rules **rules,
    struct weft_error *error)
{
	int code;

	*rules = weft__calloc(access->length, sizeof **rules);
	if (!*rules)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = read_rules(access, fresh, *rules, error);
	if (!code)
		return 0;
	weft__access_drop(access, *rules);
	*rules = NULL;
	return code;
}

void
weft__access_drop(const struct weft__access *access, struct weft__rules *rules)
{
	for (size_t i = 0; rules && i < access->length; i++)
		weft__rules_fini(&rules[i]);
	weft__free(rules);
}

void
weft__access_take(struct weft__access *access, struct weft_registry *fresh,
    struct weft__rules *rules)
{
	struct weft__rules old;

	pthread_rwlock_wrlock(&access->rules_lock);
	for (size_t i = 0; i < access->length; i++) {
		if (!weft_registry_find_model(
			fresh, weft_model_name(access->models[i].model)))
			continue;
		old = access->models[i].rules;
		access->models[i].rules = rules[i];
		rules[i] = old;
	}
	pthread_rwlock_unlock(&access->rules_lock);
	weft__access_renew(access);
	weft__access_drop(access, rules);
}

void
weft__access_set_deny_unlisted(struct weft__access *access, bool denies)
{
	if (atomic_exchange(&access->deny_unlisted, denies) != denies)
		weft__access_renew(access);
}

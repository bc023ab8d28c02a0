#include "models/access/access_private.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

uint64_t
weft__access_now_ms(const struct weft__access *access)
{
	return weft__clock_now_ms(access->clock);
}

const struct weft__access_model *
weft__access_find(
    const struct weft__access *access, const struct weft_model *model)
{
	for (size_t i = 0; i < access->length; i++)
		if (access->models[i].model == model)
			return &access->models[i];
	return NULL;
}

bool
weft__access_is_open(
    const struct weft__access *access, const struct weft_model *model)
{
	const struct weft__access_model *entry =
	    weft__access_find(access, model);

	return entry && entry->rules.length == 0;
}

bool
weft__access_is_public(
    const struct weft__access *access, const struct weft_model *model)
{
	const struct weft__access_model *entry =
	    weft__access_find(access, model);

	return entry && entry->is_public;
}

bool
weft__access_is_token_model(
    const struct weft__access *access, const struct weft_model *model)
{
	return model == access->tokens;
}

bool
weft__access_is_user_model(
    const struct weft__access *access, const struct weft_model *model)
{
	const struct weft__access_model *entry =
	    weft__access_find(access, model);

	return entry && entry->is_user;
}

bool
weft__access_is_fresh(
    struct weft__access *access, uint64_t generation, uint64_t read_ms)
{
	uint64_t now_ms = weft__access_now_ms(access);

	return generation == atomic_load(&access->generation) &&
	       now_ms >= read_ms && now_ms - read_ms < WEFT__ACCESS_CACHE_MS;
}

void
weft__access_renew(struct weft__access *access)
{
	atomic_fetch_add(&access->generation, 1);
	atomic_fetch_add(&access->version, 1);
}

uint64_t
weft__access_version(struct weft__access *access)
{
	return atomic_load(&access->version);
}

/* What takes all models to have been read. */
static int
settle_models(struct weft__access *access, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; !code && i < access->length; i++) {
		struct weft__access_model *entry = &access->models[i];

		code = weft__access_check_rules(
		    access, entry->model, &entry->rules, error);
		if (!code)
			code = weft__access_model_read_owners(entry, error);
	}
	return code;
}

static int
read_models(struct weft__access *access, struct weft_registry *registry,
    struct weft_error *error)
{
	struct weft_model *model;
	size_t count = 0;
	int code = 0;

	while (weft_registry_model_at(registry, count))
		count++;
	access->models = weft__calloc(count, sizeof *access->models);
	if (!access->models)
		return out_of_memory(error);
	while (!code && access->length < count) {
		model = weft_registry_model_at(registry, access->length);
		access->models[access->length].access = access;
		access->models[access->length].model = model;
		code = weft__access_model_read(
		    &access->models[access->length++], error);
	}
	if (!code)
		code = settle_models(access, error);
	for (size_t i = 0; !code && i < count; i++)
		code = weft__user_hooks_add(&access->models[i], error);
	weft__access_look_begin(access);
	return code;
}

static int
open_access(struct weft__access *access, struct weft_registry *registry,
    struct weft_error *error)
{
	int code = weft__guard_init(&access->guard, error);

	if (code)
		return code;
	access->principals = weft__calloc(
	    WEFT_LIMIT_PRINCIPALS, sizeof *access->principals);
	if (!access->principals)
		return out_of_memory(error);
	return read_models(access, registry, error);
}

int
weft__access_open(struct weft_registry *registry,
    const struct weft__access_options *options, struct weft__access **access,
    struct weft_error *error)
{
	static const struct weft__access_options defaults =
	    WEFT__ACCESS_OPTIONS_INIT;
	struct weft__access *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return out_of_memory(error);
	made->options = options ? *options : defaults;
	made->clock = made->options.clock ? made->options.clock
					  : &weft__clock_system;
	atomic_init(&made->generation, 1);
	atomic_init(&made->deny_unlisted, made->options.deny_unlisted);
	atomic_init(&made->is_unsettled, false);
	pthread_mutex_init(&made->mutex, NULL);
	pthread_rwlock_init(&made->rules_lock, NULL);
	code = open_access(made, registry, error);
	if (code) {
		weft__access_destroy(made);
		return code;
	}
	*access = made;
	return 0;
}

void
weft__access_destroy(struct weft__access *access)
{
	if (!access)
		return;
	for (size_t i = 0; access->principals && i < WEFT_LIMIT_PRINCIPALS; i++)
		weft__principal_release(access->principals[i].principal);
	weft__free(access->principals);
	weft__rule_set_release(access->rule_set);
	weft__map_fini(&access->changed_users, NULL);
	for (size_t i = 0; i < access->length; i++)
		weft__access_model_fini(&access->models[i]);
	weft__free(access->models);
	weft__guard_fini(&access->guard);
	pthread_mutex_destroy(&access->mutex);
	pthread_rwlock_destroy(&access->rules_lock);
	weft__free(access);
}

#include "tools/weftd/reload.h"

#include <jansson.h>
#include <weft/model.h>

#include "models/definition/config.h"
#include "tools/weftd/logs.h"
#include "tools/weftd/setting_table.h"

static const char restart[] = "a change takes a restart";

void
reload_name_fixed(const struct settings *now, const struct settings *next)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &setting_table[i];

		if (setting->is_fixed && !setting_equal(setting, now, next))
			logs_say(WEFT_LOG_WARNING, "reload: %s: %s: %s",
			    setting->file, setting->key, restart);
	}
}

/* A definition without what is taken over; NULL if there is no memory. */
static json_t *
fixed_part(const struct weft_model *model)
{
	json_t *definition = NULL;

	if (weft__config_parse(
		weft_model_definition(model), &definition, NULL))
		return NULL;
	json_object_del(definition, "acls");
	json_object_del(json_object_get(definition, "options"), "acls");
	return definition;
}

static bool
have_same_fixed_part(
    const struct weft_model *model, const struct weft_model *other)
{
	json_t *a = fixed_part(model), *b = fixed_part(other);
	bool are_same = a && b && json_equal(a, b);

	json_decref(a);
	json_decref(b);
	return are_same;
}

/* Logs what else has changed. */
static void
name_changed(struct weft_registry *now, struct weft_registry *fresh)
{
	struct weft_model *model, *other;

	for (size_t i = 0; (model = weft_registry_model_at(now, i)); i++) {
		other = weft_registry_find_model(fresh, weft_model_name(model));
		if (!other || !have_same_fixed_part(model, other))
			logs_say(WEFT_LOG_WARNING, "reload: model %s: %s",
			    weft_model_name(model), restart);
	}
	for (size_t i = 0; (model = weft_registry_model_at(fresh, i)); i++)
		if (!weft_registry_find_model(now, weft_model_name(model)))
			logs_say(WEFT_LOG_WARNING, "reload: model %s: %s",
			    weft_model_name(model), restart);
}

int
reload_rules_read(const struct weft__access *access, const char *directory,
    struct reload_rules *fresh, struct weft_error *error)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	int code;

	options.holder = "weftd";
	options.detached = true;
	code = weft_registry_open(
	    directory, &options, &fresh->registry, error);
	return code ? code
		    : weft__access_read_again(access, fresh->registry,
			  &fresh->rules, error);
}

void
reload_rules_take(struct weft_registry *registry, struct weft__access *access,
    struct reload_rules *fresh)
{
	weft__access_take(access, fresh->registry, fresh->rules);
	fresh->rules = NULL;
	name_changed(registry, fresh->registry);
}

void
reload_rules_drop(
    const struct weft__access *access, struct reload_rules *fresh)
{
	weft__access_drop(access, fresh->rules);
	weft_registry_destroy(fresh->registry);
}

#include "models/definition/definition.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/definition/config.h"
#include "models/definition/keys.h"
#include "models/definition/plural.h"
#include "models/definition/property.h"
#include "models/visible/visible.h"

struct parser {
	struct weft__definition *definition;
	json_t *root;
	struct weft__property_reader reader;
	struct weft_error *error;
};

static int
out_of_memory(struct parser *parser)
{
	return weft_error_set(parser->error, WEFT_ENOMEM, "out of memory");
}

/* A setting: at the top or, as older LoopBack has it, in "options". */
static const json_t *
setting(const struct parser *parser, const char *key)
{
	const json_t *value = json_object_get(parser->root, key);

	if (!value)
		value = json_object_get(
		    json_object_get(parser->root, "options"), key);
	return json_is_null(value) ? NULL : value;
}

static int
copy_text(struct parser *parser, const char *text, const char **copy)
{
	struct weft_slice slice;

	if (weft__arena_copy(&parser->definition->arena, weft_slice(text),
		&slice))
		return out_of_memory(parser);
	*copy = slice.data;
	return 0;
}

static int
read_names(struct parser *parser)
{
	struct weft__definition *definition = parser->definition;
	const json_t *name = json_object_get(parser->root, "name");
	const json_t *plural = setting(parser, "plural");
	int code;

	if (!json_is_string(name))
		return weft__config_refuse(parser->error, name,
		    "the model's name", "name");
	code = weft__config_check_name(json_string_value(name),
	    parser->error);
	if (!code)
		code = copy_text(parser, json_string_value(name),
		    &definition->name);
	if (code)
		return code;
	if (!plural) {
		definition->plural = weft__plural(&definition->arena,
		    definition->name);
		return definition->plural ? 0 : out_of_memory(parser);
	}
	if (!json_is_string(plural) || !json_string_length(plural))
		return weft__config_refuse(parser->error, plural, "a name",
		    "plural");
	return copy_text(parser, json_string_value(plural),
	    &definition->plural);
}

static int
read_flag(struct parser *parser, const char *key, bool *flag)
{
	const json_t *value = setting(parser, key);

	if (!value)
		return 0;
	if (!json_is_boolean(value))
		return weft__config_refuse(parser->error, value,
		    "true or false", "%s", key);
	*flag = json_is_true(value);
	return 0;
}

static int
read_strict(struct parser *parser)
{
	static const struct {
		const char *word;
		enum weft__strict strict;
	} words[] = {
	    {"filter", WEFT__STRICT_FILTER},
	    {"throw", WEFT__STRICT_TRUE},
	    {"validate", WEFT__STRICT_TRUE},
	};
	const json_t *value = setting(parser, "strict");
	enum weft__strict *strict = &parser->definition->strict;
	const char *word = json_string_value(value);

	if (!value || json_is_boolean(value)) {
		*strict = json_is_true(value) ? WEFT__STRICT_TRUE
					      : WEFT__STRICT_FALSE;
		return 0;
	}
	for (size_t i = 0; word && i < sizeof words / sizeof *words; i++) {
		if (strcmp(word, words[i].word) == 0) {
			*strict = words[i].strict;
			return 0;
		}
	}
	return weft__config_refuse(parser->error, value,
	    "true, false, \"filter\", \"validate\" or \"throw\"", "strict");
}

static int
read_hash_algorithm(struct parser *parser)
{
	const json_t *value = setting(parser, "hashAlgorithm");
	const char *word = json_string_value(value);

	if (!value || (word && strcmp(word, "sha1") == 0))
		return 0;
	return weft__config_refuse(parser->error, value,
	    "\"sha1\" (the only one supported)", "hashAlgorithm");
}

static int
read_settings(struct parser *parser)
{
	struct weft__definition *definition = parser->definition;
	const json_t *options = json_object_get(parser->root, "options");
	bool on_reads = true;
	int code;

	if (options && !json_is_object(options))
		return weft__config_refuse(parser->error, options,
		    "an object", "options");
	code = read_names(parser);
	if (!code)
		code = read_strict(parser);
	if (!code)
		code = read_hash_algorithm(parser);
	if (!code)
		code = read_flag(parser, "persistUndefinedAsNull",
		    &definition->persist_undefined_as_null);
	if (!code)
		code = read_flag(parser, "applyDefaultsOnReads", &on_reads);
	definition->no_defaults_on_reads = !on_reads;
	if (!code)
		code = read_flag(parser, "trackChanges",
		    &definition->track_changes);
	if (!code)
		code = weft__config_read_count(
		    setting(parser, "replicationChunkSize"),
		    "replicationChunkSize", &definition->chunk_size,
		    parser->error);
	if (!code)
		weft__definition_name_unknown(definition->name, parser->root);
	return code;
}

/* An empty property at the end; there is room for it. */
static int
add_property(struct parser *parser, const char *name,
    struct weft__property **added)
{
	struct weft__definition *definition = parser->definition;
	struct weft__property *property =
	    &definition->properties[definition->length];
	int code;

	*property = (struct weft__property){.rank = definition->length};
	code = weft__property_name(&parser->reader, name, &property->name);
	if (code)
		return code;
	definition->length++;
	*added = property;
	return 0;
}

static struct weft__property *
find_unsorted(const struct parser *parser, struct weft_slice name)
{
	const struct weft__definition *definition = parser->definition;

	for (size_t i = 0; i < definition->length; i++)
		if (weft_slice_equal(name, definition->properties[i].name))
			return &definition->properties[i];
	return NULL;
}

static int
read_property(struct parser *parser, const char *name, const json_t *json)
{
	struct weft__definition *definition = parser->definition;
	struct weft__property *property;
	bool is_id;
	int code;

	/* So a model takes back what its base declares. */
	if (json_is_null(json) || json_is_false(json))
		return 0;
	if (!*name || strchr(name, '.'))
		return weft_error_set(parser->error, WEFT_ECONFIG,
		    "properties.%s: expected a name without dots", name);
	code = add_property(parser, name, &property);
	if (!code)
		code = weft__property_read(&parser->reader, name, json,
		    property, &is_id);
	if (code || !is_id)
		return code;
	if (definition->id)
		return weft_error_set(parser->error, WEFT_ECONFIG,
		    "properties.%s.id: expected one id property, but %s is "
		    "one too", name, definition->id->name.data);
	definition->id = property;
	return 0;
}

/* Without a declared id it is the property "id", made if need be. */
static int
settle_id(struct parser *parser)
{
	struct weft__definition *definition = parser->definition;
	struct weft__property *id = definition->id;
	int code = 0;

	if (id)
		return 0;
	id = find_unsorted(parser, weft_slice("id"));
	if (!id) {
		code = add_property(parser, "id", &id);
		if (code)
			return code;
		id->declared = true;
		id->type = WEFT_TYPE_STRING;
		id->default_fn = WEFT__DEFAULT_GUID;
	}
	definition->id = id;
	return 0;
}

/* Hides a property; one that is not declared is added as known to be so. */
static int
hide(struct parser *parser, const char *name)
{
	struct weft__property *property;
	struct weft_slice canonical;
	int code = weft__property_name(&parser->reader, name, &canonical);

	if (code)
		return code;
	property = find_unsorted(parser, canonical);
	if (!property)
		code = add_property(parser, name, &property);
	if (code)
		return code;
	if (property == parser->definition->id)
		return weft_error_set(parser->error, WEFT_ECONFIG,
		    "hidden: %s is the id, which cannot be hidden", name);
	property->hidden = true;
	parser->definition->has_hidden = true;
	return 0;
}

static int
read_hidden(struct parser *parser)
{
	const json_t *hidden = setting(parser, "hidden"), *name;
	size_t i;
	int code;

	if (hidden && !json_is_array(hidden))
		return weft__config_refuse(parser->error, hidden,
		    "an array of property names", "hidden");
	json_array_foreach (hidden, i, name) {
		if (!json_is_string(name))
			return weft__config_refuse(parser->error, name,
			    "a property's name", "hidden[%zu]", i);
		code = hide(parser, json_string_value(name));
		if (code)
			return code;
	}
	return 0;
}

/* Reads a setting that names a property. */
static int
read_name(struct parser *parser, const char *key, struct weft_slice *found)
{
	const json_t *value = setting(parser, key);
	struct weft_slice name = {NULL, 0};
	const struct weft__property *property;
	int code;

	if (!value)
		return 0;
	if (json_is_string(value)) {
		code = weft__property_name(&parser->reader,
		    json_string_value(value), &name);
		if (code)
			return code;
	}
	property = name.data ? find_unsorted(parser, name) : NULL;
	if (!property || !property->declared || property->hidden)
		return weft__config_refuse(parser->error, value,
		    "the name of a declared property that is not hidden",
		    "%s", key);
	*found = property->name;
	return 0;
}

/* What LoopBack's changes have besides: of it one can be filled here. */
static int
check_additional(struct parser *parser)
{
	const char *key = "additionalChangeModelProperties";
	const json_t *additional = setting(parser, key);

	if (additional && !json_is_object(additional))
		return weft__config_refuse(
		    parser->error, additional, "an object", "%s", key);
	weft__definition_name_unfilled(parser->definition->name, additional,
	    json_string_value(setting(parser, "changeFilterProperty")));
	return 0;
}

static int
compare_properties(const void *a, const void *b)
{
	const struct weft__property *left = a, *right = b;

	return weft__json_compare_names(left->name, right->name);
}

/* Sorts the properties and finds again what pointed to them. */
static int
sort_properties(struct parser *parser)
{
	struct weft__definition *definition = parser->definition;
	const size_t length = definition->length;
	const size_t id_rank = definition->id->rank;
	const struct weft__property **checked;

	checked = weft__arena_alloc(&definition->arena,
	    length * sizeof *checked);
	if (!checked)
		return out_of_memory(parser);
	qsort(definition->properties, length, sizeof *definition->properties,
	    compare_properties);
	for (size_t i = 0; i < length; i++) {
		struct weft__property *property = &definition->properties[i];

		checked[property->rank] = property;
		if (property->rank == id_rank)
			definition->id = property;
	}
	definition->checked = checked;
	for (size_t i = 0; i < length; i++)
		if (checked[i]->required ||
		    checked[i]->type == WEFT_TYPE_DATE)
			checked[definition->checked_length++] = checked[i];
	return 0;
}

static int
read_properties(struct parser *parser)
{
	struct weft__definition *definition = parser->definition;
	json_t *properties = json_object_get(parser->root, "properties");
	const char *name;
	json_t *json;
	size_t room;
	int code;

	if (properties && !json_is_object(properties))
		return weft__config_refuse(parser->error, properties,
		    "an object", "properties");
	/* One more for an id, and those that are only named as hidden. */
	room = json_object_size(properties) + 1 +
	       json_array_size(setting(parser, "hidden"));
	definition->properties = weft__arena_alloc(&definition->arena,
	    room * sizeof *definition->properties);
	if (!definition->properties)
		return out_of_memory(parser);
	json_object_foreach (properties, name, json) {
		code = read_property(parser, name, json);
		if (code)
			return code;
	}
	code = settle_id(parser);
	if (!code)
		code = read_hidden(parser);
	if (!code)
		code = read_name(parser, "updatedAt", &definition->updated_at);
	if (!code)
		code = read_name(parser, "changeFilterProperty",
		    &definition->change_filter);
	if (!code)
		code = check_additional(parser);
	return code ? code : sort_properties(parser);
}

static int
parse_root(struct weft__definition *definition, json_t *root,
    struct weft_slice json, struct weft_error *error)
{
	struct parser parser = {
	    .definition = definition,
	    .root = root,
	    .reader = {.arena = &definition->arena, .error = error},
	    .error = error,
	};
	int code;

	weft__json_init(&parser.reader.json);
	weft_buf_init(&parser.reader.text, WEFT_LIMIT_CONFIG_SIZE);
	if (weft__arena_copy(&definition->arena, json, &definition->json))
		code = out_of_memory(&parser);
	else
		code = read_settings(&parser);
	if (!code)
		code = read_properties(&parser);
	if (!code)
		code = weft__visible_read(definition,
		    setting(&parser, "visibleTo"), error);
	weft__json_fini(&parser.reader.json);
	weft_buf_fini(&parser.reader.text);
	return code;
}

int
weft__definition_parse(struct weft_slice json,
    struct weft__definition **definition, struct weft_error *error)
{
	struct weft__definition *made;
	json_t *root;
	int code = weft__config_parse(json, &root, error);

	if (code)
		return code;
	made = weft__calloc(1, sizeof *made);
	code = made ? parse_root(made, root, json, error)
		    : weft_error_set(error, WEFT_ENOMEM, "out of memory");
	json_decref(root);
	if (code) {
		weft__definition_destroy(made);
		return code;
	}
	*definition = made;
	return 0;
}

void
weft__definition_destroy(struct weft__definition *definition)
{
	if (!definition)
		return;
	weft__arena_fini(&definition->arena);
	weft__free(definition);
}

const struct weft__property *
weft__definition_find(
    const struct weft__definition *definition, struct weft_slice name)
{
	size_t low = 0, high = definition->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct weft__property *property =
		    &definition->properties[middle];
		int order = weft__json_compare_names(name, property->name);

		if (order == 0)
			return property;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

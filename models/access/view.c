#include "models/access/view.h"

#include "models/access/access_private.h"
#include "models/definition/config.h"
#include "models/model.h"
#include "models/source/viewed.h"

struct weft__viewer
weft__view_viewer(const struct weft__principal *principal)
{
	struct weft__viewer viewer = {weft_slice(""), NULL, 0};

	if (principal)
		viewer = (struct weft__viewer){principal->user_id,
		    principal->role_ids, principal->roles_length};
	return viewer;
}

int
weft__source_open_for(const struct weft__principal *principal,
    struct weft_datasource *datasource, struct weft_source **source,
    struct weft_error *error)
{
	struct weft__viewer viewer = weft__view_viewer(principal);

	return weft__source_viewed_open(datasource, &viewer, source, error);
}

int
weft__view_check(const struct weft__principal *principal,
    struct weft_model *model, struct weft_slice id, bool *visible,
    struct weft_error *error)
{
	struct weft__viewer viewer = weft__view_viewer(principal);
	enum weft__sight sight;
	int code;

	*visible = true;
	if (!weft__visible_is_on(model->definition))
		return 0;
	code = weft__viewer_look(&viewer, model, &id, 1, &sight, error);
	*visible = sight != WEFT__SIGHT_HIDDEN;
	return code;
}

/* The ids as records may have them: text, and a number that they are. */
static json_t *
list_ids(const struct weft_slice *ids, size_t length)
{
	json_t *list = json_array();

	for (size_t i = 0; i < length && list; i++) {
		json_t *both = weft__lookup_spellings(ids[i]);

		if (!both || json_array_extend(list, both)) {
			json_decref(list);
			list = NULL;
		}
		json_decref(both);
	}
	return list;
}

/* Adds {<property>: {<word>: [ids]}}; a property that is not set adds none. */
static int
add_term(json_t *terms, struct weft_slice property, const char *word,
    const struct weft_slice *ids, size_t length)
{
	if (!property.data || !length)
		return 0;
	return json_array_append_new(terms,
	    json_pack("{s:{s:o}}", property.data, word,
		list_ids(ids, length)));
}

/* The clause that says who sees the record. */
static json_t *
describe(const struct weft__principal *principal,
    const struct weft__definition *definition)
{
	json_t *terms = json_array();

	if (principal && terms &&
	    (add_term(terms, definition->visible_owner, "inq",
		 &principal->user_id, 1) ||
		add_term(terms, definition->visible_groups, "inq",
		    principal->role_ids, principal->roles_length))) {
		json_decref(terms);
		return NULL;
	}
	return json_pack("{s:o}", "or", terms);
}

int
weft__view_where(const struct weft__principal *principal,
    const struct weft_model *model, struct weft_slice where,
    struct weft_buf *out, struct weft_error *error)
{
	json_t *given = NULL, *clause;
	int code = 0;

	if (!weft__visible_is_on(model->definition)) {
		if (where.data)
			code = weft_buf_append_slice(out, where);
	} else {
		if (where.data)
			code = weft__lookup_parse(where, &given, error);
		if (code)
			return code;
		clause = json_pack("{s:[o,o*]}", "and",
		    describe(principal, model->definition), given);
		code = clause ? weft__config_write(clause, out) : WEFT_ENOMEM;
		json_decref(clause);
	}
	return code ? weft_error_set(error, code, "where: %s",
			  weft_error_text(code))
		    : 0;
}

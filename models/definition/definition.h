/*
 * A model definition: LoopBack's JSON, checked and made ready for use.
 */
#ifndef MODELS_DEFINITION_DEFINITION_H
#define MODELS_DEFINITION_DEFINITION_H

#include <weft/error.h>
#include <weft/sys/connector.h>

#include "core/base/arena.h"

enum weft__default_fn {
	WEFT__DEFAULT_NONE,
	WEFT__DEFAULT_VALUE, /* default_value */
	WEFT__DEFAULT_GUID,  /* guid, uuid, uuidv4: a random UUID */
	WEFT__DEFAULT_NOW    /* the time as a date */
};

/* What happens to a property that is not declared. */
enum weft__strict {
	WEFT__STRICT_FALSE,  /* kept */
	WEFT__STRICT_FILTER, /* dropped */
	WEFT__STRICT_TRUE    /* refused: 422 (also "throw" and "validate") */
};

struct weft__property {
	struct weft_slice name;  /* canonical JSON text, without quotes; NUL-
	                            terminated */
	enum weft_property_type type;
	enum weft_property_type item_type; /* of an array's elements */
	bool declared; /* false: only known to be hidden */
	bool required;
	bool indexed;
	bool hidden;
	enum weft__default_fn default_fn;
	struct weft_slice default_value; /* canonical token */
	size_t rank; /* place in the declaration */
};

struct weft__definition {
	const char *name;
	const char *plural;
	struct weft__property *properties; /* sorted by canonical name */
	size_t length;
	struct weft__property *id; /* one of the properties, always there */
	/* Those that validation looks at (required, dates), in the order of
	 * their declaration, which is that of the error's text. */
	const struct weft__property **checked;
	size_t checked_length;
	enum weft__strict strict;
	bool persist_undefined_as_null;
	bool no_defaults_on_reads; /* applyDefaultsOnReads: false */
	bool track_changes;
	bool has_hidden;
	/* Declared with "updatedAt": the property that says which of two
	 * versions is newer; no value if there is none. */
	struct weft_slice updated_at;
	/* Declared with "visibleTo" (models/visible/visible.h): the
	 * properties that say who may see a record; no value: none. */
	struct weft_slice visible_owner;
	struct weft_slice visible_groups;
	/* Declared with "changeFilterProperty": changes carry its value, and
	 * a filter on it holds for deletions too; no value: none. */
	struct weft_slice change_filter;
	/* Declared with "replicationChunkSize": changes in one step of a
	 * replication from this model at most; 0: as many as there are. */
	size_t chunk_size;
	struct weft_slice json; /* the definition as it was given */
	struct weft__arena arena; /* owns all texts */
};

/*
 * Reads a definition.  A missing id property is added: "id", a string that
 * is a UUID unless it is given.
 * WEFT_ECONFIG names the key (or the line and column) and what was expected;
 * WEFT_ENOMEM.  '*definition' is the caller's, for
 * weft__definition_destroy().
 */
WEFT_MUST_CHECK int weft__definition_parse(struct weft_slice json,
    struct weft__definition **definition, struct weft_error *error);
void weft__definition_destroy(struct weft__definition *definition);

/* The property of this canonical name, or NULL; it may be one that is not
 * declared. */
const struct weft__property *weft__definition_find(
    const struct weft__definition *definition, struct weft_slice name);

#endif

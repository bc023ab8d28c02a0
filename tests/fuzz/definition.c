/*
 * Any bytes are a model definition or refused; one that was read has sorted
 * properties, finds each by its name, and has an id.
 */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include "core/base/json.h"
#include "models/definition/definition.h"

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_slice json = weft_slice_of((const char *)data, size);
	struct weft__definition *definition;
	struct weft_error error;
	int code = weft__definition_parse(json, &definition, &error);

	if (code) {
		check(code == WEFT_ECONFIG || code == WEFT_ENOMEM);
		return 0;
	}
	check(definition->name && *definition->name);
	check(definition->plural && *definition->plural);
	check(definition->id >= definition->properties &&
	      definition->id < definition->properties + definition->length);
	for (size_t i = 0; i < definition->length; i++) {
		const struct weft__property *property =
		    &definition->properties[i];

		check(i == 0 || weft__json_compare_names(property[-1].name,
				    property->name) < 0);
		check(weft__definition_find(definition, property->name) ==
		      property);
	}
	weft__definition_destroy(definition);
	return 0;
}

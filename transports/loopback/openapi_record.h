/*
 * A model's records as schemas of the API's description.
 */
#ifndef TRANSPORTS_LOOPBACK_OPENAPI_RECORD_H
#define TRANSPORTS_LOOPBACK_OPENAPI_RECORD_H

#include <jansson.h>

#include "transports/loopback/rest.h"

/*
 * Writes the name of the model's schema to 'text', of 'room' bytes: "Todo",
 * or "Todo.Patch".  What is no letter, digit, '-' or '_' is escaped, so that
 * no two models have one name, and none one of ours.
 */
void weft__openapi_record_name(const struct weft__rest_model *model,
    bool is_patch, char *text, size_t room);

/*
 * What a record looks like; with 'is_patch' that of which some properties are
 * sent.  Hidden properties are in it if a record cannot be made without.
 * Returns the caller's schema, or NULL: no memory.
 */
json_t *weft__openapi_record_schema(
    const struct weft__rest_model *model, bool is_patch);

#endif

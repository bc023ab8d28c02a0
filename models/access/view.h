/*
 * What a principal may see of models with "visibleTo"
 * (models/visible/visible.h): his own records and those of his groups, which
 * are his roles, by their ids.  Somebody who is not logged in sees none.
 * Models without it are shown as they are.
 */
#ifndef MODELS_ACCESS_VIEW_H
#define MODELS_ACCESS_VIEW_H

#include <weft/source.h>

#include "models/access/access.h"
#include "models/visible/visible.h"

/*
 * Common: 'principal' may be NULL, and must be one that
 * weft__access_authenticate() has just given: its roles are as of then.
 * Thread: any.
 */

/* The principal as a viewer, borrowed from it: with that in struct weft_call
 * he writes what he sees, and creates what is his to see. */
struct weft__viewer weft__view_viewer(
    const struct weft__principal *principal);

/*
 * Makes a source that shows a datasource as the principal sees it, for a
 * replication or a request: it is cheap, and knows the roles of the moment.
 * '*source' is the caller's, for weft_source_destroy(); the datasource is
 * kept, the principal is not.  Returns as weft_source_open_datasource(), and
 * what the database returns.
 */
WEFT_MUST_CHECK int weft__source_open_for(
    const struct weft__principal *principal,
    struct weft_datasource *datasource, struct weft_source **source,
    struct weft_error *error);

/*
 * Appends a where clause that adds to 'where' (JSON, or no value) that the
 * principal sees the record: for find, count, updateAll and deleteAll.
 * WEFT_EJSON; WEFT_ENOMEM.  Cost: with an index on the property, of his own
 * records; those of groups are found by looking at all.
 */
WEFT_MUST_CHECK int weft__view_where(const struct weft__principal *principal,
    const struct weft_model *model, struct weft_slice where,
    struct weft_buf *out, struct weft_error *error);

/*
 * Whether the principal sees the record of this id, for methods that read
 * one.  '*visible' is true also if there is none, nor was: he may create it.
 */
WEFT_MUST_CHECK int weft__view_check(const struct weft__principal *principal,
    struct weft_model *model, struct weft_slice id, bool *visible,
    struct weft_error *error);

#endif

/*
 * The property that changes carry beside LoopBack's, and by which deletions
 * are told apart: a model's setting "changeFilterProperty".
 *
 * LoopBack wants code for this (createChangeFilter, fillCustomChangeProperties)
 * and without it tells everybody of every deletion.
 */
#ifndef MODELS_TRACKING_CHANGE_FILTER_H
#define MODELS_TRACKING_CHANGE_FILTER_H

#include "core/repl/source.h"
#include "models/model.h"

/*
 * Gives the changes of the list from index 'from' on the property's value: of
 * the record, or what it last was before its deletion.  Takes out deletions of
 * records that what 'filter' says of the property did not match; one whose
 * last value is no longer kept stays.
 * Returns 0; WEFT_ENOMEM; what the database returns.
 */
WEFT_MUST_CHECK int weft__change_filter_apply(struct weft_source *source,
    struct weft_model *model, struct weft_slice filter,
    struct weft_change_list *list, size_t from, struct weft_error *error);

#endif

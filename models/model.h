/*
 * A model: its definition bound to a datasource.
 */
#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H

#include <stdatomic.h>

#include <weft/record.h>

#include "models/datasource.h"
#include "models/definition/definition.h"

struct weft__kept_sketch;
struct weft__prepare;

#define WEFT__HOOK_POINTS 4

struct weft__hook {
	weft_hook_fn *call;
	void *context;
};

struct weft_model {
	struct weft__definition *definition; /* owned */
	struct weft_datasource *datasource;  /* the registry's */
	int index;                           /* the connector's for it */
	bool tracked;
	struct {
		struct weft__hook *hooks;
		size_t length, capacity;
	} hooks[WEFT__HOOK_POINTS];
	weft_change_error_fn *handle_change_error;
	void *change_error_context;
	struct weft__kept_sketch *sketch; /* models/store/sketch.h, or NULL */
	/* models/record/prepare.h */
	_Atomic(struct weft__prepare *) idle_prepare;
};

#endif

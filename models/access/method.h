/*
 * The methods that LoopBack gives a model, and the access that each is.
 */
#ifndef MODELS_ACCESS_METHOD_H
#define MODELS_ACCESS_METHOD_H

#include "models/access/access.h"

#define WEFT__METHOD_NAMES 3

struct weft__method {
	const char *names[WEFT__METHOD_NAMES]; /* LoopBack's, then aliases;
	                                          NULL: no more */
	enum weft__access_type type;
};

/* The method with this name or alias; NULL: it is one of the application's
 * own, which LoopBack takes for EXECUTE. */
const struct weft__method *weft__method_find(const char *name);

#endif

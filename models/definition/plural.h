/*
 * The plural of a model's name, which LoopBack uses as its path.
 */
#ifndef MODELS_DEFINITION_PLURAL_H
#define MODELS_DEFINITION_PLURAL_H

#include "core/base/arena.h"

/*
 * The plural as LoopBack forms it (by the npm package inflection): Todo gives
 * Todos, Category Categories, Person People, News News.  In the arena; NULL
 * when out of memory.
 */
const char *weft__plural(struct weft__arena *arena, const char *name);

#endif

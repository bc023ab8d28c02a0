/*
 * Numbers written as text, as they come in query strings and old data.
 */
#ifndef MODELS_NUMBER_H
#define MODELS_NUMBER_H

#include <weft/types.h>

/*
 * Reads a JSON number, with spaces around it and a plus before it allowed, as
 * most of what JavaScript's Number() takes.  Not dependent on the locale.
 * Returns whether the text is one, and finite.
 */
bool weft__number_parse(struct weft_slice text, double *number);

#endif

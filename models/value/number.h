/*
 * Numbers written as text, as they come in query strings and old data.
 */
#ifndef MODELS_VALUE_NUMBER_H
#define MODELS_VALUE_NUMBER_H

#include <weft/types.h>

/*
 * Reads a JSON number, with spaces around it and a plus before it allowed, as
 * most of what JavaScript's Number() takes.  Not dependent on the locale.
 * Returns whether the text is one, and finite.
 */
bool weft__number_parse(struct weft_slice text, double *number);

/*
 * JavaScript's Number(text): as above, but white space may be any of ASCII's,
 * and "" (0), "007", ".5", "5.", "0x1f", "0o17" and "0b11" are numbers too.
 * Returns NAN if the text is none, or has over WEFT__NUMBER_DIGITS bytes; the
 * number may be infinite.
 */
#define WEFT__NUMBER_DIGITS 400
double weft__number_of_text(struct weft_slice text);

#endif

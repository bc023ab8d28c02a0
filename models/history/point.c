/*
 * Points of the past as people write them.
 */
#include <weft/history.h>

#include "models/value/date.h"

/* The number that digits alone make. */
static bool
read_number(struct weft_slice text, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned digit = (unsigned)(text.data[i] - '0');

		if (digit > 9 || *number > (UINT64_MAX - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return text.size > 0;
}

int
weft_point_parse(struct weft_slice text, struct weft_point *point,
    struct weft_error *error)
{
	uint64_t number;
	int64_t time_ms;

	if (read_number(text, &number)) {
		*point = (struct weft_point){WEFT_POINT_CHECKPOINT, number};
		return 0;
	}
	if (!weft__date_parse(text, &time_ms))
		return weft_error_set(error, WEFT_EINVAL,
		    "\"%.*s\" is neither a checkpoint's number nor a time such "
		    "as 2024-01-31T12:00:00Z", (int)text.size,
		    text.data ? text.data : "");
	*point = (struct weft_point){
	    WEFT_POINT_TIME, time_ms < 0 ? 0 : (uint64_t)time_ms};
	return 0;
}

#include "models/access/refusal.h"

int
weft__refuse(struct weft__refusal *refusal, int status, const char *word,
    struct weft_error *error, int code, const char *format, ...)
{
	va_list arguments;

	if (refusal) {
		refusal->status = status;
		refusal->word = word;
		refusal->retry_after_ms = 0;
	}
	va_start(arguments, format);
	weft_error_vset(error, code, format, arguments);
	va_end(arguments);
	return code;
}

int
weft__refuse_attempt(struct weft__refusal *refusal, uint64_t wait_ms,
    struct weft_error *error)
{
	if (!wait_ms)
		return 0;
	weft__refuse(refusal, 429, "TOO_MANY_ATTEMPTS", error, WEFT_EDENIED,
	    "Too many attempts: wait %llu s",
	    (unsigned long long)((wait_ms + 999) / 1000));
	if (refusal)
		refusal->retry_after_ms = wait_ms;
	return WEFT_EDENIED;
}

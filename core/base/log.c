#include "core/base/log.h"

#include <stdarg.h>
#include <stdio.h>

static weft_log_fn *receiver;
static enum weft_log_level receiver_level;
static void *receiver_context;

void
weft_log_set(weft_log_fn *receive, enum weft_log_level level, void *context)
{
	receiver = receive;
	receiver_level = level;
	receiver_context = context;
}

const char *
weft_log_level_name(enum weft_log_level level)
{
	static const char *const names[] = {
	    "error", "warning", "info", "debug"};

	return names[level];
}

void
weft__log(enum weft_log_level level, const char *module, const char *format,
    ...)
{
	char text[1024];
	va_list arguments;

	if (!receiver || level > receiver_level)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	receiver(level, module, text, receiver_context);
}

#include <weft/error.h>

#include <stdio.h>

struct row {
	int code;
	const char *name;
	enum weft_error_class class;
	int http_status;
	const char *loopback_word;
	const char *couchdb_word;
	const char *text;
};

static const struct row rows[] = {
#define X(code, value, class, http, loopback, couchdb, text) \
	{code, #code, WEFT_CLASS_##class, http, loopback, couchdb, text},
    WEFT_ERRORS(X)
#undef X
};

/* The row of 'code', or NULL. */
static const struct row *
find_row(int code)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

static const struct row *
get_row(int code)
{
	const struct row *row = find_row(code);

	return row ? row : find_row(WEFT_EIO);
}

const char *
weft_error_name(int code)
{
	const struct row *row = find_row(code);

	return row ? row->name : "unknown";
}

const char *
weft_error_text(int code)
{
	return get_row(code)->text;
}

enum weft_error_class
weft_error_class(int code)
{
	return get_row(code)->class;
}

int
weft_error_http_status(int code)
{
	return get_row(code)->http_status;
}

const char *
weft_error_loopback_word(int code)
{
	return get_row(code)->loopback_word;
}

const char *
weft_error_couchdb_word(int code)
{
	return get_row(code)->couchdb_word;
}

int
weft_error_vset(struct weft_error *error, int code, const char *format,
    va_list arguments)
{
	if (error) {
		error->code = code;
		vsnprintf(error->text, sizeof error->text, format, arguments);
	}
	return code;
}

int
weft_error_set(struct weft_error *error, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	weft_error_vset(error, code, format, arguments);
	va_end(arguments);
	return code;
}

int
weft_error_wrap(struct weft_error *error, const char *format, ...)
{
	char before[sizeof error->text];
	va_list arguments;
	size_t size;

	if (!error)
		return WEFT_EIO;
	memcpy(before, error->text, sizeof before);
	va_start(arguments, format);
	vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	size = strlen(error->text);
	snprintf(error->text + size, sizeof error->text - size, ": %s", before);
	return error->code;
}

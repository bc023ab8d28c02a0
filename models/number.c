#include "models/number.h"

#include <math.h>

#include "core/base/json.h"

/* What is left of the text that is being read. */
struct reader {
	const char *next;
	const char *end;
};

/* Takes the byte if it is next. */
static bool
take(struct reader *reader, char byte)
{
	if (reader->next == reader->end || *reader->next != byte)
		return false;
	reader->next++;
	return true;
}

/* Takes one digit or more. */
static bool
take_digits(struct reader *reader)
{
	const char *start = reader->next;

	while (reader->next < reader->end && *reader->next >= '0' &&
	    *reader->next <= '9')
		reader->next++;
	return reader->next > start;
}

/* The power of ten after its e, if there is one. */
static bool
take_exponent(struct reader *reader)
{
	if (!take(reader, 'e') && !take(reader, 'E'))
		return true;
	if (!take(reader, '+'))
		take(reader, '-');
	return take_digits(reader);
}

/* Whether the rest is a number by JSON's grammar. */
static bool
take_number(struct reader *reader)
{
	take(reader, '-');
	if (!take(reader, '0') && !take_digits(reader))
		return false;
	if (take(reader, '.') && !take_digits(reader))
		return false;
	return take_exponent(reader) && reader->next == reader->end;
}

bool
weft__number_parse(struct weft_slice text, double *number)
{
	struct reader reader = {text.data, text.data + text.size};
	struct weft_slice digits;

	while (take(&reader, ' '))
		continue;
	while (reader.end > reader.next && reader.end[-1] == ' ')
		reader.end--;
	if (take(&reader, '+') && take(&reader, '-'))
		return false;
	digits = weft_slice_of(
	    reader.next, (size_t)(reader.end - reader.next));
	if (!take_number(&reader))
		return false;
	*number = weft__json_read_number(digits);
	return isfinite(*number);
}

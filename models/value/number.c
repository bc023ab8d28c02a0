#include "models/value/number.h"

#include <math.h>
#include <stdio.h>

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

static bool
is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The value of a digit in bases up to 16; 16 if it is none. */
static int
digit_value(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return 16;
}

/* What follows 0x, 0o or 0b. */
static double
read_digits(struct weft_slice digits, int base)
{
	double number = digits.size ? 0 : NAN;

	for (size_t i = 0; i < digits.size; i++) {
		int value = digit_value(digits.data[i]);

		if (value >= base)
			return NAN;
		number = number * base + value;
	}
	return number;
}

/* The base that a prefix such as 0x means, or 0. */
static int
find_base(struct weft_slice text)
{
	if (text.size < 2 || text.data[0] != '0')
		return 0;
	switch (text.data[1]) {
	case 'x':
	case 'X':
		return 16;
	case 'o':
	case 'O':
		return 8;
	case 'b':
	case 'B':
		return 2;
	default:
		return 0;
	}
}

/* Takes digits, or none. */
static struct weft_slice
take_run(struct reader *reader)
{
	const char *start = reader->next;

	take_digits(reader);
	return weft_slice_of(start, (size_t)(reader->next - start));
}

/* Writes the number as JSON spells it: 007 is 7, .5 is 0.5, 5. is 5. */
static double
respell(struct weft_slice whole, struct weft_slice fraction,
    struct weft_slice exponent)
{
	char json[WEFT__NUMBER_DIGITS + 4];
	int size;

	while (whole.size && *whole.data == '0')
		whole = weft_slice_of(whole.data + 1, whole.size - 1);
	size = snprintf(json, sizeof json, "%s%.*s%s%.*s%.*s",
	    whole.size ? "" : "0", (int)whole.size, whole.data,
	    fraction.size ? "." : "", (int)fraction.size, fraction.data,
	    (int)exponent.size, exponent.data);
	return weft__json_read_number(weft_slice_of(json, (size_t)size));
}

static double
read_decimal(struct weft_slice text)
{
	struct reader reader = {text.data, text.data + text.size};
	bool is_negative = take(&reader, '-');
	struct weft_slice whole, fraction = {"", 0}, exponent;
	double number;

	if (!is_negative)
		take(&reader, '+');
	whole = take_run(&reader);
	if (take(&reader, '.'))
		fraction = take_run(&reader);
	exponent = weft_slice_of(
	    reader.next, (size_t)(reader.end - reader.next));
	if (whole.size + fraction.size == 0 || !take_exponent(&reader) ||
	    reader.next < reader.end)
		return NAN;
	number = respell(whole, fraction, exponent);
	return is_negative ? -number : number;
}

double
weft__number_of_text(struct weft_slice text)
{
	const char *at = text.data, *end = text.data + text.size;
	int base;

	while (at < end && is_space(*at))
		at++;
	while (end > at && is_space(end[-1]))
		end--;
	text = weft_slice_of(at, (size_t)(end - at));
	base = find_base(text);
	if (!text.size)
		return 0;
	if (text.size > WEFT__NUMBER_DIGITS)
		return NAN;
	if (base)
		return read_digits(
		    weft_slice_of(at + 2, text.size - 2), base);
	return read_decimal(text);
}

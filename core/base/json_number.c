/*
 * Numbers: IEEE doubles, printed as ECMAScript prints them.
 *
 * A decimal of at most 15 digits survives the way into a double and back, and
 * no shorter one reads as the same double.  So most numbers are made canonical
 * as text; only more digits, or exponents at the ends of the range, are made a
 * double and printed anew.
 */
#include "core/base/json_private.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "core/base/decimal.h"

/* Values in [10^-306, 10^308) are normal doubles. */
#define POINT_MIN (-305)
#define POINT_MAX 308

/* 2^53: every integer up to it is a double. */
#define INTEGER_MAX "9007199254740992"
#define INTEGER_DIGITS 16

/* The parts of a number's text. */
struct literal {
	const char *begin;    /* the sign, or else 'whole' */
	const char *whole;    /* digits before the point */
	const char *point;    /* end of those */
	const char *fraction; /* digits after the point: up to 'exponent' */
	const char *exponent; /* the e, or 'end' */
	const char *end;
};

static inline bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline const char *
skip_digits(const char *at, const char *end)
{
	while (at < end && is_digit(*at))
		at++;
	return at;
}

static bool
is_either(const char *at, const char *end, char a, char b)
{
	return at < end && (*at == a || *at == b);
}

/* The parts from the point on; false if they are incomplete. */
static bool
read_rest(const char *at, const char *end, struct literal *literal)
{
	if (*at == '.') {
		literal->fraction = at + 1;
		at = skip_digits(at + 1, end);
		literal->exponent = literal->end = at;
		if (at == literal->fraction)
			return false;
	}
	if (is_either(at, end, 'e', 'E')) {
		at++;
		if (is_either(at, end, '+', '-'))
			at++;
		literal->end = skip_digits(at, end);
		return literal->end > at;
	}
	return true;
}

/*
 * Reads a number by JSON's grammar.  Returns false, and where it goes wrong
 * in 'end', if it is none.
 */
static inline bool
read_literal(const char *at, const char *end, struct literal *literal)
{
	literal->begin = at;
	if (at < end && *at == '-')
		at++;
	literal->whole = at;
	at = skip_digits(at, end);
	literal->point = literal->fraction = literal->exponent = at;
	literal->end = at;
	if (at == literal->whole)
		return false;
	if (*literal->whole == '0' && at - literal->whole > 1) {
		literal->end = literal->whole + 1;
		return false;
	}
	return at == end || read_rest(at, end, literal);
}

/* Whether the integer is canonical as it is.  May say false of one that is. */
static inline bool
is_canonical_integer(const struct literal *literal)
{
	ptrdiff_t digits = literal->point - literal->whole;

	if (*literal->whole == '0')
		return literal->whole == literal->begin; /* no sign */
	return digits <= WEFT__DECIMAL_SAFE ||
	    (digits == INTEGER_DIGITS &&
		memcmp(literal->whole, INTEGER_MAX, INTEGER_DIGITS) <= 0);
}

/* The same for a number with a fraction, without an exponent. */
static inline bool
is_canonical_fraction(const struct literal *literal)
{
	/* The digits and the point. */
	if (literal->end - literal->whole > WEFT__DECIMAL_SAFE + 1 ||
	    literal->end[-1] == '0')
		return false;
	/* Less than 1e-6 is printed with an exponent. */
	return *literal->whole != '0' ||
	    literal->end - literal->fraction <= 6 ||
	    memcmp(literal->fraction, "000000", 6) != 0;
}

static inline bool
is_canonical(const struct literal *literal)
{
	if (literal->point == literal->end)
		return is_canonical_integer(literal);
	return literal->exponent == literal->end &&
	    is_canonical_fraction(literal);
}

/* Appends digits, without zeros in front of the first. */
static void
add_digits(struct weft__decimal *decimal, const char *at, const char *end)
{
	for (; at < end; at++) {
		if (decimal->length == 0 && *at == '0')
			decimal->point--;
		else if (decimal->length < WEFT__DECIMAL_MAX)
			decimal->digits[decimal->length++] = *at;
		else if (*at != '0') /* whatever it is, and wherever */
			decimal->digits[WEFT__DECIMAL_MAX - 1] = '1';
	}
}

/* The exponent's value, cut far beyond what any number can need. */
static int64_t
read_exponent(const struct literal *literal)
{
	const char *at = literal->exponent;
	bool is_negative = false;
	int64_t value = 0;

	if (at == literal->end)
		return 0;
	at++;
	if (*at == '+' || *at == '-')
		is_negative = *at++ == '-';
	for (; at < literal->end; at++)
		if (value < INT64_C(1000000000000))
			value = value * 10 + (*at - '0');
	return is_negative ? -value : value;
}

static void
read_decimal(const struct literal *literal, struct weft__decimal *decimal)
{
	decimal->is_negative = *literal->begin == '-';
	decimal->length = 0;
	decimal->point = literal->point - literal->whole;
	add_digits(decimal, literal->whole, literal->point);
	add_digits(decimal, literal->fraction, literal->exponent);
	weft__decimal_strip(decimal);
	decimal->point += read_exponent(literal);
	if (decimal->length == 0)
		decimal->point = 0;
}

static char *
put_digits(char *out, const char *digits, int64_t count)
{
	memcpy(out, digits, (size_t)count);
	return out + count;
}

static char *
put_zeros(char *out, int64_t count)
{
	memset(out, '0', (size_t)count);
	return out + count;
}

/* d.ddde+d */
static char *
put_exponential(char *out, const struct weft__decimal *decimal)
{
	*out++ = decimal->digits[0];
	if (decimal->length > 1) {
		*out++ = '.';
		out = put_digits(
		    out, decimal->digits + 1, decimal->length - 1);
	}
	return out + snprintf(out, 8, "e%+d", (int)decimal->point - 1);
}

/* Prints as ECMAScript's Number::toString does; returns the end. */
static char *
put_decimal(char *out, const struct weft__decimal *decimal)
{
	const char *digits = decimal->digits;
	int64_t length = decimal->length, point = decimal->point;

	if (length == 0) {
		*out++ = '0';
		return out;
	}
	if (decimal->is_negative)
		*out++ = '-';
	if (point < -5 || point > 21)
		return put_exponential(out, decimal);
	if (point <= 0) {
		*out++ = '0';
		*out++ = '.';
		out = put_zeros(out, -point);
		return put_digits(out, digits, length);
	}
	if (point >= length) {
		out = put_digits(out, digits, length);
		return put_zeros(out, point - length);
	}
	out = put_digits(out, digits, point);
	*out++ = '.';
	return put_digits(out, digits + point, length - point);
}

/*
 * Whether an integer's text survives a double: either the double has its
 * value, or prints as its digits (then JavaScript wrote it).
 */
static bool
is_kept(const struct literal *literal, const struct weft__decimal *decimal,
    double value, const struct weft__decimal *shortest)
{
	char exact[DBL_MAX_10_EXP + 3];
	size_t size = (size_t)(literal->point - literal->whole);

	if (decimal->length == shortest->length &&
	    decimal->point == shortest->point &&
	    memcmp(decimal->digits, shortest->digits,
		(size_t)decimal->length) == 0)
		return true;
	snprintf(exact, sizeof exact, "%.0f", value);
	return strlen(exact) == size &&
	    memcmp(exact, literal->whole, size) == 0;
}

/* Writes what is not canonical, or not known to be. */
static const char *
write_literal(struct weft__json_scanner *scanner,
    const struct literal *literal)
{
	struct weft__decimal decimal, shortest;
	const struct weft__decimal *written = &decimal;
	double value;

	read_decimal(literal, &decimal);
	if (decimal.length > WEFT__DECIMAL_SAFE || decimal.point < POINT_MIN ||
	    decimal.point > POINT_MAX) {
		value = weft__decimal_value(&decimal);
		if (!isfinite(value))
			return weft__json_refuse(scanner, literal->begin,
			    WEFT_EJSON, "a number beyond a double's range");
		shortest.length = 0;
		shortest.is_negative = decimal.is_negative;
		if (value > 0)
			weft__decimal_shorten(&shortest, value);
		if (literal->point == literal->end &&
		    !is_kept(literal, &decimal, value, &shortest))
			return weft__json_refuse(scanner, literal->begin,
			    WEFT_EJSON, "an integer that a double changes");
		written = &shortest;
	}
	if (!weft__json_room(scanner, literal->end, WEFT__JSON_NUMBER_SIZE))
		return NULL;
	scanner->out = put_decimal(scanner->out, written);
	return literal->end;
}

const char *
weft__json_scan_number(struct weft__json_scanner *scanner, const char *at)
{
	struct literal literal;
	size_t size;

	if (!read_literal(at, scanner->end, &literal))
		return weft__json_refuse(scanner, literal.end, WEFT_EJSON,
		    literal.end == at ? "a value is expected"
				      : "an incomplete number");
	if (!is_canonical(&literal))
		return write_literal(scanner, &literal);
	size = (size_t)(literal.end - at);
	memcpy(scanner->out, at, size);
	scanner->out += size;
	return literal.end;
}

double
weft__json_read_number(struct weft_slice token)
{
	struct literal literal;
	struct weft__decimal decimal;
	double value;

	if (!read_literal(token.data, token.data + token.size, &literal))
		return 0;
	read_decimal(&literal, &decimal);
	value = weft__decimal_value(&decimal);
	return decimal.is_negative ? -value : value;
}

bool
weft__json_read_whole(struct weft__json_value value, uint64_t *number)
{
	const double most = 9007199254740992.0; /* 2^53 */
	double read = -1;

	if (value.type == WEFT__JSON_NUMBER)
		read = weft__json_read_number(value.token);
	if (!(read >= 0 && read <= most) || read != floor(read))
		return false;
	*number = (uint64_t)read;
	return true;
}

size_t
weft__json_write_number(double number, char text[WEFT__JSON_NUMBER_SIZE])
{
	struct weft__decimal decimal;
	char *end;

	decimal.length = 0;
	decimal.is_negative = number < 0;
	if (number != 0)
		weft__decimal_shorten(&decimal, fabs(number));
	end = put_decimal(text, &decimal);
	*end = '\0';
	return (size_t)(end - text);
}

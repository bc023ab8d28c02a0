/*
 * Most numbers that need more than 15 digits are ordinary: neither very large
 * nor very small, 16 or 17 digits.  Those are converted here, with integers of
 * 128 bits, which hold every value exactly.  All others go through the C
 * library, several times in turn.  The library's decimal point depends on the
 * locale: no text with a point is given to it, or looked at where it comes
 * from it.
 */
#include "core/base/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Powers of ten that doubles have. */
static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22};

#define POWER_MAX 22

/*
 * Ordinary doubles are [1e-5, 2^52): then a mantissa times 10^POWER_MAX, twice,
 * is less than 2^128, and so is a number of 17 digits in the same units.
 */
#define ORDINARY_MIN 1e-5
#define ORDINARY_MAX 4503599627370496.0

/* Bits of a double's mantissa, and the first of them, which is not stored. */
#define MANTISSA_BITS 52
#define MANTISSA_MIN (UINT64_C(1) << MANTISSA_BITS)

#define DIGITS_17 UINT64_C(100000000000000000) /* the first with 18 */

static uint64_t
gather_digits(const struct weft__decimal *decimal)
{
	uint64_t digits = 0;

	for (int i = 0; i < decimal->length; i++)
		digits = digits * 10 + (uint64_t)(decimal->digits[i] - '0');
	return digits;
}

#ifdef __SIZEOF_INT128__
/* An ordinary double: mantissa / 2^shift, with a mantissa of 53 bits. */
struct ordinary {
	uint64_t mantissa;
	int shift; /* 1 to 69 */
};

/*
 * Splits an ordinary double.  Returns false if it is not one, or a power of
 * two, below which doubles lie twice as close as above it.
 */
static bool
split(double value, struct ordinary *ordinary)
{
	uint64_t bits;

	if (!(value >= ORDINARY_MIN && value < ORDINARY_MAX))
		return false;
	memcpy(&bits, &value, sizeof bits);
	ordinary->mantissa = MANTISSA_MIN | (bits & (MANTISSA_MIN - 1));
	ordinary->shift =
	    DBL_MAX_EXP - 1 + MANTISSA_BITS - (int)(bits >> MANTISSA_BITS);
	return ordinary->mantissa != MANTISSA_MIN;
}

static unsigned __int128
power_of_ten(int exponent)
{
	const int half = POWER_MAX / 2;

	if (exponent <= half)
		return (uint64_t)powers[exponent];
	return (unsigned __int128)(uint64_t)powers[half] *
	    (uint64_t)powers[exponent - half];
}

/*
 * The double nearest to digits / 10^places, for at most 17 digits: a guess
 * that is some steps off at most, put right by exact comparison.  False if the
 * value is not ordinary.
 */
static bool
read_ordinary(uint64_t digits, int places, double *value)
{
	struct ordinary guess;
	unsigned __int128 wanted, guessed;
	__int128 off, power = (__int128)power_of_ten(places);

	if (!split((double)digits / powers[places], &guess))
		return false;
	/* In half steps of the mantissa, times power. */
	wanted = (unsigned __int128)digits << (guess.shift + 1);
	guessed = 2 * guess.mantissa * power_of_ten(places);
	off = (__int128)(wanted - guessed);
	for (; off > power || (off == power && guess.mantissa % 2);
	     off -= 2 * power)
		guess.mantissa++;
	for (; -off > power || (-off == power && guess.mantissa % 2);
	     off += 2 * power)
		guess.mantissa--;
	if (guess.mantissa <= MANTISSA_MIN ||
	    guess.mantissa >= 2 * MANTISSA_MIN)
		return false; /* steps have another size there */
	*value = ldexp((double)guess.mantissa, -guess.shift);
	return true;
}

/*
 * The places at which the double, as an integer of its last place, has 17
 * digits: 10^16 <= mantissa * 10^places / 2^shift < 10^17.
 */
static int
find_places(const struct ordinary *ordinary)
{
	/* The power of two below the value, and so at most one too few of the
	 * digits before the point. */
	int exponent = MANTISSA_BITS - ordinary->shift;
	int places = WEFT__DECIMAL_FULL - 1 - (int)floor(exponent * 0.30103);
	unsigned __int128 scaled =
	    ordinary->mantissa * power_of_ten(places);

	return scaled >> ordinary->shift < DIGITS_17 ? places : places - 1;
}

static void
set_digits(struct weft__decimal *decimal, uint64_t digits, int places)
{
	char text[20];
	char *end = text + sizeof text, *at = end;

	do
		*--at = (char)('0' + digits % 10);
	while (digits /= 10);
	decimal->length = (int)(end - at);
	decimal->point = decimal->length - places;
	memcpy(decimal->digits, at, (size_t)decimal->length);
	weft__decimal_strip(decimal);
}

/*
 * Rounds scaled / 2^shift to a multiple of 'step', halves to an even one as the
 * C library does.  Sets how far off that is, in units of 'scaled'.
 */
static uint64_t
round_scaled(unsigned __int128 scaled, int shift, uint64_t step,
    unsigned __int128 *off)
{
	unsigned __int128 unit = (unsigned __int128)step << shift;
	uint64_t multiple = (uint64_t)(scaled >> shift) / step;

	*off = scaled - multiple * unit;
	if (2 * *off > unit || (2 * *off == unit && multiple % 2)) {
		multiple++;
		*off = unit - *off;
	}
	return multiple * step;
}

/*
 * Tries 15, 16, then 17 digits: the nearest of so many reads back if it is not
 * farther off than half a step of the mantissa, where halves go to an even
 * one.  Returns false if the value is not ordinary.
 */
static bool
shorten_ordinary(struct weft__decimal *decimal, double value)
{
	struct ordinary exact;
	unsigned __int128 power, scaled, off;
	uint64_t digits, step = 1000;
	int places;

	if (!split(value, &exact))
		return false;
	places = find_places(&exact);
	power = power_of_ten(places); /* a step of the mantissa, scaled */
	scaled = exact.mantissa * power;
	power -= exact.mantissa % 2; /* halves do not go to odd ones */
	do {
		step /= 10;
		digits = round_scaled(scaled, exact.shift, step, &off);
	} while (step > 1 && 2 * off > power);
	set_digits(decimal, digits, places);
	return true;
}
#else
static bool
read_ordinary(uint64_t digits, int places, double *value)
{
	return false;
}

static bool
shorten_ordinary(struct weft__decimal *decimal, double value)
{
	return false;
}
#endif

/* The value, by strtod(): digits and an exponent, no point. */
static double
convert(const struct weft__decimal *decimal)
{
	char text[WEFT__DECIMAL_MAX + 32];

	memcpy(text, decimal->digits, (size_t)decimal->length);
	snprintf(text + decimal->length, 32, "e%d",
	    (int)decimal->point - decimal->length);
	return strtod(text, NULL);
}

/*
 * The nearest double by arithmetic alone, where that is exact: for up to 17
 * digits and a power of ten that doubles have.
 */
static bool
calculate(const struct weft__decimal *decimal, double *value)
{
	int64_t exponent = decimal->point - decimal->length;
	uint64_t digits;

	if (decimal->length > WEFT__DECIMAL_FULL || exponent < -POWER_MAX ||
	    exponent > POWER_MAX)
		return false;
	digits = gather_digits(decimal);
	if (decimal->length > WEFT__DECIMAL_SAFE || FLT_EVAL_METHOD != 0)
		return exponent < 0 &&
		    read_ordinary(digits, (int)-exponent, value);
	/* Both are exact, so that one operation rounds correctly. */
	*value = exponent < 0 ? (double)digits / powers[-exponent]
			      : (double)digits * powers[exponent];
	return true;
}

double
weft__decimal_value(const struct weft__decimal *decimal)
{
	double value;

	if (decimal->length == 0 || decimal->point < DBL_MIN_10_EXP - 20)
		return 0;
	if (decimal->point > DBL_MAX_10_EXP + 1)
		return HUGE_VAL;
	return calculate(decimal, &value) ? value : convert(decimal);
}

/* Sets the decimal of this many digits that is nearest to the value. */
static void
round_to(struct weft__decimal *decimal, double value, int length)
{
	char text[64];
	const char *at = text;

	snprintf(text, sizeof text, "%.*e", length - 1, value);
	decimal->length = 0;
	for (; *at != 'e'; at++)
		if (*at >= '0' && *at <= '9') /* else it is the point */
			decimal->digits[decimal->length++] = *at;
	decimal->point = strtol(at + 1, NULL, 10) + 1;
	weft__decimal_strip(decimal);
}

/* Adds one to the last of 'length' digits. */
static void
round_up(struct weft__decimal *decimal, int length)
{
	while (decimal->length < length)
		decimal->digits[decimal->length++] = '0';
	while (decimal->length && decimal->digits[decimal->length - 1] == '9')
		decimal->length--;
	if (decimal->length) {
		decimal->digits[decimal->length - 1]++;
		return;
	}
	decimal->digits[decimal->length++] = '1';
	decimal->point++;
}

void
weft__decimal_shorten(struct weft__decimal *decimal, double value)
{
	/* Subnormals may need less digits than are safe for others. */
	int length = value < DBL_MIN ? 1 : WEFT__DECIMAL_SAFE, exponent;
	/*
	 * Below a power of two doubles lie twice as close as above it: there,
	 * the nearest decimal may read as another double, while the next
	 * above, farther away, does not.
	 */
	bool is_power = frexp(value, &exponent) == 0.5;

	if (shorten_ordinary(decimal, value))
		return;
	for (; length < WEFT__DECIMAL_FULL; length++) {
		round_to(decimal, value, length);
		if (weft__decimal_value(decimal) == value)
			return;
		if (!is_power)
			continue;
		round_up(decimal, length);
		if (weft__decimal_value(decimal) == value)
			return;
	}
	round_to(decimal, value, WEFT__DECIMAL_FULL);
}

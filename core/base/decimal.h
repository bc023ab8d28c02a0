/*
 * Decimals and the doubles that they stand for.
 *
 * Both ways are exact: a decimal gives the nearest double, a double the
 * shortest decimal that reads back as it.  Nothing depends on the locale.
 */
#ifndef CORE_BASE_DECIMAL_H
#define CORE_BASE_DECIMAL_H

#include <weft/types.h>

/*
 * So many digits always survive a double: no decimal of at most this length
 * reads as the same double as another, as long as it is a normal one.
 */
#define WEFT__DECIMAL_SAFE 15

/* So many digits tell any two doubles apart. */
#define WEFT__DECIMAL_FULL 17

/*
 * So many digits decide which double is nearest: midpoints between two have
 * at most 767.  Of all that follows it matters only whether it is zero.
 */
#define WEFT__DECIMAL_MAX 800

/* 0.DIGITS * 10^point; neither first nor last digit is 0; none: zero. */
struct weft__decimal {
	int64_t point;
	int length;       /* of digits */
	bool is_negative; /* not looked at here */
	char digits[WEFT__DECIMAL_MAX];
};

/* The nearest double, without its sign; HUGE_VAL beyond the range. */
double weft__decimal_value(const struct weft__decimal *decimal);

/*
 * Sets the shortest decimal that reads back as 'value', which is positive and
 * finite; of several, the nearest.  The sign is left as it is.
 */
void weft__decimal_shorten(struct weft__decimal *decimal, double value);

/* Takes the zeros off the end of the digits. */
static inline void
weft__decimal_strip(struct weft__decimal *decimal)
{
	while (decimal->length &&
	    decimal->digits[decimal->length - 1] == '0')
		decimal->length--;
}

#endif

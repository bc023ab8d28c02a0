#include "models/value/date.h"

#include <math.h>
#include <stdio.h>

#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_DAY INT64_C(86400000)

/* What is left of the text that is being read. */
struct reader {
	const char *next;
	const char *end;
};

struct date {
	int64_t year;
	int month, day;                  /* from 1 */
	int hour, minute, second, milli; /* hour 24 only as the day's end */
	int offset_minutes;
};

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar.  Years
 * are counted from March, so that the leap day is the last of its year. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t year_of_era = shifted - era * 400;
	int64_t month_from_march = month > 2 ? month - 3 : month + 9;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

/* The reverse of days_from_date(). */
static void
date_from_days(int64_t days, struct date *date)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
	    day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era +
	    year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;

	date->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
	date->month = (int)(month_from_march < 10 ? month_from_march + 3
						  : month_from_march - 9);
	date->year = year_of_era + era * 400 + (date->month <= 2);
}

static int
days_of_month(int64_t year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Takes the byte if it is next. */
static bool
take(struct reader *reader, char byte)
{
	if (reader->next == reader->end || *reader->next != byte)
		return false;
	reader->next++;
	return true;
}

/* Takes exactly 'count' digits. */
static bool
take_digits(struct reader *reader, int count, int *value)
{
	*value = 0;
	for (; count > 0; count--, reader->next++) {
		if (reader->next == reader->end || *reader->next < '0' ||
		    *reader->next > '9')
			return false;
		*value = *value * 10 + (*reader->next - '0');
	}
	return true;
}

static bool
take_year(struct reader *reader, int64_t *year)
{
	bool negative = take(reader, '-');
	int digits = negative || take(reader, '+') ? 6 : 4;
	int value;

	if (!take_digits(reader, digits, &value) || (negative && value == 0))
		return false;
	*year = negative ? -value : value;
	return true;
}

static bool
take_day(struct reader *reader, struct date *date)
{
	date->month = 1;
	date->day = 1;
	if (!take_year(reader, &date->year))
		return false;
	if (!take(reader, '-'))
		return true;
	if (!take_digits(reader, 2, &date->month) || date->month < 1 ||
	    date->month > 12)
		return false;
	if (!take(reader, '-'))
		return true;
	return take_digits(reader, 2, &date->day) && date->day >= 1 &&
	    date->day <= days_of_month(date->year, date->month);
}

/* The fraction of a second after its point. */
static bool
take_fraction(struct reader *reader, int *milli)
{
	int digit, weight = 100;

	*milli = 0;
	if (!take_digits(reader, 1, &digit))
		return false;
	do {
		*milli += digit * weight;
		weight /= 10;
	} while (take_digits(reader, 1, &digit));
	return true;
}

/* Seconds and their fraction, if they are there. */
static bool
take_seconds(struct reader *reader, struct date *date)
{
	if (!take(reader, ':'))
		return true;
	return take_digits(reader, 2, &date->second) &&
	    (!take(reader, '.') || take_fraction(reader, &date->milli));
}

static bool
take_time(struct reader *reader, struct date *date)
{
	if (!take_digits(reader, 2, &date->hour) || !take(reader, ':') ||
	    !take_digits(reader, 2, &date->minute) ||
	    !take_seconds(reader, date))
		return false;
	if (date->hour == 24)
		return !date->minute && !date->second && !date->milli;
	return date->hour < 24 && date->minute < 60 && date->second < 60;
}

/* Hours and minutes after the sign of an offset. */
static bool
take_offset_size(struct reader *reader, int *offset_minutes)
{
	int hours, minutes;

	if (!take_digits(reader, 2, &hours) || !take(reader, ':') ||
	    !take_digits(reader, 2, &minutes))
		return false;
	*offset_minutes = hours * 60 + minutes;
	return hours < 24 && minutes < 60;
}

static bool
take_offset(struct reader *reader, struct date *date)
{
	if (reader->next == reader->end || take(reader, 'Z') ||
	    take(reader, 'z'))
		return true;
	if (take(reader, '+'))
		return take_offset_size(reader, &date->offset_minutes);
	if (!take(reader, '-') ||
	    !take_offset_size(reader, &date->offset_minutes))
		return false;
	date->offset_minutes = -date->offset_minutes;
	return true;
}

static bool
take_date(struct reader *reader, struct date *date)
{
	if (!take_day(reader, date))
		return false;
	if (reader->next == reader->end)
		return true;
	if (!take(reader, 'T') && !take(reader, 't') && !take(reader, ' '))
		return false;
	return take_time(reader, date) && take_offset(reader, date) &&
	    reader->next == reader->end;
}

bool
weft__date_parse(struct weft_slice text, int64_t *ms)
{
	struct reader reader = {text.data, text.data};
	struct date date = {0};

	if (!text.size)
		return false;
	reader.end += text.size;
	if (!take_date(&reader, &date))
		return false;
	*ms = days_from_date(date.year, date.month, date.day) * MS_PER_DAY +
	    ((date.hour * 60 + date.minute - date.offset_minutes) *
		MS_PER_MINUTE + date.second * 1000 + date.milli);
	return *ms >= -WEFT__DATE_MAX_MS && *ms <= WEFT__DATE_MAX_MS;
}

size_t
weft__date_format(int64_t ms, char text[WEFT__DATE_SIZE])
{
	int64_t days = ms / MS_PER_DAY;
	int of_day = (int)(ms % MS_PER_DAY);
	const char *sign = "";
	struct date date;
	int size;

	if (of_day < 0) {
		of_day += (int)MS_PER_DAY;
		days--;
	}
	date_from_days(days, &date);
	if (date.year < 0 || date.year > 9999)
		sign = date.year < 0 ? "-" : "+";
	size = snprintf(text, WEFT__DATE_SIZE,
	    "%s%0*d-%02d-%02dT%02d:%02d:%02d.%03dZ", sign, *sign ? 6 : 4,
	    (int)(date.year < 0 ? -date.year : date.year), date.month,
	    date.day, of_day / 3600000, of_day / 60000 % 60,
	    of_day / 1000 % 60, of_day % 1000);
	return (size_t)size;
}

bool
weft__date_from_json(struct weft__json_value value, int64_t *ms)
{
	struct weft_slice text;
	double number;

	if (value.type == WEFT__JSON_STRING)
		return weft__json_plain_string(value.token, &text) &&
		    weft__date_parse(text, ms);
	if (value.type != WEFT__JSON_NUMBER)
		return false;
	number = weft__json_read_number(value.token);
	if (fabs(number) > (double)WEFT__DATE_MAX_MS)
		return false;
	*ms = (int64_t)number;
	return true;
}

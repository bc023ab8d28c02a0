#include "models/value/geo.h"

#include <math.h>

#include "models/value/number.h"

/* LoopBack's constants, so that a distance at the edge falls on its side. */
#define RADIANS_PER_DEGREE 0.01745329252
#define EARTH_RADIUS_M 6370990.56

static const struct {
	const char *name;
	double meters;
} units[] = {
    {"miles", EARTH_RADIUS_M / 3958.75},
    {"kilometers", 1000},
    {"meters", 1},
    {"feet", EARTH_RADIUS_M / 20902200},
    {"radians", EARTH_RADIUS_M},
    {"degrees", EARTH_RADIUS_M / 57.29577951308},
};

/* A coordinate: a number, or a string that holds one. */
static bool
read_coordinate(struct weft__json_value value, double *number)
{
	struct weft_slice text;

	if (value.type == WEFT__JSON_NUMBER) {
		*number = weft__json_read_number(value.token);
		return true;
	}
	return value.type == WEFT__JSON_STRING &&
	    weft__json_plain_string(value.token, &text) &&
	    weft__number_parse(text, number);
}

static bool
read_text(struct weft_slice token, struct weft__geo_point *point)
{
	struct weft_slice text;
	const char *comma;
	size_t first;

	if (!weft__json_plain_string(token, &text))
		return false;
	comma = memchr(text.data, ',', text.size);
	if (!comma)
		return false;
	first = (size_t)(comma - text.data);
	return weft__number_parse(
		   weft_slice_of(text.data, first), &point->latitude) &&
	    weft__number_parse(
		weft_slice_of(comma + 1, text.size - first - 1),
		&point->longitude);
}

/* The two coordinates by the names (or indexes) that they have. */
static bool
read_steps(struct weft__json_value value, const char *latitude,
    const char *longitude, struct weft__geo_point *point)
{
	return read_coordinate(weft__json_step(value, weft_slice(latitude)),
		   &point->latitude) &&
	    read_coordinate(weft__json_step(value, weft_slice(longitude)),
		&point->longitude);
}

bool
weft__geo_read(struct weft__json_value value, struct weft__geo_point *point)
{
	bool found = false;

	if (value.type == WEFT__JSON_OBJECT)
		found = read_steps(value, "lat", "lng", point);
	else if (value.type == WEFT__JSON_ARRAY)
		found = read_steps(value, "0", "1", point);
	else if (value.type == WEFT__JSON_STRING)
		found = read_text(value.token, point);
	return found && fabs(point->latitude) <= 90 &&
	    fabs(point->longitude) <= 180;
}

static double
haversine(double angle)
{
	double sine = sin(angle / 2);

	return sine * sine;
}

double
weft__geo_distance_m(
    const struct weft__geo_point *a, const struct weft__geo_point *b)
{
	double latitude_a = a->latitude * RADIANS_PER_DEGREE;
	double latitude_b = b->latitude * RADIANS_PER_DEGREE;
	double longitude =
	    (b->longitude - a->longitude) * RADIANS_PER_DEGREE;
	double half = sqrt(haversine(latitude_b - latitude_a) +
	    cos(latitude_b) * cos(latitude_a) * haversine(longitude));

	return 2 * asin(fmin(half, 1)) * EARTH_RADIUS_M;
}

double
weft__geo_unit_m(struct weft_slice unit)
{
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (weft_slice_equal(unit, weft_slice(units[i].name)))
			return units[i].meters;
	return 0;
}

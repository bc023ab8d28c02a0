/*
 * The operator near: {"near": point, "maxDistance": 5, "unit": "miles"}.
 */
#include "models/query/filter_private.h"

#include "models/value/geo.h"

/* A distance beside near: its meters; 0 if it is not given. */
static int
read_distance(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, const char *name, double unit_m,
    double *distance_m)
{
	struct weft__json_value value =
	    weft__json_find(subject->expression, weft_slice(name));
	double number = 0;

	if (!weft__filter_not_given(value) &&
	    (!weft__filter_number(value, &number) || number < 0))
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "%s must be a number from 0 on", name);
	*distance_m = number * unit_m;
	return 0;
}

static int
read_unit(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, double *unit_m)
{
	struct weft__json_value value =
	    weft__json_find(subject->expression, weft_slice("unit"));
	struct weft_slice unit = weft_slice("miles");

	if (!weft__filter_not_given(value) &&
	    (value.type != WEFT__JSON_STRING ||
		!weft__json_plain_string(value.token, &unit)))
		unit = weft_slice("");
	*unit_m = weft__geo_unit_m(unit);
	if (*unit_m > 0)
		return 0;
	return weft_error_set(parser->error, WEFT_EINVAL,
	    "unit must be miles, kilometers, meters, feet, radians or "
	    "degrees");
}

int
weft__filter_parse_near(struct weft__filter_parser *parser,
    const struct weft__filter_subject *subject, struct weft__json_value value,
    struct weft__where **where)
{
	struct weft__geo_point point;
	struct weft__where *near;
	double unit_m;
	int code;

	if (!weft__geo_read(value, &point))
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "must be a point: {lat, lng}, [lat, lng] or \"lat,lng\"");
	if (parser->inside_or)
		return weft_error_set(parser->error, WEFT_EINVAL,
		    "not supported inside an or");
	code =
	    weft__filter_add_leaf(parser, subject, WEFT__WHERE_NEAR, 0, where);
	if (code)
		return code;
	near = *where;
	near->latitude = point.latitude;
	near->longitude = point.longitude;
	code = read_unit(parser, subject, &unit_m);
	if (!code)
		code = read_distance(parser, subject, "minDistance", unit_m,
		    &near->min_distance_m);
	if (!code)
		code = read_distance(parser, subject, "maxDistance", unit_m,
		    &near->max_distance_m);
	if (near->max_distance_m == 0)
		near->max_distance_m = -1; /* none, as LoopBack takes it */
	if (!code && !parser->filter->query.near)
		parser->filter->query.near = near;
	return code;
}

bool
weft__filter_belongs_to_near(
    const struct weft__json *expression, struct weft_slice name)
{
	static const char *const names[] = {
	    "maxDistance", "minDistance", "unit"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (weft_slice_equal(name, weft_slice(names[i])))
			return weft__json_index(
			    expression, weft_slice("near")) >= 0;
	return false;
}

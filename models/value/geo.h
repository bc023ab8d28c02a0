/*
 * Points on the globe, as LoopBack's GeoPoint.
 */
#ifndef MODELS_VALUE_GEO_H
#define MODELS_VALUE_GEO_H

#include "core/base/json.h"

struct weft__geo_point {
	double latitude;  /* degrees, -90 to 90 */
	double longitude; /* degrees, -180 to 180 */
};

/*
 * Reads a point from a canonical JSON value: {"lat":1,"lng":2}, [1,2]
 * (latitude first), or "1,2"; in the first two the numbers may be strings.
 * Returns whether it is one.
 */
bool weft__geo_read(
    struct weft__json_value value, struct weft__geo_point *point);

/* Meters between two points along the globe, by the haversine formula with
 * LoopBack's radius. */
double weft__geo_distance_m(const struct weft__geo_point *a,
    const struct weft__geo_point *b);

/*
 * Meters in a unit of distance: miles, kilometers, meters, feet, radians,
 * degrees, by LoopBack's factors; 0 if there is no such unit.
 */
double weft__geo_unit_m(struct weft_slice unit);

#endif

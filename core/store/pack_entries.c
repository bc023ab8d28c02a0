#include "core/store/pack_entries.h"

#include <libdeflate.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/store/pack.h"

static int
compare_offsets(const void *a, const void *b)
{
	uint64_t left, right;

	memcpy(&left, a, sizeof left);
	memcpy(&right, b, sizeof right);
	return left < right ? -1 : left > right;
}

/* The places of all entries in the order of the pack, as offset << 32 | place.
 * A pack of ours has no offset of more than 31 bits. */
static int
order_entries(const struct weft__pack_map *map, uint64_t **order,
    struct weft_error *error)
{
	*order = weft__malloc((size_t)map->count * sizeof **order);
	if (!*order)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	for (uint32_t i = 0; i < map->count; i++)
		(*order)[i] = weft__pack_map_offset(map, i) << 32 | i;
	qsort(*order, map->count, sizeof **order, compare_offsets);
	return 0;
}

int
weft__pack_each_entry(const struct weft__pack_open *pack,
    weft__pack_entry_fn *each, void *context, struct weft_error *error)
{
	const struct weft__pack_map *map = &pack->map;
	uint64_t *order, at, end;
	int code;

	if (map->pack_size > UINT32_MAX)
		return WEFT_EUNSUPPORTED;
	code = order_entries(map, &order, error);
	if (code)
		return code;
	for (uint32_t i = 0; !code && i < map->count; i++) {
		at = order[i] >> 32;
		end = i + 1 < map->count ? order[i + 1] >> 32
		                         : map->pack_size - WEFT__OID_SIZE;
		code = each((uint32_t)order[i],
		    weft_slice_of((const char *)map->pack + at,
			(size_t)(end - at)),
		    context);
	}
	weft__free(order);
	return code;
}

/* Whether an entry that begins with this byte is a delta, or nothing known. */
static bool
is_odd(unsigned char byte)
{
	unsigned type = byte >> 4 & 7;

	return type < 1 || type > 4;
}

int
weft__pack_check_entry(const struct weft__directory *directory,
    const struct weft__pack_open *pack, uint32_t place,
    struct weft_slice entry, struct weft_error *error)
{
	char name[WEFT__PACK_NAME_ROOM], hex[WEFT__OID_HEX + 1];

	if (is_odd((unsigned char)*entry.data))
		return WEFT_EUNSUPPORTED;
	if (libdeflate_crc32(0, entry.data, entry.size) ==
	    weft__pack_map_crc(&pack->map, place))
		return 0;
	weft__pack_name(&pack->hash, "pack", name);
	weft__oid_format(weft__pack_map_id(&pack->map, place), hex);
	return weft_error_set(error, WEFT_EDAMAGED,
	    "%s/%s is damaged at object %s", directory->path, name, hex);
}

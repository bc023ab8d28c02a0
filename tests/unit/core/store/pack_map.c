/* Tests of core/store/pack_map.h. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/store/pack.h"
#include "core/store/pack_map.h"
#include "tests/lib/forged_pack.h"
#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

/* A pack that was written, and its map. */
struct setup {
	struct store_fixture fixture;
	struct weft__directory directory;
	struct weft__pack pack;
	struct weft__pack_map map;
	char name[WEFT__PACK_NAME_ROOM]; /* of the index */
	struct weft_error error;
};

static void
setup_open(struct setup *setup)
{
	memset(setup, 0, sizeof *setup);
	store_fixture_open(&setup->fixture);
	assert_int_equal(weft__directory_open(&setup->directory,
	    setup->fixture.path, &setup->error), 0);
	assert_int_equal(weft__pack_init(&setup->pack, &setup->directory,
	    &setup->error), 0);
}

static void
setup_close(struct setup *setup)
{
	weft__pack_map_close(&setup->map);
	weft__pack_fini(&setup->pack);
	weft__directory_close(&setup->directory);
	store_fixture_close(&setup->fixture);
}

static struct weft__oid
add(struct setup *setup, const void *data, size_t size)
{
	struct weft__oid oid;

	weft__object_id("blob", data, size, &oid);
	assert_int_equal(weft__pack_add(&setup->pack, WEFT__OBJECT_BLOB, &oid,
	    weft_slice_of(data, size), &setup->error), 0);
	return oid;
}

static int
map_again(struct setup *setup)
{
	weft__pack_map_close(&setup->map);
	return weft__pack_map_open(
	    &setup->map, &setup->directory, setup->name, &setup->error);
}

static void
publish(struct setup *setup)
{
	assert_int_equal(
	    weft__pack_publish(&setup->pack, &setup->error), 0);
	weft__pack_name(&setup->pack.sealed[0], "idx", setup->name);
	assert_int_equal(map_again(setup), 0);
}

/* The first position whose id is not below, by looking at all. */
static uint32_t
lower(const struct weft__pack_map *map, const unsigned char *bytes,
    size_t size)
{
	uint32_t at = 0;

	while (at < map->count &&
	    memcmp(weft__pack_map_id(map, at), bytes, size) < 0)
		at++;
	return at;
}

static void
assert_finds(const struct weft__pack_map *map, const struct weft__oid *oid)
{
	uint32_t expected = lower(map, oid->bytes, sizeof oid->bytes), found;
	bool is_there = expected < map->count &&
	    weft__oid_equal(weft__pack_map_id(map, expected), oid);

	assert_int_equal(weft__pack_map_lower(
	    map, oid->bytes, sizeof oid->bytes), expected);
	assert_int_equal(weft__pack_map_lower(map, oid->bytes, 3),
	    lower(map, oid->bytes, 3));
	assert_int_equal(weft__pack_map_find(map, oid, &found), is_there);
	if (is_there)
		assert_int_equal(found, expected);
}

static void
pack_map_find__finds_what_is_there(void **state)
{
	struct weft__oid oids[2000];
	struct random random = {1};
	struct setup setup;

	setup_open(&setup);
	for (uint32_t i = 0; i < 2000; i++)
		oids[i] = add(&setup, &i, sizeof i);
	publish(&setup);
	assert_int_equal(setup.map.count, 2000);
	assert_true(weft__pack_map_is_sorted(&setup.map));
	for (uint32_t i = 0; i < 2000; i++) {
		assert_finds(&setup.map, &oids[i]);
		oids[i].bytes[random_below(&random, 20)]++;
		assert_finds(&setup.map, &oids[i]);
	}
	setup_close(&setup);
}

/* Ids that are not spread evenly: all near one end, and in two heaps. */
static void
pack_map_find__takes_any_ids(void **state)
{
	struct random random = {2};

	for (int way = 0; way < 3; way++) {
		static struct forged_pack forged;
		struct weft__oid oid = {{0x10}};
		struct setup setup;

		setup_open(&setup);
		forged_pack_init(&forged);
		for (uint32_t i = 0; i < 1500; i++) {
			oid.bytes[1] = way == 1 || (way == 2 && i % 2) ? 255
			                                               : 0;
			oid.bytes[3] = (unsigned char)(i >> 8);
			oid.bytes[4] = (unsigned char)i;
			forged_pack_entry(&forged, &oid, WEFT__OBJECT_BLOB, 1);
			forged_pack_deflated(&forged, "x", 1);
		}
		forged_pack_write(&forged, setup.fixture.path);
		store_shell(&setup.fixture,
		    "mv objects/pack/*.idx objects/pack/a.idx;"
		    "mv objects/pack/*.pack objects/pack/a.pack", "");
		snprintf(setup.name, sizeof setup.name, "objects/pack/a.idx");
		assert_int_equal(map_again(&setup), 0);
		for (int i = 0; i < 1000; i++) {
			oid.bytes[0] = (unsigned char)(
			    15 + random_below(&random, 3));
			oid.bytes[1] =
			    (unsigned char)(random_below(&random, 3) * 127);
			oid.bytes[3] = (unsigned char)random_below(&random, 7);
			oid.bytes[4] = (unsigned char)random_next(&random);
			assert_finds(&setup.map, &oid);
		}
		forged_pack_fini(&forged);
		setup_close(&setup);
	}
}

static void
pack_map_stored__gives_objects_of_one_block(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 2047, 2048, 65535, 65536};
	static char data[65536];
	struct weft__oid oids[8];
	struct setup setup;

	memset(data, 'a', sizeof data);
	setup_open(&setup);
	for (size_t i = 0; i < 8; i++)
		oids[i] = add(&setup, data, sizes[i]);
	publish(&setup);
	for (size_t i = 0; i < 8; i++) {
		enum weft__object_type type;
		struct weft__pack_head head;
		struct weft_slice content;
		uint32_t at;

		assert_true(weft__pack_map_find(&setup.map, &oids[i], &at));
		assert_true(weft__pack_map_head(&setup.map,
		    weft__pack_map_offset(&setup.map, at), &head));
		assert_int_equal(head.type, WEFT__OBJECT_BLOB);
		assert_int_equal(head.size, sizes[i]);
		assert_int_equal(weft__pack_map_stored(
		    &setup.map, at, &type, &content), sizes[i] < 65536);
		if (sizes[i] == 65536)
			continue;
		assert_int_equal(type, WEFT__OBJECT_BLOB);
		assert_true(weft_slice_equal(
		    content, weft_slice_of(data, sizes[i])));
	}
	assert_false(weft__pack_map_head(&setup.map, 11,
	    &(struct weft__pack_head){.type = 0}));
	assert_false(weft__pack_map_head(&setup.map, setup.map.pack_size - 20,
	    &(struct weft__pack_head){.type = 0}));
	setup_close(&setup);
}

/* Writes a byte over one of the index, or of the pack. */
static void
spoil(struct setup *setup, const char *suffix, long at, unsigned char byte)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, "%s/%.*s%s", setup->fixture.path,
	    (int)strlen(setup->name) - 3, setup->name, suffix);
	assert_int_equal(chmod(path, 0600), 0);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	assert_int_equal(fputc(byte, file), byte);
	assert_int_equal(fclose(file), 0);
}

static void
pack_map_stored__looks_at_the_checksum(void **state)
{
	enum weft__object_type type;
	struct weft_slice content;
	struct setup setup;

	setup_open(&setup);
	add(&setup, "hello", 5);
	publish(&setup);
	assert_true(weft__pack_map_stored(&setup.map, 0, &type, &content));
	spoil(&setup, "pack", 12 + 1 + 7 + 4, 'O');
	assert_false(weft__pack_map_stored(&setup.map, 0, &type, &content));
	setup_close(&setup);
}

static void
pack_map_open__refuses_what_leads_outside(void **state)
{
	/* Magic; a count that falls; the object's offset, and a large one. */
	static const struct {
		long at;
		unsigned char good, bad;
	} bytes[] = {{3, 'c', 'd'}, {7, 2, 3}, {8 + 3, 0, 2},
	    {8 + 1024 + 20 + 4 + 2, 0, 1}, {8 + 1024 + 20 + 4, 0, 0x80}};
	struct setup setup;

	setup_open(&setup);
	add(&setup, "hello", 5); /* its id begins with 0xb6 */
	publish(&setup);
	for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
		spoil(&setup, "idx", bytes[i].at, bytes[i].bad);
		assert_int_equal(map_again(&setup), WEFT_EDAMAGED);
		assert_non_null(strstr(setup.error.text, setup.name));
		spoil(&setup, "idx", bytes[i].at, bytes[i].good);
		assert_int_equal(map_again(&setup), 0);
	}
	weft__pack_map_close(&setup.map);
	store_shell(&setup.fixture, "truncate -s -1 objects/pack/*.idx", "");
	assert_int_equal(map_again(&setup), WEFT_EDAMAGED);
	store_shell(&setup.fixture, "rm objects/pack/*.pack", "");
	assert_int_equal(map_again(&setup), WEFT_EDAMAGED);
	store_shell(&setup.fixture, "rm objects/pack/*.idx", "");
	assert_int_equal(map_again(&setup), WEFT_ENOTFOUND);
	setup_close(&setup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pack_map_find__finds_what_is_there),
	    cmocka_unit_test(pack_map_find__takes_any_ids),
	    cmocka_unit_test(pack_map_stored__gives_objects_of_one_block),
	    cmocka_unit_test(pack_map_stored__looks_at_the_checksum),
	    cmocka_unit_test(pack_map_open__refuses_what_leads_outside),
	};

	return cmocka_run_group_tests_name("pack_map", tests, NULL, NULL);
}

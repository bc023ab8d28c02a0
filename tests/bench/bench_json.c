/*
 * Scan and canonical text against jansson's parse and sorted dump, on the
 * same records of about 200 bytes.
 */
#include "tests/bench/bench.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/json.h"
#include "tests/lib/random.h"

#define RECORDS 1000
#define ROUNDS 7
#define ROUND_NS UINT64_C(100000000)

static struct weft_buf records[RECORDS];
static struct weft_buf canonical[RECORDS];
static struct weft__json json;
static unsigned sink; /* so that nothing is left out as unused */

/* One record's members, in the order of their names. */
static size_t
make_members(struct random *random, char members[][96])
{
	uint64_t r = random_next(random);
	size_t count = 0;

	if (r & 1)
		snprintf(members[count++], 96, "\"active\":%s",
		    r & 2 ? "true" : "false");
	snprintf(members[count++], 96, "\"count\":%u",
	    (unsigned)(r >> 8 & 0xfffff) >> (r & 15));
	snprintf(members[count++], 96, "\"created\":\"20%02u-%02u-%02uT"
	    "%02u:%02u:%02u.%03uZ\"", (unsigned)(r >> 9) % 25,
	    1 + (unsigned)(r >> 14) % 12, 1 + (unsigned)(r >> 19) % 28,
	    (unsigned)(r >> 24) % 24, (unsigned)(r >> 29) % 60,
	    (unsigned)(r >> 35) % 60, (unsigned)(r >> 41) % 1000);
	snprintf(members[count++], 96, "\"id\":\"%08x%08x%08x\"",
	    (unsigned)(r >> 32), (unsigned)r, (unsigned)(r >> 16));
	r = random_next(random);
	if (r & 1)
		snprintf(members[count++], 96, "\"latitude\":%d.%06u",
		    (int)(r >> 8) % 90, 100000 + (unsigned)(r >> 16) % 900000);
	snprintf(members[count++], 96, "\"name\":\"%.*s of the %.*s\"",
	    6 + (int)(r >> 16 & 15), "Inspection and repair",
	    4 + (int)(r >> 24 & 15), "northern railway bridge");
	snprintf(members[count++], 96, "\"ownerId\":\"%08x%08x%08x\"",
	    (unsigned)(r >> 24), (unsigned)(r >> 8), (unsigned)(r >> 32));
	snprintf(members[count++], 96, "\"price\":%u.%02u",
	    (unsigned)(r >> 40) % 1000, (unsigned)(r >> 50) % 100);
	return count;
}

static int
make_record(struct random *random, bool is_sorted, struct weft_buf *record)
{
	char members[8][96];
	size_t count = make_members(random, members);
	int code = weft_buf_append(record, "{", 1);

	for (size_t i = count; !is_sorted && i > 1; i--) {
		size_t j = random_below(random, i);
		char swapped[96];

		memcpy(swapped, members[j], sizeof swapped);
		memcpy(members[j], members[i - 1], sizeof swapped);
		memcpy(members[i - 1], swapped, sizeof swapped);
	}
	for (size_t i = 0; i < count && !code; i++)
		code = weft_buf_printf(
		    record, "%s%s", i ? "," : "", members[i]);
	return code ? code : weft_buf_append(record, "}", 1);
}

static size_t
run_jansson(size_t index)
{
	const struct weft_buf *record = &records[index];
	char out[1024];
	json_t *value = json_loadb(record->data, record->size, 0, NULL);
	size_t size = json_dumpb(
	    value, out, sizeof out, JSON_SORT_KEYS | JSON_COMPACT);

	json_decref(value);
	return size;
}

static size_t
run_scan(size_t index)
{
	const struct weft_buf *record = &records[index];

	if (weft__json_scan(&json, record->data, record->size,
		&weft__json_record_limits, NULL))
		abort();
	return json.text.size;
}

static size_t
run_hashes(size_t index)
{
	struct weft__oid rev, blob;
	size_t size = run_scan(index);

	weft__sha1(json.text.data, size, &rev);
	weft__object_id("blob", json.text.data, size, &blob);
	return size + rev.bytes[0] + blob.bytes[0];
}

static size_t
run_view(size_t index)
{
	if (weft__json_view(&json, weft_buf_slice(&canonical[index]), NULL))
		abort();
	return json.length;
}

/* Nanoseconds per record, the best of some rounds. */
static double
measure(size_t (*run)(size_t))
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start = bench_cpu_ns(), spent, count = 0;
		double each;

		do {
			for (size_t i = 0; i < RECORDS; i++)
				sink += (unsigned)run(i);
			count += RECORDS;
			spent = bench_cpu_ns() - start;
		} while (spent < ROUND_NS);
		each = (double)spent / (double)count;
		if (best == 0 || each < best)
			best = each;
	}
	return best;
}

static int
make_records(size_t *size)
{
	struct random random = {20240229};
	int code = 0;

	*size = 0;
	for (size_t i = 0; i < RECORDS && !code; i++) {
		weft_buf_init(&records[i], 1024);
		weft_buf_init(&canonical[i], 1024);
		code = make_record(&random, i % 2 == 0, &records[i]);
		if (code)
			return code;
		*size += records[i].size;
		run_scan(i);
		code = weft_buf_append_slice(
		    &canonical[i], weft_buf_slice(&json.text));
	}
	return code;
}

int
bench_json(void)
{
	double jansson, scan, hashes, view;
	size_t size;
	int code;

	weft__json_init(&json);
	code = make_records(&size);
	if (code) {
		fprintf(stderr, "json: %s\n", weft_error_text(code));
		return 1;
	}
	jansson = measure(run_jansson);
	scan = measure(run_scan);
	hashes = measure(run_hashes);
	view = measure(run_view);
	printf("json: %d records of %zu bytes, half with sorted names\n",
	    RECORDS, size / RECORDS);
	printf("json: jansson parse + sorted dump %7.0f ns\n", jansson);
	printf("json: scan + canonical text       %7.0f ns  %5.1f x\n", scan,
	    jansson / scan);
	printf("json: the same + both hashes      %7.0f ns  %5.1f x\n",
	    hashes, jansson / hashes);
	printf("json: view of canonical text      %7.0f ns  %5.1f x\n", view,
	    jansson / view);
	weft__json_fini(&json);
	for (size_t i = 0; i < RECORDS; i++) {
		weft_buf_fini(&records[i]);
		weft_buf_fini(&canonical[i]);
	}
	return 0;
}

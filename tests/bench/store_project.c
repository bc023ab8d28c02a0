/*
 * "store-project": records of 200 bytes from a feed in memory into a sealed
 * pack, and into a store, against OpenSSL's SHA-1 of the same bytes and
 * against git fast-import of the same tree.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/store/pack.h"
#include "core/store/repository.h"
#include "tests/bench/records.h"
#include "tests/bench/store_bench.h"

#define ROUNDS 5

/* The bodies alone, into a pack of an empty repository. */
static double
pack_bodies(struct bench_feed *feed)
{
	struct weft__directory directory;
	struct weft__pack pack;
	struct weft_error error;
	struct weft_slice body;
	struct weft__oid oid;
	char path[128];
	uint64_t start;
	double spent;

	bench_path(path, "pack", feed->records);
	bench_must(weft__repository_create(path, "refs/heads/bench",
		       &directory, &error), &error);
	start = bench_cpu_ns();
	bench_must(weft__pack_init(&pack, &directory, &error), &error);
	for (uint64_t seq = 1; seq <= feed->records; seq++) {
		bench_id(seq, feed->id);
		body = bench_body(feed, feed->id, seq);
		weft__object_id("blob", body.data, body.size, &oid);
		bench_must(weft__pack_add(&pack, WEFT__OBJECT_BLOB, &oid, body,
			       &error), &error);
	}
	bench_must(weft__pack_publish(&pack, &error), &error);
	weft__pack_fini(&pack);
	spent = (double)(bench_cpu_ns() - start);
	weft__directory_close(&directory);
	bench_directory_remove(path);
	feed->rows = feed->records;
	return spent - bench_feed_ns(feed, 0);
}

/* The children's CPU so far. */
static double
children_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return ((double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec) *
	    1e9 +
	    ((double)usage.ru_utime.tv_usec + (double)usage.ru_stime.tv_usec) *
	    1e3;
}

/*
 * The same commit's tree through git fast-import: git lists the paths, we
 * give it the bodies.
 */
static double
fast_import(struct bench_feed *feed)
{
	char command[512], line[256], store[128], path[128];
	double before;
	FILE *paths, *stream;

	bench_path(store, "store", feed->records);
	bench_path(path, "import", feed->records);
	snprintf(command, sizeof command, "git -c init.defaultBranch=main init"
		 " -q --bare %s && git -C %s ls-tree -r bench >%s/paths",
	    path, store, path);
	if (system(command))
		return -1;
	snprintf(command, sizeof command, "%s/paths", path);
	paths = fopen(command, "r");
	before = children_ns();
	snprintf(command, sizeof command,
	    "git -C %s fast-import --quiet", path);
	stream = popen(command, "w");
	fprintf(stream, "commit refs/heads/bench\ncommitter weft <w@l> 1 "
			"+0000\ndata 0\n");
	while (fgets(line, sizeof line, paths)) {
		char *name = line + 53; /* "100644 blob <id>\t" */
		char *id = strrchr(name, '/') + 1;
		struct weft_slice body;

		name[strcspn(name, "\n")] = '\0';
		body = bench_body(feed, id, feed->records);
		fprintf(stream, "M 100644 inline %s\ndata %d\n%.*s\n", name,
		    BENCH_BODY_SIZE, BENCH_BODY_SIZE, body.data);
	}
	fclose(paths);
	if (pclose(stream))
		return -1;
	before = children_ns() - before;
	snprintf(command, sizeof command, "test \"$(git -C %s rev-parse "
		 "bench^{tree})\" = \"$(git -C %s rev-parse bench^{tree})\"",
	    path, store);
	if (system(command)) {
		fprintf(stderr, "store-project: git came to another tree\n");
		return -1;
	}
	bench_directory_remove(path);
	return before;
}

/* CPU of all records; the best of some rounds. */
struct cost {
	double sha1_ns;
	double pack_ns;
	double project_ns;
};

static void
take_less(double *least, double value)
{
	if (*least == 0 || value < *least)
		*least = value;
}

/* The store is a new one, which stays after the last round. */
static void
run_round(struct cost *cost, struct bench_feed *feed)
{
	uint64_t records = bench_record_count;
	struct weft__store *store;
	char path[128];

	bench_path(path, "store", records);
	bench_directory_remove(path);
	take_less(&cost->sha1_ns, bench_sha1_ns(records));
	bench_feed_init(feed, records);
	take_less(&cost->pack_ns, pack_bodies(feed));
	bench_feed_init(feed, records);
	store = bench_store_create(records);
	take_less(&cost->project_ns,
	    bench_store_project_rows(store, feed, records));
	weft__store_close(store);
}

int
bench_store_project(void)
{
	double n = (double)bench_record_count, import;
	struct cost cost = {0};
	struct bench_feed feed;

	for (int round = 0; round < ROUNDS; round++)
		run_round(&cost, &feed);
	printf("store-project: %" PRIu64
	       " records of %d B, CPU per record, best of %d\n",
	    bench_record_count, BENCH_BODY_SIZE, ROUNDS);
	printf("  %-34s %10s\n", "OpenSSL SHA-1 of the same bytes",
	    bench_time(cost.sha1_ns / n));
	printf("  %-34s %10s %6.1f x SHA-1 (bar 4)\n", "into a sealed pack",
	    bench_time(cost.pack_ns / n), cost.pack_ns / cost.sha1_ns);
	printf("  %-34s %10s %6.1f x SHA-1 (bar 6)\n",
	    "into a commit, with trie", bench_time(cost.project_ns / n),
	    cost.project_ns / cost.sha1_ns);
	fflush(stdout);
	import = fast_import(&feed);
	printf("  %-34s %10s %6.1f x weft (bar 3)\n", "git fast-import",
	    bench_time(import / n), import / cost.project_ns);
	return import < 0;
}

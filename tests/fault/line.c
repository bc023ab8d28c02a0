/*
 * A client and a server over a line that goes wrong (tests/lib/proxy.h): both
 * edit, replicate and are interrupted anywhere, as a seed says, which
 * WEFT_SEED repeats.  When the line is good again both hold what was last
 * written to each record, once.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/http.h"
#include "tests/lib/pair.h"
#include "tests/lib/proxy.h"
#include "tests/lib/random.h"
#include "transports/watch.h"
#include "transports/weft/serve.h"

#define RECORDS 8 /* of each side, edited by nobody else */
#define ROUNDS 6
#define FAULTS \
	(1U << PROXY_NONE | 1U << PROXY_CLOSE | 1U << PROXY_RESET | \
	    1U << PROXY_SILENCE | 1U << PROXY_DELAY | 1U << PROXY_THROTTLE | \
	    1U << PROXY_DUPLICATE)
#define HEALING 5 /* replications within which all must be equal */

static struct line {
	struct party server;
	struct party client;
	struct weft__workers *workers;
	struct weft__watch *watch;
	struct weft__repl_server *repl;
	struct http http;
	struct proxy *proxy;
	struct random random;
	unsigned versions[2][RECORDS]; /* last written; 0: there is none */
	unsigned written;
	uint64_t seed;
} line;

static void
take(struct weft__http_request *request, struct weft__http_response *response,
    void *context)
{
	weft__repl_server_take(context, request, response);
}

static void
serve(void)
{
	static const char *const origins[] = {NULL};
	struct weft__http_handler handler = {.head = take};
	struct weft__repl_options options;

	assert_int_equal(0, weft__workers_create(2, &line.workers, NULL));
	assert_int_equal(0, weft__watch_create(20, &line.watch, NULL));
	weft__repl_options_init(&options);
	options.registry = line.server.fixture.registry;
	options.workers = line.workers;
	options.watch = line.watch;
	assert_int_equal(
	    0, weft__repl_server_create(&options, origins, &line.repl, NULL));
	handler.context = line.repl;
	http_init(&line.http);
	http_start(&line.http, &handler, NULL);
}

static void
end(void)
{
	proxy_stop(line.proxy);
	weft__repl_server_stop(line.repl);
	weft__workers_destroy(line.workers);
	http_stop(&line.http);
	weft__repl_server_destroy(line.repl);
	weft__watch_destroy(line.watch);
	party_close(&line.client);
	party_close(&line.server);
}

static void
begin(uint64_t seed)
{
	memset(&line, 0, sizeof line);
	line.seed = seed;
	line.random.state = seed;
	party_open(&line.server, FIXTURE_SQLITE);
	party_open(&line.client, FIXTURE_SQLITE);
	serve();
	line.proxy = proxy_start(line.http.port, FAULTS, seed);
}

static const char *
record_id(int side, int record)
{
	static char id[16];

	snprintf(id, sizeof id, "%c%d", side ? 'c' : 's', record);
	return id;
}

/* Each side writes some of its own records. */
static void
edit(int side)
{
	struct party *party = side ? &line.client : &line.server;
	int count = (int)random_below(&line.random, RECORDS);
	char title[200];

	for (int i = 0; i < count; i++) {
		int record = (int)random_below(&line.random, RECORDS);
		unsigned *version = &line.versions[side][record];

		if (*version && !random_below(&line.random, 4)) {
			party_delete(party, record_id(side, record));
			*version = 0;
			continue;
		}
		*version = ++line.written;
		snprintf(title, sizeof title, "%u %0*u", *version,
		    (int)random_below(&line.random, 150) + 1, 0U);
		party_put(party, record_id(side, record), title);
	}
}

/* One way, as far as the line lets it. */
static int
replicate(bool up, struct weft_replication_result *result)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	struct weft_error error;
	struct weft_source *source;
	char url[64];
	int code;

	snprintf(url, sizeof url, "ws://127.0.0.1:%u/replicate",
	    (unsigned)proxy_port(line.proxy));
	options.timeout_ms = 300;
	options.retries = 1;
	options.retry_ms = 1;
	*result = (struct weft_replication_result){0};
	code = weft_source_open_url(url, &options, &source, &error);
	if (code)
		return code;
	replication.source = up ? line.client.source : source;
	replication.target = up ? source : line.client.source;
	code = weft_replicate(&replication, result, &error);
	weft_source_destroy(source);
	return code;
}

static void
replicate_both(void)
{
	struct weft_replication_result result;

	for (int up = 1; up >= 0; up--) {
		(void)!replicate(up, &result);
		weft_replication_result_fini(&result);
	}
}

/* Whether both ways went well. */
static bool
heal(void)
{
	struct weft_replication_result result;
	bool well = true;

	for (int up = 1; up >= 0; up--) {
		well = !replicate(up, &result) && !result.length && well;
		weft_replication_result_fini(&result);
	}
	return well;
}

static void
check_records(void)
{
	struct weft_buf here, there;

	for (int side = 0; side < 2; side++)
		for (int i = 0; i < RECORDS; i++) {
			unsigned version = line.versions[side][i];
			const char *title =
			    party_title(&line.client, record_id(side, i));

			if (version != (unsigned)strtoul(title, NULL, 10))
				fail_msg("%s is %.10s, was written %u "
					 "(WEFT_SEED=%" PRIu64 ")",
				    record_id(side, i), title, version,
				    line.seed);
		}
	here = party_dump(&line.client);
	there = party_dump(&line.server);
	if (here.size != there.size ||
	    memcmp(here.data, there.data, here.size) != 0)
		fail_msg("the sides differ (WEFT_SEED=%" PRIu64 ")", line.seed);
	weft_buf_fini(&here);
	weft_buf_fini(&there);
}

static void
run_seed(uint64_t seed)
{
	int tries = 0;

	begin(seed);
	for (int i = 0; i < ROUNDS; i++) {
		edit(0);
		edit(1);
		replicate_both();
	}
	proxy_heal(line.proxy);
	while (!heal())
		if (++tries == HEALING)
			fail_msg(
			    "it does not heal (WEFT_SEED=%" PRIu64 ")", seed);
	check_records();
	end();
}

static void
replication__survives_a_line_that_goes_wrong(void **state)
{
	uint64_t seed = 1;

	(void)state;
	if (random_seed_given(&seed))
		run_seed(seed);
	else
		for (; seed <= (getenv("WEFT_LONG") ? 500U : 20U); seed++)
			run_seed(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replication__survives_a_line_that_goes_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A client and a server over a line that goes wrong (tests/lib/proxy.h): both
 * edit, replicate and are interrupted anywhere, as a seed says, which
 * WEFT_SEED repeats.  When the line is good again both hold what was last
 * written to each record, once.  Under TLS the line also changes bytes.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/repl/source.h"
#include "tests/lib/certificate.h"
#include "tests/lib/pair.h"
#include "tests/lib/proxy.h"
#include "tests/lib/random.h"
#include "tests/lib/repl_server.h"
#include "transports/net/tls.h"

#define RECORDS 8 /* of each side, edited by nobody else */
#define ROUNDS 6
#define FAULTS \
	(1U << PROXY_NONE | 1U << PROXY_CLOSE | 1U << PROXY_RESET | \
	    1U << PROXY_SILENCE | 1U << PROXY_HALF_OPEN | \
	    1U << PROXY_DELAY | 1U << PROXY_THROTTLE | 1U << PROXY_DUPLICATE)
#define TLS_FAULTS (FAULTS | 1U << PROXY_FLIP)
#define HEALING 5 /* replications within which all must be equal */

/* What TLS takes, made once. */
static struct {
	char folder[32];
	char certificate[64];
	char key[64];
	struct weft__tls *tls;
} secret = {.folder = "/tmp/weft-line-XXXXXX"};

static struct line {
	struct party server;
	struct party client;
	struct repl_server repl;
	struct proxy *proxy;
	struct random random;
	unsigned versions[2][RECORDS]; /* last written; 0: there is none */
	unsigned written;
	bool is_secure;
	bool is_healed;
	uint64_t seed;
} line;

/* How often each fault has happened, in all. */
static unsigned counts[PROXY_FAULTS];

static void
end(void)
{
	for (int i = 0; i < PROXY_FAULTS; i++)
		counts[i] += proxy_count(line.proxy, (enum proxy_fault)i);
	proxy_stop(line.proxy);
	repl_server_stop(&line.repl);
	party_close(&line.client);
	party_close(&line.server);
}

static void
begin(uint64_t seed, bool is_secure)
{
	memset(&line, 0, sizeof line);
	line.is_secure = is_secure;
	line.seed = seed;
	line.random.state = seed;
	party_open(&line.server, FIXTURE_SQLITE);
	party_open(&line.client, FIXTURE_SQLITE);
	repl_server_init(&line.repl, line.server.fixture.registry);
	repl_server_start(&line.repl, is_secure ? secret.tls : NULL);
	line.proxy = proxy_start(line.repl.http.port,
	    is_secure ? TLS_FAULTS : FAULTS, seed);
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

	snprintf(url, sizeof url, "%s:%u/replicate",
	    line.is_secure ? "wss://localhost" : "ws://127.0.0.1",
	    (unsigned)proxy_port(line.proxy));
	options.ca_file = line.is_secure ? secret.certificate : NULL;
	options.timeout_ms = line.is_healed ? 20000 : 100;
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

/* Tells a side's last changes of the record, for whoever looks into it. */
static void
tell(const char *side, struct party *party, const char *id)
{
	struct weft_change_list list = {0};
	struct weft_source *source = party->source;

	print_error("%s: %.20s\n", side, party_title(party, id));
	if (!source->ops->last_change(
		source, "Todo", weft_slice(id), &list, NULL) &&
	    source->ops->history(source, "Todo", weft_slice(id), &list, NULL))
		print_error("  its history cannot be read\n");
	for (size_t i = 0; i < list.length; i++)
		print_error("  %.*s generation %u checkpoint %" PRIu64 "\n",
		    (int)list.changes[i].rev.size,
		    list.changes[i].rev.data ? list.changes[i].rev.data : "",
		    (unsigned)list.changes[i].generation,
		    list.changes[i].checkpoint);
	weft_change_list_fini(&list);
}

static void
check_record(struct party *party, int side, int record)
{
	const char *id = record_id(side, record);
	unsigned version = line.versions[side][record];
	unsigned found = (unsigned)strtoul(party_title(party, id), NULL, 10);

	if (found == version)
		return;
	tell("server", &line.server, id);
	tell("client", &line.client, id);
	fail_msg("%s is %u, was written %u (WEFT_SEED=%" PRIu64 ")", id, found,
	    version, line.seed);
}

static void
check_records(void)
{
	struct weft_buf here, there;

	for (int side = 0; side < 2; side++)
		for (int i = 0; i < RECORDS; i++) {
			check_record(&line.client, side, i);
			check_record(&line.server, side, i);
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
run_seed(uint64_t seed, bool is_secure)
{
	int tries = 0;

	begin(seed, is_secure);
	for (int i = 0; i < ROUNDS; i++) {
		edit(0);
		edit(1);
		replicate_both();
	}
	proxy_heal(line.proxy);
	line.is_healed = true;
	while (!heal())
		if (++tries == HEALING)
			fail_msg(
			    "it does not heal (WEFT_SEED=%" PRIu64 ")", seed);
	check_records();
	end();
}

/* Each of the faults must have happened at least once. */
static void
run_seeds(unsigned faults, bool is_secure, unsigned count)
{
	uint64_t seed = 1;

	memset(counts, 0, sizeof counts);
	if (random_seed_given(&seed)) {
		run_seed(seed, is_secure);
		return;
	}
	for (; seed <= (getenv("WEFT_LONG") ? 25 * count : count); seed++)
		run_seed(seed, is_secure);
	for (int i = PROXY_NONE + 1; i < PROXY_FAULTS; i++)
		if (faults & 1U << i && !counts[i])
			fail_msg("fault %d has never happened", i);
}

static void
replication__survives_a_line_that_goes_wrong(void **state)
{
	(void)state;
	run_seeds(FAULTS, false, 20);
}

static void
replication__survives_a_line_that_changes_bytes_under_tls(void **state)
{
	(void)state;
	run_seeds(TLS_FAULTS, true, 10);
}

static int
make_secret(void **state)
{
	(void)state;
	if (!mkdtemp(secret.folder))
		return -1;
	snprintf(secret.certificate, sizeof secret.certificate, "%s/c.pem",
	    secret.folder);
	snprintf(secret.key, sizeof secret.key, "%s/k.pem", secret.folder);
	if (certificate_make("localhost", secret.certificate, secret.key))
		return -1;
	return weft__tls_create(
	    secret.certificate, secret.key, &secret.tls, NULL);
}

static int
drop_secret(void **state)
{
	(void)state;
	weft__tls_destroy(secret.tls);
	unlink(secret.certificate);
	unlink(secret.key);
	return rmdir(secret.folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replication__survives_a_line_that_goes_wrong),
	    cmocka_unit_test(
		replication__survives_a_line_that_changes_bytes_under_tls),
	};

	return cmocka_run_group_tests(tests, make_secret, drop_secret);
}

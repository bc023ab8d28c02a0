#include "tools/weftd/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <weft/store.h>

#include "core/base/alloc.h"
#include "transports/http/body.h"
#include "transports/weft/server/serve.h"

/* Upper bounds of the histogram of times, in us. */
static const uint64_t bounds[] = {
    250, 1000, 5000, 25000, 100000, 500000, 2500000, 10000000};

#define BOUNDS (sizeof bounds / sizeof *bounds)
#define CLASSES 6 /* of status: 1xx to 5xx, and none */

struct metrics {
	atomic_uint_fast64_t requests[CLASSES];
	atomic_uint_fast64_t aborted;
	atomic_uint_fast64_t received, sent; /* bytes of bodies */
	atomic_uint_fast64_t took_us;
	atomic_uint_fast64_t within[BOUNDS + 1];
};

struct metrics *
metrics_create(void)
{
	return weft__calloc(1, sizeof(struct metrics));
}

void
metrics_destroy(struct metrics *metrics)
{
	weft__free(metrics);
}

static void
add(atomic_uint_fast64_t *counter, uint64_t number)
{
	atomic_fetch_add_explicit(counter, number, memory_order_relaxed);
}

void
metrics_count(struct metrics *metrics, const struct weft__http_entry *entry)
{
	unsigned class = (unsigned)entry->status / 100;
	size_t bound = 0;

	while (bound < BOUNDS && entry->took_us > bounds[bound])
		bound++;
	add(&metrics->requests[class < CLASSES ? class : 0], 1);
	add(&metrics->aborted, entry->is_aborted);
	add(&metrics->received, entry->received);
	add(&metrics->sent, entry->sent);
	add(&metrics->took_us, entry->took_us);
	add(&metrics->within[bound], 1);
}

/* A text being written; 'code' is the first failure. */
struct output {
	struct weft_buf *text;
	int code;
};

static void put(struct output *output, const char *format, ...)
    WEFT_PRINTF(2, 3);

static void
put(struct output *output, const char *format, ...)
{
	char line[512];
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (!output->code)
		output->code =
		    weft_buf_append(output->text, line, (size_t)size);
}

static void
put_type(struct output *output, const char *name, const char *type,
    const char *help)
{
	put(output, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_one(struct output *output, const char *name, const char *type,
    const char *help, uint64_t value)
{
	put_type(output, name, type, help);
	put(output, "%s %" PRIu64 "\n", name, value);
}

static void
put_requests(struct output *output, struct metrics *metrics)
{
	static const char name[] = "weft_http_request_duration_seconds";
	uint64_t sum = 0;

	put_type(output, "weft_http_requests_total", "counter",
	    "Requests answered, by class of status.");
	for (unsigned i = 1; i < CLASSES; i++)
		put(output,
		    "weft_http_requests_total{status=\"%uxx\"} %" PRIuFAST64
		    "\n",
		    i, atomic_load(&metrics->requests[i]));
	put_type(output, name, "histogram",
	    "From the head of a request to the end of its answer.");
	for (size_t i = 0; i <= BOUNDS; i++) {
		sum += atomic_load(&metrics->within[i]);
		if (i < BOUNDS)
			put(output, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
			    (double)bounds[i] / 1e6, sum);
	}
	put(output, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, sum);
	put(output, "%s_sum %g\n", name,
	    (double)atomic_load(&metrics->took_us) / 1e6);
	put(output, "%s_count %" PRIu64 "\n", name, sum);
	put_one(output, "weft_http_requests_aborted_total", "counter",
	    "Requests whose client left before the end.",
	    atomic_load(&metrics->aborted));
	put_one(output, "weft_http_received_bytes_total", "counter",
	    "Bytes of requests' bodies.", atomic_load(&metrics->received));
	put_one(output, "weft_http_sent_bytes_total", "counter",
	    "Bytes of answers' bodies.", atomic_load(&metrics->sent));
}

/* Pages of memory that are in use, as the kernel tells it. */
static uint64_t
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long resident = 0;
	char line[128], *after;

	if (!file)
		return 0;
	if (fgets(line, sizeof line, file)) {
		strtoul(line, &after, 10); /* all of its address space */
		resident = strtoul(after, NULL, 10);
	}
	fclose(file);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* What clients of weft.repl.v1 do. */
static void
put_replication(
    struct output *output, const struct weft__repl_counts *counts)
{
	const struct {
		const char *name, *type, *help;
		const atomic_uint_fast64_t *count;
	} rows[] = {
	    {"weft_repl_connections", "gauge", "Clients that are connected.",
		&counts->connections},
	    {"weft_repl_streams", "gauge", "Streams that are open.",
		&counts->streams},
	    {"weft_repl_batches_total", "counter", "Batches sent.",
		&counts->batches},
	    {"weft_repl_updates_total", "counter", "Updates sent.",
		&counts->updates},
	    {"weft_repl_sent_bytes_total", "counter", "Bytes of batches sent.",
		&counts->bytes},
	    {"weft_repl_reads_total", "counter",
		"Batches read; others were shared.", &counts->reads},
	    {"weft_repl_pushes_total", "counter", "Pushes answered.",
		&counts->pushes},
	    {"weft_repl_pushed_updates_total", "counter",
		"Updates that pushes have written.", &counts->pushed},
	    {"weft_repl_conflicts_total", "counter",
		"Updates of pushes that were in conflict.",
		&counts->conflicts},
	    {"weft_repl_refused_total", "counter",
		"Updates of pushes that were refused.", &counts->refused},
	    {"weft_repl_resets_total", "counter",
		"Positions that were none to go on from.", &counts->resets},
	    {"weft_repl_timeouts_total", "counter",
		"Clients cut off since they took nothing.",
		&counts->timeouts},
	    {"weft_repl_denied_total", "counter",
		"Requests and streams without the right.", &counts->denied},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		put_one(output, rows[i].name, rows[i].type, rows[i].help,
		    atomic_load(rows[i].count));
}

static void
put_process(struct output *output)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	put_type(output, "process_cpu_seconds_total", "counter",
	    "CPU time of this process.");
	put(output, "process_cpu_seconds_total %.6f\n",
	    (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
		    1e6);
	put_one(output, "process_resident_memory_bytes", "gauge",
	    "Memory of this process.", resident_bytes());
}

/* What is told of every datasource. */
static const struct gauge {
	const char *name;
	size_t offset; /* in struct weft_datasource_status */
	const char *help;
} gauges[] = {
    {"weft_checkpoint", offsetof(struct weft_datasource_status, checkpoint),
	"The current checkpoint."},
    {"weft_journal_position", offsetof(struct weft_datasource_status, seq),
	"Position of the last change."},
    {"weft_store_position",
	offsetof(struct weft_datasource_status, stored_seq),
	"Position of the last change that the revision store has."},
};

static int
put_gauge(struct output *output, const struct gauge *gauge,
    struct weft_registry *registry, struct weft_error *error)
{
	struct weft_datasource *datasource;
	struct weft_datasource_status status;
	int code = 0;

	put_type(output, gauge->name, "gauge", gauge->help);
	for (size_t i = 0; !code &&
	     (datasource = weft_registry_datasource_at(registry, i));
	     i++) {
		code = weft_datasource_get_status(datasource, &status, error);
		if (!code)
			put(output, "%s{datasource=\"%s\"} %" PRIu64 "\n",
			    gauge->name, weft_datasource_name(datasource),
			    *(uint64_t *)((char *)&status + gauge->offset));
	}
	return code;
}

int
metrics_write(struct metrics *metrics, struct weft__http_server *server,
    const struct weft__repl_server *repl, struct weft_registry *registry,
    struct weft_buf *text, struct weft_error *error)
{
	struct output output = {.text = text};
	int code = 0;

	put_requests(&output, metrics);
	put_one(&output, "weft_http_connections", "gauge",
	    "Connections that are open.",
	    weft__http_server_connections(server));
	put_one(&output, "weft_http_spooled_bytes", "gauge",
	    "Bytes of large bodies that are on disk.",
	    weft__http_body_room_taken());
	if (repl)
		put_replication(&output, weft__repl_server_counts(repl));
	put_process(&output);
	for (size_t i = 0; !code && i < sizeof gauges / sizeof *gauges; i++)
		code = put_gauge(&output, &gauges[i], registry, error);
	if (!code && output.code)
		code = weft_error_set(error, output.code, "out of memory");
	return code;
}

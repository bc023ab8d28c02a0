/*
 * Any bytes as the requests of one connection, pipelined, to LoopBack's API
 * over a new database in memory: all layers as weftd has them, but for the
 * listening socket.  What is answered is HTTP and JSON, no answer is 500, and
 * what was stored has its changes.
 */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/access/access.h"
#include "models/access/builtin.h"
#include "tests/lib/fuzz.h"
#include "transports/http/exchange.h"
#include "transports/loopback/loopback.h"

#define MOST_REQUESTS 4096

/* As in the recorded conversation of LoopBack's client and server. */
static const char *const definitions[] = {
    "{\"name\":\"Todo\",\"trackChanges\":true,\"strict\":true,"
    "\"persistUndefinedAsNull\":true,\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true,\"defaultFn\":\"guid\"},"
    "\"title\":\"string\",\"completed\":{\"type\":\"boolean\","
    "\"default\":false},\"created\":\"date\",\"owner\":\"string\"}}",
    "{\"name\":\"Item\",\"trackChanges\":true,\"properties\":{"
    "\"id\":{\"type\":\"string\",\"id\":true},"
    "\"name\":{\"type\":\"string\",\"required\":true},\"n\":\"number\","
    "\"when\":\"date\",\"data\":\"object\",\"tags\":[\"string\"]}}",
    "{\"name\":\"Memo\",\"trackChanges\":true,\"visibleTo\":"
    "{\"property\":\"owner\"},\"properties\":{"
    "\"id\":{\"type\":\"number\",\"id\":true},\"owner\":\"string\","
    "\"place\":\"geopoint\"}}",
};

static const char *const builtins[] = {
    "User", "AccessToken", "Role", "RoleMapping", "ACL"};

#define LENGTH(list) (sizeof(list) / sizeof *(list))

/* A server with one loop, which is this thread. */
struct server {
	struct weft_registry *registry;
	struct weft__access *access;
	struct weft__workers *workers;
	struct weft__rest *rest;
	struct weft__http_active *active;
	struct weft__http_thread thread;
};

/* What was answered: the order is that of the requests. */
static struct {
	bool was_head[MOST_REQUESTS];
	bool is_whole[MOST_REQUESTS];
	size_t length;
} answered;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
note_answer(const struct weft__http_entry *entry, void *context)
{
	(void)context;
	check(entry->is_aborted ||
	    (entry->status >= 200 && entry->status != 500));
	check(answered.length < MOST_REQUESTS);
	answered.was_head[answered.length] =
	    weft_slice_equal(entry->method, weft_slice("HEAD"));
	answered.is_whole[answered.length++] = !entry->is_aborted;
}

/* Time stands still: no deadline passes. */
static uint64_t
now_us(void *context)
{
	(void)context;
	return 1;
}

/*
 * The server
 */

static void
define_models(struct server *server)
{
	struct weft_datasource *db;

	check(weft_registry_create(NULL, &server->registry, NULL) == 0);
	check(weft_registry_add_datasource(server->registry, "db",
		  weft_slice("{\"connector\":\"memory\"}"), NULL, &db,
		  NULL) == 0);
	for (size_t i = 0; i < LENGTH(builtins); i++)
		check(weft_registry_define(server->registry, db,
			  weft_slice(weft__builtin_definition(builtins[i])),
			  NULL, NULL) == 0);
	for (size_t i = 0; i < LENGTH(definitions); i++)
		check(weft_registry_define(server->registry, db,
			  weft_slice(definitions[i]), NULL, NULL) == 0);
}

static void
open_thread(struct server *server)
{
	static const struct weft__ticks ticks = {now_us, NULL};
	struct weft__http_thread *thread = &server->thread;
	struct weft__http_config config;

	weft__http_config_init(&config);
	config.log = note_answer;
	check(weft__http_active_create(&config, 1, &server->active, NULL) == 0);
	*thread = (struct weft__http_thread){
	    .active = server->active,
	    .config = &server->active->config,
	    .handler = weft__rest_handler(server->rest),
	    .scratch = WEFT_BUF_INIT(131072),
	    .id_prefix = "00000000"};
	check(weft__loop_create(&ticks, NULL, &thread->loop, NULL) == 0);
}

static void
open_server(struct server *server)
{
	struct weft__access_options access = WEFT__ACCESS_OPTIONS_INIT;
	struct weft__rest_options rest = {.body_limit = 65536,
	    .bulk_limit = 262144,
	    .heartbeat_ms = 1000};

	*server = (struct server){.registry = NULL};
	define_models(server);
	access.cost.log_n = 4;
	check(weft__access_open(server->registry, &access, &server->access,
		  NULL) == 0);
	check(weft__workers_create(1, &server->workers, NULL) == 0);
	rest.registry = server->registry;
	rest.access = server->access;
	rest.workers = server->workers;
	check(weft__rest_open(&rest, &server->rest, NULL) == 0);
	open_thread(server);
}

static void
close_server(struct server *server)
{
	weft__workers_destroy(server->workers);
	weft__loop_destroy(server->thread.loop);
	weft_buf_fini(&server->thread.scratch);
	weft__http_active_destroy(server->active);
	weft__rest_close(server->rest);
	weft_registry_destroy(server->registry);
	weft__access_destroy(server->access);
}

/*
 * The client
 */

/* Sends what the socket takes; with the last byte the client has ended. */
static void
send_some(int fd, struct weft_slice *left)
{
	ssize_t sent;

	if (!left->data)
		return;
	sent = send(fd, left->data, left->size, MSG_NOSIGNAL);
	if (sent >= 0) {
		left->data += sent;
		left->size -= (size_t)sent;
	}
	if (left->size && (sent >= 0 || errno == EAGAIN))
		return;
	shutdown(fd, SHUT_WR);
	left->data = NULL;
}

/* Appends what there is; false at the end. */
static bool
receive_some(int fd, struct weft_buf *answers)
{
	char bytes[65536];
	ssize_t size;

	while ((size = recv(fd, bytes, sizeof bytes, 0)) > 0)
		check(weft_buf_append(answers, bytes, (size_t)size) == 0);
	return size < 0;
}

static void
converse(struct server *server, struct weft_slice requests,
    struct weft_buf *answers)
{
	struct weft__loop *loop = server->thread.loop;
	struct weft__connection_start start = {
	    .limits = &server->active->config.connection};
	int fds[2];

	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		  0, fds) == 0);
	start.fd = fds[0];
	check(weft__address_read(weft_slice("127.0.0.1"), &start.peer));
	weft__http_connection_start(&server->thread, &start);
	while (loop->connections) {
		send_some(fds[1], &requests);
		if (fds[1] >= 0 && !receive_some(fds[1], answers)) {
			close(fds[1]);
			fds[1] = -1;
			requests.data = NULL;
		}
		weft__loop_step(loop);
	}
	if (fds[1] >= 0) {
		receive_some(fds[1], answers);
		close(fds[1]);
	}
}

/*
 * What was answered
 */

static bool
take_line(struct weft_slice *left, struct weft_slice *line)
{
	const char *end = memmem(left->data, left->size, "\r\n", 2);

	if (!end)
		return false;
	*line = weft_slice_of(left->data, (size_t)(end - left->data));
	left->size -= line->size + 2;
	left->data = end + 2;
	return true;
}

/* The rest of the line after 'name'; no value: it is another header. */
static struct weft_slice
value_of(struct weft_slice line, const char *name)
{
	size_t size = strlen(name);

	return line.size >= size && !memcmp(line.data, name, size)
	    ? weft_slice_of(line.data + size, line.size - size)
	    : weft_slice_of(NULL, 0);
}

struct head {
	int status;
	bool is_chunked, is_encoded, is_json;
	size_t length;
};

static void
take_head(struct weft_slice *left, struct head *head)
{
	struct weft_slice line, value;

	*head = (struct head){.status = 0};
	check(take_line(left, &line));
	value = value_of(line, "HTTP/1.1 ");
	check(value.size > 4);
	head->status = (int)strtol(value.data, NULL, 10);
	while (check(take_line(left, &line)), line.size) {
		if ((value = value_of(line, "Content-Length: ")).data)
			head->length = strtoul(value.data, NULL, 10);
		if (value_of(line, "Transfer-Encoding: chunked").data)
			head->is_chunked = true;
		if (value_of(line, "Content-Encoding: ").data)
			head->is_encoded = true;
		if (value_of(line, "Content-Type: application/json").data)
			head->is_json = true;
	}
}

static void
take_chunks(struct weft_slice *left)
{
	struct weft_slice line;
	size_t size;

	do {
		check(take_line(left, &line));
		size = strtoul(line.data, NULL, 16);
		check(left->size >= size + 2);
		left->data += size;
		left->size -= size;
		check(take_line(left, &line) && !line.size);
	} while (size);
}

static void
take_body(struct weft_slice *left, const struct head *head)
{
	json_t *json;

	if (head->is_chunked) {
		take_chunks(left);
		return;
	}
	check(left->size >= head->length);
	if (head->is_json && head->length && !head->is_encoded) {
		json = json_loadb(
		    left->data, head->length, JSON_DECODE_ANY, NULL);
		check(json != NULL);
		json_decref(json);
	}
	left->data += head->length;
	left->size -= head->length;
}

static void
check_answers(struct weft_slice left)
{
	struct head head;

	for (size_t i = 0; i < answered.length; i++) {
		if (!answered.is_whole[i])
			return;
		do
			take_head(&left, &head);
		while (head.status == 100);
		if (!answered.was_head[i] && head.status != 204 &&
		    head.status != 304)
			take_body(&left, &head);
	}
	check(!left.size);
}

/* Each record has its change, and the other way round. */
static void
check_changes(const struct weft_registry *registry)
{
	struct weft_model *model;
	uint64_t found;

	for (size_t i = 0; (model = weft_registry_model_at(registry, i)); i++)
		if (weft_model_is_tracked(model)) {
			check(weft_model_rectify_all_changes(
				  model, &found, NULL) == 0);
			check(found == 0);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_buf answers = WEFT_BUF_INIT(64 * 1024 * 1024);
	struct server server;

	answered.length = 0;
	open_server(&server);
	converse(&server, weft_slice_of((const char *)data, size), &answers);
	check_answers(weft_buf_slice(&answers));
	check_changes(server.registry);
	close_server(&server);
	weft_buf_fini(&answers);
	return 0;
}

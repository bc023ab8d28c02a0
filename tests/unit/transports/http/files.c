/* Tests of transports/http/files.h: a folder's files, and nothing else. */
#define _GNU_SOURCE /* mkdtemp */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "tests/lib/http.h"
#include "transports/http/files.h"

#define POLICY "default-src 'self'"

static char root[64];
static char response[2 << 20];
static struct http http;
static struct weft__http_files *files;

static void
write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
make_folder(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int
remove_entry(
    const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

/* Files for browsers, or 404 as the API answers it. */
static void
take_head(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	if (!weft__http_files_answer(files, request, answer))
		weft__http_respond(answer, 404, weft_slice("none"));
}

static const struct weft__http_handler handler = {.head = take_head};

static int
set_up(void **state)
{
	snprintf(root, sizeof root, "/tmp/weft-files.XXXXXX");
	assert_non_null(mkdtemp(root));
	make_folder("site");
	make_folder("site/css");
	write_file("site/index.html", "<p>hello");
	write_file("site/css/a b.css", "p {}");
	write_file("site/app.js", "");
	write_file("site/.secret", "no");
	write_file("outside", "no");
	return 0;
}

static int
tear_down(void **state)
{
	return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Opens root/site, and serves it. */
static void
serve(void)
{
	struct weft_error error = {0, ""};
	char path[80];

	snprintf(path, sizeof path, "%s/site", root);
	if (weft__http_files_open(path, POLICY, &files, &error))
		fail_msg("%s", error.text);
	http_init(&http);
	http_start(&http, &handler, NULL);
}

static void
stop(void)
{
	http_stop(&http);
	weft__http_files_close(files);
}

static int
get(const char *path)
{
	char request[512];

	snprintf(request, sizeof request,
	    "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	return http_ask(&http, request, response, sizeof response);
}

static void
assert_has(const char *text)
{
	if (!strstr(response, text))
		fail_msg("no \"%s\" in %s", text, response);
}

static void
files__are_served_with_type_tag_and_policy(void **state)
{
	serve();
	assert_int_equal(get("/index.html"), 200);
	assert_string_equal(http_body(response), "<p>hello");
	assert_has("Content-Type: text/html; charset=utf-8\r\n");
	assert_has("ETag: W/\"");
	assert_has("Cache-Control: no-cache\r\n");
	assert_has("X-Content-Type-Options: nosniff\r\n");
	assert_has("Content-Security-Policy: " POLICY "\r\n");
	assert_int_equal(get("/css/a%20b.css"), 200);
	assert_string_equal(http_body(response), "p {}");
	assert_has("Content-Type: text/css; charset=utf-8\r\n");
	assert_int_equal(get("/app.js?v=2"), 200);
	assert_has("Content-Type: text/javascript; charset=utf-8\r\n");
	assert_string_equal(http_body(response), "");
	stop();
}

static void
files__have_an_index_for_a_folder(void **state)
{
	serve();
	assert_int_equal(get("/"), 200);
	assert_string_equal(http_body(response), "<p>hello");
	assert_int_equal(get("/css/"), 404);
	assert_int_equal(get("/css"), 404);
	assert_int_equal(get("/index.html/"), 404);
	stop();
}

static void
files__answer_head_without_a_body(void **state)
{
	int fd;

	serve();
	fd = http_connect(&http);
	http_send(fd, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(
	    http_receive_head(fd, response, sizeof response), 200);
	assert_has("Content-Length: 8\r\n");
	http_send(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(http_receive(fd, response, sizeof response), 200);
	close(fd);
	assert_int_equal(http_ask(&http,
	    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
	    response, sizeof response), 404);
	stop();
}

static void
files__are_not_sent_to_who_has_them(void **state)
{
	char request[512], tag[64];
	const char *at;

	serve();
	assert_int_equal(get("/"), 200);
	at = strstr(response, "ETag: ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "ETag: %63s", tag), 1);
	snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: x\r\n"
	    "If-None-Match: \"x\", %s\r\n\r\n", tag);
	assert_int_equal(
	    http_ask(&http, request, response, sizeof response), 304);
	assert_string_equal(http_body(response), "");
	assert_has(tag);
	assert_int_equal(http_ask(&http, "GET / HTTP/1.1\r\nHost: x\r\n"
	    "If-None-Match: W/\"0000\"\r\n\r\n", response, sizeof response),
	    200);
	stop();
}

/* What is hidden, linked, or elsewhere is not there, however it is spelled. */
static void
files__never_lead_out_of_their_folder(void **state)
{
	static const char *const paths[] = {"/.secret", "/%2esecret",
	    "/../outside", "/css/../../outside", "/%2e%2e/outside",
	    "/..%2foutside", "/css/..%2f..%2foutside", "/link", "/folder/a",
	    "/folder/", "//etc/passwd", "/./index.html", "/css//a%20b.css",
	    "/pipe", "/css/../index.html"};
	char from[128], to[128];

	snprintf(from, sizeof from, "%s/outside", root);
	snprintf(to, sizeof to, "%s/site/link", root);
	assert_int_equal(symlink(from, to), 0);
	snprintf(to, sizeof to, "%s/site/folder", root);
	assert_int_equal(symlink(root, to), 0);
	snprintf(to, sizeof to, "%s/site/pipe", root);
	assert_int_equal(mkfifo(to, 0600), 0);
	serve();
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (get(paths[i]) != 404)
			fail_msg("%s: %s", paths[i], response);
	stop();
}

static void
files__are_read_again_on_demand(void **state)
{
	struct weft_error error = {0, ""};
	struct weft__http_file_table *fresh;
	char site[80], away[80];

	serve();
	write_file("site/index.html", "<p>new");
	write_file("site/more.txt", "more");
	assert_int_equal(get("/"), 200);
	assert_string_equal(http_body(response), "<p>hello");
	assert_int_equal(weft__http_files_read(files, &fresh, &error), 0);
	weft__http_files_take(files, fresh);
	assert_int_equal(get("/"), 200);
	assert_string_equal(http_body(response), "<p>new");
	assert_int_equal(get("/more.txt"), 200);

	/* What cannot be read leaves all as it was. */
	snprintf(site, sizeof site, "%s/site", root);
	snprintf(away, sizeof away, "%s/away", root);
	assert_int_equal(rename(site, away), 0);
	assert_int_equal(
	    weft__http_files_read(files, &fresh, &error), WEFT_ENOTFOUND);
	assert_non_null(strstr(error.text, site));
	assert_int_equal(get("/more.txt"), 200);
	stop();
}

static void
files__that_are_too_large_are_named(void **state)
{
	struct weft__http_file_table *fresh;
	struct weft_error error = {0, ""};
	char path[80];
	int fd;

	snprintf(path, sizeof path, "%s/site/large.bin", root);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, WEFT_LIMIT_HTTP_FILE_SIZE), 0);
	serve();
	assert_int_equal(ftruncate(fd, WEFT_LIMIT_HTTP_FILE_SIZE + 1), 0);
	assert_int_equal(
	    weft__http_files_read(files, &fresh, &error), WEFT_ELIMIT);
	assert_non_null(strstr(error.text, "large.bin"));
	stop();
	close(fd);
}

static void
files__together_have_a_limit(void **state)
{
	struct weft_error error = {0, ""};
	char path[80];
	unsigned count = WEFT_LIMIT_HTTP_FILES_SIZE / WEFT_LIMIT_HTTP_FILE_SIZE;
	int fd;

	for (unsigned i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/site/%u", root, i);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		assert_int_equal(ftruncate(fd, WEFT_LIMIT_HTTP_FILE_SIZE), 0);
		close(fd);
	}
	snprintf(path, sizeof path, "%s/site", root);
	assert_int_equal(weft__http_files_open(path, "", &files, &error),
	    WEFT_ELIMIT);
	assert_null(files);
}

static void
files__survive_each_failed_allocation(void **state)
{
	struct weft_error error = {0, ""};
	char path[80];
	int code = WEFT_ENOMEM;

	snprintf(path, sizeof path, "%s/site", root);
	for (unsigned i = 0; code; i++) {
		weft__alloc_fail_after(i, true);
		code = weft__http_files_open(path, POLICY, &files, &error);
		weft__alloc_fail_never();
		if (code)
			assert_int_equal(code, WEFT_ENOMEM);
	}
	weft__http_files_close(files);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(files__are_served_with_type_tag_and_policy),
	    TEST(files__have_an_index_for_a_folder),
	    TEST(files__answer_head_without_a_body),
	    TEST(files__are_not_sent_to_who_has_them),
	    TEST(files__never_lead_out_of_their_folder),
	    TEST(files__are_read_again_on_demand),
	    TEST(files__that_are_too_large_are_named),
	    TEST(files__together_have_a_limit),
	    TEST(files__survive_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "transports/http/files.h"

#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "transports/http/files_table.h"

struct weft__http_files {
	char *folder;
	char *policy;
	pthread_mutex_t lock; /* of 'table' */
	struct weft__http_file_table *table;
};

int
weft__http_files_open(const char *folder, const char *policy,
    struct weft__http_files **files, struct weft_error *error)
{
	struct weft__http_files *opened = weft__calloc(1, sizeof *opened);
	int code;

	*files = NULL;
	if (!opened)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	pthread_mutex_init(&opened->lock, NULL);
	opened->folder = weft__strdup(folder);
	opened->policy = weft__strdup(policy);
	if (opened->folder && opened->policy)
		code = weft__http_file_table_read(
		    folder, &opened->table, error);
	else
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (code)
		weft__http_files_close(opened);
	else
		*files = opened;
	return code;
}

int
weft__http_files_read(const struct weft__http_files *files,
    struct weft__http_file_table **fresh, struct weft_error *error)
{
	return weft__http_file_table_read(files->folder, fresh, error);
}

void
weft__http_files_take(
    struct weft__http_files *files, struct weft__http_file_table *fresh)
{
	struct weft__http_file_table *before;

	pthread_mutex_lock(&files->lock);
	before = files->table;
	files->table = fresh;
	pthread_mutex_unlock(&files->lock);
	weft__http_file_table_drop(before);
}

void
weft__http_files_close(struct weft__http_files *files)
{
	if (!files)
		return;
	weft__http_file_table_drop(files->table);
	pthread_mutex_destroy(&files->lock);
	weft__free(files->folder);
	weft__free(files->policy);
	weft__free(files);
}

static struct weft__http_file_table *
keep_table(struct weft__http_files *files)
{
	struct weft__http_file_table *table;

	pthread_mutex_lock(&files->lock);
	table = files->table;
	atomic_fetch_add(&table->users, 1);
	pthread_mutex_unlock(&files->lock);
	return table;
}

/* Writes the key that the request's path has in the table. */
static int
write_key(const struct weft__http_request *request, struct weft_buf *key)
{
	struct weft_slice path = request->path;
	int code = 0;

	for (size_t i = 0; !code && i < request->segment_count; i++) {
		if (i)
			code = weft_buf_append(key, "/", 1);
		if (!code)
			code = weft_buf_append_slice(key, request->segments[i]);
	}
	if (code || !path.size || path.data[path.size - 1] != '/')
		return code;
	return weft_buf_printf(
	    key, "%sindex.html", request->segment_count ? "/" : "");
}

/* A browser looks at each use whether its copy is good, takes the type that
 * is told, and tells other sites nothing. */
static int
set_headers(struct weft__http_response *response,
    const struct weft__http_file *file, const char *policy)
{
	const struct {
		const char *name, *value;
	} headers[] = {
	    {"Content-Type", file->type},
	    {"ETag", file->tag},
	    {"Cache-Control", "no-cache"},
	    {"X-Content-Type-Options", "nosniff"},
	    {"Referrer-Policy", "no-referrer"},
	    {"Content-Security-Policy", policy},
	};
	int code = 0;

	for (size_t i = 0; !code && i < sizeof headers / sizeof *headers; i++)
		if (*headers[i].value)
			code = weft__http_set_header(response, headers[i].name,
			    weft_slice(headers[i].value));
	return code;
}

static void
answer(const struct weft__http_files *files,
    const struct weft__http_request *request,
    struct weft__http_response *response, const struct weft__http_file *file)
{
	if (set_headers(response, file, files->policy))
		weft__http_respond(response, 500, weft_slice(""));
	else if (weft__http_is_known(request, file->tag))
		weft__http_respond(response, 304, weft_slice(""));
	else
		weft__http_respond(
		    response, 200, weft_buf_slice(&file->content));
}

bool
weft__http_files_answer(struct weft__http_files *files,
    const struct weft__http_request *request,
    struct weft__http_response *response)
{
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_HTTP_LINE + 16);
	struct weft__http_file_table *table;
	const struct weft__http_file *file = NULL;

	if (request->method != WEFT__HTTP_GET)
		return false;
	table = keep_table(files);
	if (write_key(request, &key) == 0)
		file = weft__map_find(&table->files, weft_buf_slice(&key));
	if (file)
		answer(files, request, response, file);
	weft_buf_fini(&key);
	weft__http_file_table_drop(table);
	return file != NULL;
}

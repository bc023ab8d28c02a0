/*
 * Copies of a datasource and of a whole configuration.
 *
 * The store's refs are noted before the database is copied, so that the copy
 * of the database has at least what that of the store says it has.
 */
#include <weft/store.h>

#include <inttypes.h>
#include <stdio.h>

#include "core/store/backup.h"
#include "core/store/store.h"
#include "models/datasource.h"
#include "models/store/backup_files.h"
#include "models/store/restore.h"

#define PATH_SIZE 4096

/* Copies the database, marked as a copy: who opens it begins a new epoch. */
static int
copy_database(struct weft_datasource *datasource, const char *file,
    struct weft_error *error)
{
	struct weft_connector *connector = datasource->connector;
	char text[24];

	if (!connector->ops->backup)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "datasource %s: its connector cannot be copied",
		    datasource->name);
	snprintf(text, sizeof text, "%" PRIu64,
	    weft__clock_now_ms(datasource->clock));
	return connector->ops->backup(connector, file,
	    weft_slice(WEFT__META_BACKUP), weft_slice(text), error);
}

static int
begin_store(struct weft_datasource *datasource,
    struct weft__store_backup *backup, struct weft_error *error)
{
	int code;

	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_backup_begin(backup, datasource->store, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}

int
weft_datasource_backup(struct weft_datasource *datasource, const char *file,
    const char *store, struct weft_error *error)
{
	struct weft__store_backup backup = {.store = NULL};
	bool has_store = store && datasource->store;
	int code = has_store ? begin_store(datasource, &backup, error) : 0;

	if (!code)
		code = copy_database(datasource, file, error);
	/* Nothing of the store's is used that a writer would change. */
	if (!code && has_store)
		code = weft__store_backup_finish(&backup, store, error);
	weft__store_backup_fini(&backup);
	if (code && error)
		weft_error_wrap(
		    error, "back up datasource %s", datasource->name);
	return code;
}

const char *
weft_datasource_path(const struct weft_datasource *datasource)
{
	return datasource->path;
}

/* The part of 'path' below 'directory', as a path below 'target'. */
static int
find_place(const char *path, const char *directory, const char *target,
    char place[PATH_SIZE], struct weft_error *error)
{
	size_t size = strlen(directory);
	const char *inner = path + size + 1;

	if (strncmp(path, directory, size) != 0 || path[size] != '/' ||
	    strstr(path + size, "/../"))
		return weft_error_set(error, WEFT_ECONFIG,
		    "%s lies outside of %s, and so would not be in a copy",
		    path, directory);
	if (snprintf(place, PATH_SIZE, "%s/%s", target, inner) >= PATH_SIZE)
		return weft_error_set(
		    error, WEFT_ELIMIT, "%s: the path is too long", path);
	return weft__backup_make_folders(target, inner, error);
}

static int
copy_datasource(struct weft_datasource *datasource, const char *directory,
    const char *target, struct weft_error *error)
{
	const char *store_path = weft_store_path(datasource);
	char file[PATH_SIZE], store[PATH_SIZE];
	int code;

	if (!datasource->path)
		return 0; /* nothing of it outlives the process */
	code = find_place(datasource->path, directory, target, file, error);
	if (!code && store_path)
		code = find_place(store_path, directory, target, store, error);
	return code ? code
		    : weft_datasource_backup(datasource, file,
			  store_path ? store : NULL, error);
}

int
weft_registry_backup(struct weft_registry *registry, const char *directory,
    const char *target, struct weft_error *error)
{
	struct weft_datasource *datasource;
	int code = weft__backup_copy_files(directory, target, error);

	for (size_t i = 0; !code &&
	     (datasource = weft_registry_datasource_at(registry, i)); i++)
		code = copy_datasource(datasource, directory, target, error);
	return code ? code : weft__backup_sync(target, error);
}

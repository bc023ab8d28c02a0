/*
 * Copies of a datasource and of a whole configuration.
 *
 * The copy of the database has at least what that of the store says it has, and
 * relies on no more than that.
 */
#include <weft/store.h>

#include <inttypes.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/store/backup.h"
#include "core/store/store.h"
#include "models/datasource.h"
#include "models/store/backup_files.h"
#include "models/store/restore.h"
#include "models/transaction.h"

/* A copy of a datasource in the making. */
struct copy {
	struct weft_datasource *datasource;
	const char *file; /* of the database */
	bool has_store;   /* and it is copied too */
	struct weft__store_backup store;
	uint64_t seq;     /* how far the noted refs lead, at least */
	bool moved;       /* further than those that were noted before */
	bool is_behind;   /* not as far as the database relies on */
};

/* Copies the database, marked as a copy: who opens it begins a new epoch. */
static int
copy_database(struct weft_transaction *transaction, const struct copy *copy,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64,
	    weft__clock_now_ms(copy->datasource->clock));
	return session->ops->backup(session, copy->file,
	    weft_slice(WEFT__META_BACKUP), weft_slice(text), error);
}

/*
 * Copies the database unless it relies on more than the noted refs have.  If
 * those had no more than the ones before, that is how things are, and not what
 * a writer does meanwhile.
 */
static int
copy_state(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct copy *copy = context;
	int code = weft__transaction_read_counters(transaction, error);

	copy->is_behind = copy->moved &&
	    transaction->counters.projected > copy->seq;
	if (code || copy->is_behind)
		return code;
	return copy_database(transaction, copy, error);
}

static int
note_refs(struct copy *copy, struct weft_error *error)
{
	struct weft_datasource *datasource = copy->datasource;
	struct weft__store_tip tip;
	int code;

	weft__store_backup_fini(&copy->store);
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_tip(datasource->store, &tip, error);
	/* Which ref leads to nothing is told when the objects are copied. */
	if (!code || code == WEFT_EDAMAGED)
		code = weft__store_backup_begin(
		    &copy->store, datasource->store, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	if (code)
		return code;
	copy->moved = tip.commit.seq != copy->seq;
	copy->seq = tip.commit.seq;
	return 0;
}

/*
 * Refs, then the database: it has at least what they lead to.  If it relies on
 * more, the store went on in between, and both are looked at again.
 */
static int
copy_consistently(struct copy *copy, struct weft_error *error)
{
	int code;

	do {
		code = copy->has_store ? note_refs(copy, error) : 0;
		if (!code)
			code = weft__datasource_read(
			    copy->datasource, copy_state, copy, error);
	} while (!code && copy->is_behind);
	return code;
}

int
weft_datasource_backup(struct weft_datasource *datasource, const char *file,
    const char *store, struct weft_error *error)
{
	struct copy copy = {.datasource = datasource, .file = file,
	    .has_store = store && datasource->store, .seq = UINT64_MAX};
	int code;

	if (!datasource->connector->ops->backup)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "datasource %s: its connector cannot be copied",
		    datasource->name);
	code = copy_consistently(&copy, error);
	/* Nothing of the store's is used that a writer would change. */
	if (!code && copy.has_store)
		code = weft__store_backup_finish(&copy.store, store, error);
	weft__store_backup_fini(&copy.store);
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
    char place[WEFT_LIMIT_PATH_SIZE], struct weft_error *error)
{
	size_t size = strlen(directory);
	const char *inner = path + size + 1;

	if (strncmp(path, directory, size) != 0 || path[size] != '/' ||
	    strstr(path + size, "/../"))
		return weft_error_set(error, WEFT_ECONFIG,
		    "%s lies outside of %s, and so would not be in a copy",
		    path, directory);
	if (snprintf(place, WEFT_LIMIT_PATH_SIZE, "%s/%s", target, inner) >=
	    WEFT_LIMIT_PATH_SIZE)
		return weft_error_set(
		    error, WEFT_ELIMIT, "%s: the path is too long", path);
	return weft__backup_make_folders(target, inner, error);
}

static int
copy_datasource(struct weft_datasource *datasource, const char *directory,
    const char *target, struct weft_error *error)
{
	const char *store_path = weft_store_path(datasource);
	char file[WEFT_LIMIT_PATH_SIZE], store[WEFT_LIMIT_PATH_SIZE];
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

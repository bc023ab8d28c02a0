/*
 * The tables of a model, with a generated column for each declared property,
 * and triggers for those who write by plain SQL.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/connectors/sqlite_private.h"

static void
free_model(struct weft__sqlite_model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->columns_length; i++)
		weft__free(model->columns[i].name);
	weft__free(model->columns);
	weft__free(model->name);
	weft__free(model);
}

void
weft__sqlite_models_free(struct weft__sqlite *sqlite)
{
	struct weft__sqlite_model *model;

	for (size_t i = 0; i < sqlite->models_length; i++)
		free_model(sqlite->models[i]);
	while ((model = sqlite->retired)) {
		sqlite->retired = model->next;
		free_model(model);
	}
	weft__free(sqlite->models);
	sqlite->models = NULL;
	sqlite->models_length = sqlite->models_capacity = 0;
}

struct weft__sqlite_model *
weft__sqlite_model_add(struct weft__sqlite *sqlite, const char *name)
{
	struct weft__sqlite_model *model;

	if (!weft__grow(&sqlite->models, &sqlite->models_capacity,
		sqlite->models_length + 1, sizeof *sqlite->models))
		return NULL;
	model = weft__calloc(1, sizeof *model);
	if (!model)
		return NULL;
	model->name = weft__strdup(name);
	if (!model->name) {
		weft__free(model);
		return NULL;
	}
	sqlite->models[sqlite->models_length++] = model;
	return model;
}

/* Runs SQL that sqlite3_mprintf() made; frees it. */
static int
execute_made(sqlite3 *db, char *sql, const char *doing,
    struct weft_error *error)
{
	int code = sql ? weft__sqlite_execute(db, sql, doing, error)
		       : weft__sqlite_no_memory(error);

	sqlite3_free(sql);
	return code;
}

/* A definition that is under way. */
struct defining {
	const struct weft_connector_model *wanted;
	struct weft__sqlite_model *made; /* with the columns that are usable */
	int index;
	bool is_new;
};

static int
create_table(struct weft__sqlite *sqlite, const struct defining *defining,
    struct weft_error *error)
{
	const char *name = defining->wanted->name;
	char *sql = sqlite3_mprintf(
	    "INSERT INTO weft_models VALUES(%d, %Q);"
	    "CREATE TABLE \"%w\"(" WEFT__SQLITE_RECORD_COLUMNS ");"
	    "CREATE TABLE \"weft_tombstones_%w\"("
	    WEFT__SQLITE_TOMBSTONE_COLUMNS ");",
	    defining->index, name, name, name);

	return execute_made(sqlite->db, sql, name, error);
}

/*
 * What programs that write by plain SQL do to tracked records: the track row
 * of a record that they delete, replace (INSERT OR REPLACE) or give another id
 * is kept as a tombstone whose track row says that the record lives, by which
 * rectify knows what happened.
 */
static int
create_triggers(struct weft__sqlite *sqlite, const struct defining *defining,
    struct weft_error *error)
{
	const char *name = defining->wanted->name;
	int index = defining->index;
	char *sql = sqlite3_mprintf(
	    "CREATE TRIGGER IF NOT EXISTS weft_deleted_%d"
	    " AFTER DELETE ON \"%w\""
	    " WHEN OLD.weft_track IS NOT NULL BEGIN"
	    "  INSERT OR IGNORE INTO \"weft_tombstones_%w\""
	    "   (weft_id, weft_track) VALUES (OLD.weft_id, OLD.weft_track);"
	    "END;"
	    "CREATE TRIGGER IF NOT EXISTS weft_replaced_%d"
	    " BEFORE INSERT ON \"%w\""
	    " WHEN NEW.weft_track IS NULL BEGIN"
	    "  INSERT OR IGNORE INTO \"weft_tombstones_%w\""
	    "   (weft_id, weft_track) SELECT weft_id, weft_track FROM \"%w\""
	    "   WHERE weft_id = NEW.weft_id AND weft_track IS NOT NULL;"
	    "END;"
	    "CREATE TRIGGER IF NOT EXISTS weft_renamed_%d"
	    " AFTER UPDATE OF weft_id ON \"%w\""
	    " WHEN OLD.weft_id <> NEW.weft_id"
	    "  AND OLD.weft_track IS NOT NULL BEGIN"
	    "  INSERT OR IGNORE INTO \"weft_tombstones_%w\""
	    "   (weft_id, weft_track) VALUES (OLD.weft_id, OLD.weft_track);"
	    "  UPDATE \"%w\" SET weft_track = NULL"
	    "   WHERE weft_rowid = NEW.weft_rowid;"
	    "END;",
	    index, name, name, index, name, name, name, index, name, name,
	    name);

	return execute_made(sqlite->db, sql, name, error);
}

/* Whether a column can have this name: it stands in a path of JSON between
 * quotes, where nothing can be escaped. */
static bool
can_be_column(const char *name)
{
	if (!*name || sqlite3_strnicmp(name, "weft_", 5) == 0)
		return false;
	for (; *name; name++)
		if (*name == '"' || *name == '\\' ||
		    (unsigned char)*name < ' ')
			return false;
	return true;
}

/* What is known of the column of a property. */
enum column_state {
	COLUMN_NONE,
	COLUMN_THERE,
	COLUMN_IMPOSSIBLE /* its name is bad, or taken in another case */
};

/* Looks for a column of this name in the table. */
static int
find_column(struct weft__sqlite *sqlite, const char *table, const char *name,
    enum column_state *state, struct weft_error *error)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(sqlite->db,
	    "SELECT name = ?2 FROM pragma_table_xinfo(?1)"
	    " WHERE name = ?2 COLLATE NOCASE", -1, &statement, NULL);

	*state = COLUMN_NONE;
	if (!code) {
		sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
		if (sqlite3_step(statement) == SQLITE_ROW)
			*state = sqlite3_column_int(statement, 0)
			    ? COLUMN_THERE : COLUMN_IMPOSSIBLE;
		code = sqlite3_finalize(statement);
	}
	return code ? weft__sqlite_error(
			  sqlite->db, code, sqlite->path, error) : 0;
}

static int
add_column(struct weft__sqlite *sqlite, const char *table, const char *name,
    struct weft_error *error)
{
	char *path = sqlite3_mprintf("$.\"%s\"", name);
	char *sql = path ? sqlite3_mprintf("ALTER TABLE \"%w\" ADD COLUMN"
	    " \"%w\" GENERATED ALWAYS AS (json_extract(weft_body, %Q))"
	    " VIRTUAL", table, name, path) : NULL;

	sqlite3_free(path);
	return execute_made(sqlite->db, sql, table, error);
}

/* The index of a column is there if, and only if, the property says so. */
static int
set_index(struct weft__sqlite *sqlite, const struct defining *defining,
    const struct weft_connector_property *property, struct weft_error *error)
{
	const char *table = defining->wanted->name;
	char *sql;

	if (sqlite->read_only)
		return 0;
	if (property->indexed)
		sql = sqlite3_mprintf("CREATE INDEX IF NOT EXISTS"
		    " \"weft_index_%d_%w\" ON \"%w\"(\"%w\")",
		    defining->index, property->name, table, property->name);
	else
		sql = sqlite3_mprintf(
		    "DROP INDEX IF EXISTS \"weft_index_%d_%w\"",
		    defining->index, property->name);
	return execute_made(sqlite->db, sql, table, error);
}

/* Makes sure of the column of a property, if it can have one. */
static int
make_column(struct weft__sqlite *sqlite, struct defining *defining,
    const struct weft_connector_property *property,
    enum column_state *state, struct weft_error *error)
{
	struct weft__sqlite_model *made = defining->made;
	int code;

	*state = COLUMN_IMPOSSIBLE;
	if (!can_be_column(property->name) ||
	    made->columns_length == WEFT_LIMIT_COLUMNS)
		return 0;
	code = find_column(sqlite, made->name, property->name, state, error);
	if (code || *state != COLUMN_NONE || sqlite->read_only)
		return code;
	*state = COLUMN_THERE;
	return add_column(sqlite, made->name, property->name, error);
}

/* Two properties whose names differ by case cannot both have a column: SQLite
 * does not tell them apart. */
static void
tell_no_column(const struct weft__sqlite_model *made, const char *property)
{
	for (size_t i = 0; i < made->columns_length; i++)
		if (sqlite3_stricmp(made->columns[i].name, property) == 0) {
			weft__log(WEFT_LOG_WARNING, "sqlite",
			    "model %s: property %s has no column and no "
			    "index, as %s has the column of that name: a "
			    "filter by it looks at every record", made->name,
			    property, made->columns[i].name);
			return;
		}
	weft__log(WEFT_LOG_INFO, "sqlite", "model %s: property %s has no "
	    "column", made->name, property);
}

static int
define_property(struct weft__sqlite *sqlite, struct defining *defining,
    const struct weft_connector_property *property, struct weft_error *error)
{
	struct weft__sqlite_model *made = defining->made;
	struct weft__sqlite_column *column;
	enum column_state state;
	int code = make_column(sqlite, defining, property, &state, error);

	if (!code && state != COLUMN_THERE)
		tell_no_column(made, property->name);
	if (code || state != COLUMN_THERE)
		return code;
	code = set_index(sqlite, defining, property, error);
	if (code)
		return code;
	column = &made->columns[made->columns_length];
	column->indexed = property->indexed;
	column->name = weft__strdup(property->name);
	if (!column->name)
		return weft__sqlite_no_memory(error);
	made->columns_length++;
	return 0;
}

static int
change_tables(
    struct weft__sqlite *sqlite, void *context, struct weft_error *error)
{
	struct defining *defining = context;
	const struct weft_connector_model *wanted = defining->wanted;
	int code = 0;

	if (defining->is_new)
		code = create_table(sqlite, defining, error);
	if (!code && wanted->tracked && !sqlite->read_only)
		code = create_triggers(sqlite, defining, error);
	for (size_t i = 0; !code && i < wanted->length; i++)
		code = define_property(
		    sqlite, defining, &wanted->properties[i], error);
	return code;
}

/* Finds the model's index, or takes the next one. */
static int
find_model(struct weft__sqlite *sqlite, struct defining *defining,
    struct weft_error *error)
{
	const char *name = defining->wanted->name;
	size_t index = 0;

	while (index < sqlite->models_length &&
	    sqlite3_stricmp(sqlite->models[index]->name, name) != 0)
		index++;
	defining->index = (int)index;
	defining->is_new = index == sqlite->models_length;
	if (!defining->is_new &&
	    strcmp(sqlite->models[index]->name, name) != 0)
		return weft_error_set(error, WEFT_ECONFIG,
		    "model %s: there is a model %s; tables' names do not "
		    "tell upper from lower case", name,
		    sqlite->models[index]->name);
	if (defining->is_new && sqlite->read_only)
		return weft_error_set(error, WEFT_EREADONLY,
		    "model %s: has no table yet, and none can be made",
		    name);
	if (!*name || sqlite3_strnicmp(name, "weft_", 5) == 0 ||
	    sqlite3_strnicmp(name, "sqlite_", 7) == 0)
		return weft_error_set(error, WEFT_ECONFIG,
		    "model %s: a table cannot have this name", name);
	return 0;
}

/* The model as it will be, without columns yet; NULL: no memory. */
static struct weft__sqlite_model *
make_model(const struct weft_connector_model *wanted)
{
	struct weft__sqlite_model *made = weft__calloc(1, sizeof *made);

	if (!made)
		return NULL;
	made->is_defined = true;
	made->name = weft__strdup(wanted->name);
	made->columns = weft__calloc(wanted->length, sizeof *made->columns);
	if (made->name && made->columns)
		return made;
	free_model(made);
	return NULL;
}

static int
define_locked(struct weft__sqlite *sqlite, struct defining *defining,
    struct weft_error *error)
{
	struct weft__sqlite_model **place;
	int code = find_model(sqlite, defining, error);

	if (code)
		return code;
	defining->made = make_model(defining->wanted);
	/* Room first: nothing may fail after the commit. */
	if (!defining->made ||
	    !weft__grow(&sqlite->models, &sqlite->models_capacity,
		sqlite->models_length + 1, sizeof *sqlite->models))
		code = weft__sqlite_no_memory(error);
	else if (sqlite->read_only)
		code = change_tables(sqlite, defining, error);
	else
		code = weft__sqlite_run_transaction(
		    sqlite, change_tables, defining, error);
	if (code) {
		free_model(defining->made);
		return code;
	}
	place = &sqlite->models[defining->index];
	if (defining->is_new) {
		sqlite->models_length++;
	} else {
		(*place)->next = sqlite->retired;
		sqlite->retired = *place;
	}
	*place = defining->made;
	return 0;
}

int
weft__sqlite_define(struct weft_connector *connector,
    struct weft_connector_model *model, struct weft_error *error)
{
	struct weft__sqlite *sqlite = (struct weft__sqlite *)connector;
	struct defining defining = {.wanted = model};
	int code;

	pthread_mutex_lock(&sqlite->mutex);
	code = define_locked(sqlite, &defining, error);
	pthread_mutex_unlock(&sqlite->mutex);
	if (!code)
		model->index = defining.index;
	return code;
}

/*
 * sqlite-floor RECORDS DATABASE [BATCH [TABLE INSERT]]: inserts the lines of a
 * file, "ID BODY", into a plain table, or one made by the statement TABLE and
 * filled by INSERT, in transactions of BATCH lines (1,000) that wait for the
 * disk.  Prints the seconds that takes, and those of CPU time.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/measure.h"

struct lines {
	char *text;
	size_t size;
};

static bool
read_all(const char *path, struct lines *lines)
{
	FILE *file = fopen(path, "r");
	bool is_good;

	if (!file || fseek(file, 0, SEEK_END))
		return false;
	lines->size = (size_t)ftell(file);
	rewind(file);
	lines->text = malloc(lines->size);
	is_good = lines->text &&
	    fread(lines->text, 1, lines->size, file) == lines->size;
	fclose(file);
	return is_good;
}

static bool
run(sqlite3 *database, const char *sql)
{
	return !sqlite3_exec(database, sql, NULL, NULL, NULL);
}

static bool
insert(sqlite3_stmt *statement, const char *line, const char *end)
{
	const char *space = memchr(line, ' ', (size_t)(end - line));
	bool is_good;

	if (!space)
		return false;
	sqlite3_bind_text(
	    statement, 1, line, (int)(space - line), SQLITE_STATIC);
	sqlite3_bind_text(
	    statement, 2, space + 1, (int)(end - space - 1), SQLITE_STATIC);
	is_good = sqlite3_step(statement) == SQLITE_DONE;
	sqlite3_reset(statement);
	return is_good;
}

static bool
insert_all(sqlite3 *database, const char *sql, const struct lines *lines,
    unsigned long batch)
{
	const char *line = lines->text, *end = line + lines->size, *newline;
	sqlite3_stmt *statement;
	bool is_good = run(database, "BEGIN") &&
	    !sqlite3_prepare_v2(database, sql, -1, &statement, NULL);

	for (unsigned long i = 1; is_good && line < end; i++) {
		newline = memchr(line, '\n', (size_t)(end - line));
		is_good = newline && insert(statement, line, newline);
		if (is_good && i % batch == 0)
			is_good = run(database, "COMMIT; BEGIN");
		line = newline + 1;
	}
	sqlite3_finalize(statement);
	return is_good && run(database, "COMMIT");
}

static void
remove_database(const char *path)
{
	char name[4096];

	unlink(path);
	snprintf(name, sizeof name, "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof name, "%s-shm", path);
	unlink(name);
}

int
main(int count, char **arguments)
{
	struct lines lines = {0};
	unsigned long batch = count > 3 ? strtoul(arguments[3], NULL, 10) : 1000;
	const char *table = count > 5
	    ? arguments[4]
	    : "CREATE TABLE record(id TEXT PRIMARY KEY, body TEXT NOT NULL)";
	const char *sql =
	    count > 5 ? arguments[5] : "INSERT INTO record VALUES (?, ?)";
	sqlite3 *database;
	uint64_t began_ns, cpu_ns;
	bool is_good;

	if (count < 3 || !batch || !read_all(arguments[1], &lines))
		return 2;
	remove_database(arguments[2]);
	if (sqlite3_open(arguments[2], &database) ||
	    !run(database, "PRAGMA journal_mode = WAL;"
			   "PRAGMA synchronous = FULL") ||
	    !run(database, table))
		return 1;
	began_ns = bench_wall_ns();
	cpu_ns = bench_cpu_ns();
	is_good = insert_all(database, sql, &lines, batch);
	printf("%.6f %.6f\n", (double)(bench_wall_ns() - began_ns) / 1e9,
	    (double)(bench_cpu_ns() - cpu_ns) / 1e9);
	sqlite3_close(database);
	free(lines.text);
	return !is_good;
}

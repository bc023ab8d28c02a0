/*
 * journal STORE: reads lines, keeps a journal of them in memory, and projects
 * it into the store:
 *
 *	put MODEL ID JSON       a record's new body
 *	delete MODEL ID
 *	checkpoint              later lines belong to the next one
 *	project                 prints the tip's id
 *	root MODEL              prints the root
 *
 * A line "open STORE" goes on in another store, from the journal's start.
 */
#include <stdio.h>
#include <string.h>

#include "core/store/store.h"
#include "tests/lib/memory_feed.h"

static struct memory_feed feed;
static struct weft__store *store;
static struct weft_error error;

static int
open_store(const char *path)
{
	int code;

	weft__store_close(store);
	code = weft__store_open(
	    path, "db", WEFT__STORE_CREATE, &store, &error);
	return code ? code : weft__store_lock(store, "journal", &error);
}

static void
print_oid(const struct weft__oid *oid)
{
	char hex[WEFT__OID_HEX + 1];

	weft__oid_format(oid, hex);
	puts(hex);
}

static int
project(void)
{
	struct weft__feed given = memory_feed(&feed);
	struct weft__project_result result;
	int code = weft__project(store, &given, "journal", &result, &error);

	if (!code)
		print_oid(&result.tip.commit.oid);
	return code;
}

static int
print_root(const char *model)
{
	struct weft__oid root;
	int code = weft__store_root(store, weft_slice(model), &root, &error);

	if (!code)
		print_oid(&root);
	return code;
}

/* Takes the next word of the line; what is left is the last one's. */
static char *
next_word(char **line)
{
	char *word = *line, *end = strchr(word, ' ');

	*line = end ? end + 1 : word + strlen(word);
	if (end)
		*end = '\0';
	return word;
}

static int
run(char *line)
{
	const char *verb = next_word(&line), *model, *id;

	if (!strcmp(verb, "project"))
		return project();
	if (!strcmp(verb, "open"))
		return open_store(line);
	if (!strcmp(verb, "checkpoint")) {
		feed.checkpoint++;
		return 0;
	}
	model = next_word(&line);
	if (!strcmp(verb, "root"))
		return print_root(model);
	id = next_word(&line);
	memory_feed_put(&feed, model, weft_slice(id),
	    strcmp(verb, "delete") ? line : NULL);
	return 0;
}

int
main(int count, char **arguments)
{
	char line[4096];
	int code;

	if (count != 2)
		return 2;
	memory_feed_init(&feed);
	code = open_store(arguments[1]);
	while (!code && fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		code = run(line);
	}
	if (code)
		fprintf(stderr, "%s\n", error.text);
	weft__store_close(store);
	memory_feed_fini(&feed);
	return code != 0;
}

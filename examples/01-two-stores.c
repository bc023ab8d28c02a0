/*
 * Two databases that hold the same notes.  One gets two notes, a replication
 * brings them to the other, whose history is then a git repository:
 *
 *     01-two-stores a.db b.db && git -C b.db.git log
 *
 * Run again, it finds everything as it should be, and sends nothing.
 */
#include <err.h>
#include <stdio.h>

#include <weft/weft.h>

#define NOTE "{\"name\": \"Note\", \"trackChanges\": true}"

static const char *const notes[] = {
    "{\"id\": \"1\", \"text\": \"warp\"}",
    "{\"id\": \"2\", \"text\": \"weft\"}",
};

static struct weft_error error;

/* Every call returns 0, or a code with a text in 'error'. */
static void
check(int code)
{
	if (code)
		errx(1, "%s", error.text);
}

/* Opens a database that has the model, or gets it now. */
static struct weft_model *
open_notes(const char *file, struct weft_registry **registry)
{
	struct weft_model *note;

	check(weft_registry_open_file(file, NULL, registry, &error));
	note = weft_registry_find_model(*registry, "Note");
	if (!note)
		check(weft_registry_define(*registry,
		    weft_registry_datasource_at(*registry, 0),
		    weft_slice(NOTE), &note, &error));
	return note;
}

int
main(int argc, char **argv)
{
	struct weft_replication plan = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct weft_registry *registry[2];
	struct weft_source *source[2];
	struct weft_model *note[2];

	if (argc != 3)
		errx(1, "give two files");
	for (int i = 0; i < 2; i++) {
		note[i] = open_notes(argv[1 + i], &registry[i]);
		check(weft_source_open_datasource(
		    weft_model_datasource(note[i]), &source[i], &error));
	}
	for (int i = 0; i < 2; i++)
		check(weft_record_replace_or_create(
		    note[0], NULL, weft_slice(notes[i]), NULL, &error));
	plan.source = source[0];
	plan.target = source[1];
	check(weft_replicate(&plan, &result, &error));
	printf("%d notes sent, roots %s\n", (int)result.applied,
	    result.roots == WEFT_ROOTS_EQUAL ? "equal" : "differ");
	weft_replication_result_fini(&result);
	for (int i = 0; i < 2; i++) {
		weft_source_destroy(source[i]);
		weft_registry_destroy(registry[i]);
	}
	return 0;
}

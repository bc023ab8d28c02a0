/*
 * Two databases that hold the same notes.  One gets two notes, a replication
 * brings them to the other, whose history is then a git repository:
 *
 *     01-two-stores a.db b.db && git -C b.db.git log
 */
#include <err.h>
#include <stdio.h>

#include <weft/weft.h>

#define NOTE "{\"name\": \"Note\", \"trackChanges\": true}"
#define NOTES \
	"[{\"id\": \"1\", \"text\": \"warp\"}, {\"id\": \"2\", \"text\": \"weft\"}]"

static struct weft_error error;

/* Every call returns 0, or a code with a text in 'error'. */
static void
check(int code)
{
	if (code)
		errx(1, "%s", error.text);
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
		check(weft_registry_open_file(
		    argv[1 + i], NULL, &registry[i], &error));
		check(weft_registry_define(registry[i],
		    weft_registry_datasource_at(registry[i], 0),
		    weft_slice(NOTE), &note[i], &error));
		check(weft_source_open_datasource(
		    weft_model_datasource(note[i]), &source[i], &error));
	}
	check(weft_record_create(
	    note[0], NULL, weft_slice(NOTES), NULL, &error));
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

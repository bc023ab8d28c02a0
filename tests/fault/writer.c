/*
 * writer FILE SEED [COUNT]
 * Writes to the model Note of a database, COUNT times or until it is killed,
 * and says on standard output what it does: "try ID VALUE" before a write
 * (VALUE "-": a deletion), "done" when it was acknowledged.  Now and then it
 * projects, so that a kill may hit that, too.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <weft/weft.h>

#define IDS 60

static struct weft_error error;

static void
check(int code)
{
	if (!code)
		return;
	fprintf(stderr, "writer: %s\n", error.text);
	exit(1);
}

/* One write() each, so that what was said is said when we are killed. */
static void
say(const char *text)
{
	size_t size = strlen(text);

	if (write(STDOUT_FILENO, text, size) != (ssize_t)size)
		exit(1);
}

/* Numbers that look random, the same for the same seed. */
static unsigned
next(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

static void
write_one(struct weft_model *model, unsigned id, unsigned value)
{
	char text[64], json[64];

	snprintf(json, sizeof json, "{\"id\":\"%u\",\"size\":%u}", id, value);
	if (value % 5 == 0) {
		snprintf(text, sizeof text, "try %u -\n", id);
		say(text);
		snprintf(json, sizeof json, "%u", id);
		check(weft_record_delete_by_id(
		    model, NULL, weft_slice(json), NULL, &error));
	} else {
		snprintf(text, sizeof text, "try %u %u\n", id, value);
		say(text);
		check(weft_record_replace_or_create(
		    model, NULL, weft_slice(json), NULL, &error));
	}
	say("done\n");
}

int
main(int argc, char **argv)
{
	struct weft_registry *registry;
	struct weft_model *model;
	unsigned long most = ULONG_MAX;
	unsigned state;

	if (argc < 3)
		return 2;
	if (argc > 3)
		most = strtoul(argv[3], NULL, 10);
	state = (unsigned)strtoul(argv[2], NULL, 10);
	check(weft_registry_open_file(argv[1], NULL, &registry, &error));
	model = weft_registry_find_model(registry, "Note");
	if (!model)
		return 2;
	for (unsigned long count = 1; count <= most; count++) {
		unsigned id = next(&state) % IDS;

		write_one(model, id, next(&state) % 100000);
		if (count % 8 == 0)
			check(weft_datasource_project(
			    weft_model_datasource(model), &error));
	}
	weft_registry_destroy(registry);
	return 0;
}

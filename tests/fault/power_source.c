/*
 * Power losses while a new source gets its name: after any loss what has the
 * name is whole, and it has the name once that was said; if it has not, it can
 * be made again.
 */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/disk_log.h"
#include "tests/lib/power_loss.h"
#include "tests/lib/random.h"
#include "tools/new_source.h"

#define LOSSES 300
#define NAMED 1 /* the mark: end() has returned */
#define TEXT "all of it"
#define PATH_ROOM 256

static uint64_t seed = 1;

static void
must(bool holds, const char *what)
{
	if (!holds)
		fail_msg("%s, WEFT_SEED=%" PRIu64, what, seed);
}

static void
make_scratch(char path[PATH_ROOM])
{
	snprintf(path, PATH_ROOM, "/tmp/weft-power.XXXXXX");
	must(mkdtemp(path), "mkdtemp");
}

static void
remove_scratch(const char *path)
{
	char command[PATH_ROOM + 16];

	snprintf(command, sizeof command, "rm -rf %s", path);
	must(system(command) == 0, command);
}

static void
write_file(const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT, 0666);

	must(file >= 0 && write(file, TEXT, sizeof TEXT - 1) ==
	    (ssize_t)sizeof TEXT - 1, path);
	close(file);
}

static bool
is_whole(const char *path)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	(void)!fgets(text, sizeof text, file);
	fclose(file);
	return strcmp(text, TEXT) == 0;
}

/* Makes "new" in the directory: a file and one in a folder. */
static void
make(const char *directory, bool is_file)
{
	char path[PATH_ROOM], inner[2 * NEW_SOURCE_PATH_SIZE];
	struct new_source made;
	struct weft_error error;
	const char *folder;

	snprintf(path, sizeof path, "%s/new", directory);
	must(!new_source_begin(&made, path, is_file, &error), error.text);
	folder = is_file ? made.store : made.folder;
	must(!is_file || !mkdir(made.store, 0777), "mkdir");
	if (is_file)
		write_file(made.database);
	snprintf(inner, sizeof inner, "%s/HEAD", folder);
	write_file(inner);
	must(!new_source_end(&made, 0, &error), error.text);
	disk_log_mark(NAMED);
}

/* Whether "new" is there; then it is whole. */
static bool
is_there(const char *directory, bool is_file)
{
	char path[PATH_ROOM], inner[PATH_ROOM];

	snprintf(path, sizeof path, "%s/new", directory);
	snprintf(inner, sizeof inner, "%s/new%s/HEAD", directory,
	    is_file ? ".git" : "");
	if (access(path, F_OK))
		return false;
	must(!is_file || is_whole(path), "the database");
	must(is_whole(inner), "the folder");
	return true;
}

static bool
was_named(const struct disk_log *log, size_t prefix)
{
	for (size_t i = 0; i < prefix; i++)
		if (log->ops[i].type == DISK_MARK)
			return true;
	return false;
}

static void
survive(const struct disk_log *log, bool is_file)
{
	struct random random = {seed};
	size_t prefix = log->base +
	    (size_t)random_below(&random, log->count - log->base + 1);
	char directory[PATH_ROOM];

	make_scratch(directory);
	power_loss_make(log, prefix, random_next(&random), NULL, directory);
	if (!is_there(directory, is_file)) {
		must(!was_named(log, prefix), "it has lost its name");
		make(directory, is_file);
		must(is_there(directory, is_file), "made again");
	}
	remove_scratch(directory);
}

static void
test_losses(bool is_file)
{
	char directory[PATH_ROOM];
	struct disk_log log;
	bool one = random_seed_given(&seed);

	make_scratch(directory);
	disk_log_start(directory);
	make(directory, is_file);
	log = disk_log_stop();
	for (int i = 0; i < (one ? 1 : LOSSES); i++, seed++)
		survive(&log, is_file);
	disk_log_free(&log);
	remove_scratch(directory);
}

static void
new_source__of_a_directory_survives_power_losses(void **state)
{
	test_losses(false);
}

static void
new_source__of_a_file_survives_power_losses(void **state)
{
	test_losses(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(new_source__of_a_directory_survives_power_losses),
	    cmocka_unit_test(new_source__of_a_file_survives_power_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

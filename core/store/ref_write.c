/*
 * Setting refs.
 *
 * A ref has two files, in turn: "weft/<hash of the ref's name>.0.ref" and 1.
 * One of them is the ref, under another name; the other one is free to be
 * written.  To create a file each time, and to free the one that was the ref,
 * takes longer than all else but waiting for the disk.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/store/name.h"
#include "core/store/ref.h"

/* Git holds a ref's lock for milliseconds; a pause is 10. */
#define LOCK_TRIES 50

/* The name of a file; an id and its newline, the file's content. */
#define FILE_ROOM 64
#define LINE_SIZE (WEFT__OID_HEX + 1)

/* A ref that is being set. */
struct setting {
	const struct weft__directory *directory;
	const char *ref;
	const char *owner; /* the ref whose file it gets: itself, or another */
	const char *file;  /* that gets the ref's name */
	char lock[WEFT__REF_ROOM + 8];
	struct weft_error *error;
};

/* Makes the folders that the ref's name needs, each durable. */
static int
make_folders(const struct weft__directory *directory, const char *ref,
    struct weft_error *error)
{
	char parent[WEFT__REF_ROOM] = ".", folder[WEFT__REF_ROOM];
	int code = 0;

	for (const char *at = strchr(ref, '/'); !code && at;
	     at = strchr(at + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", (int)(at - ref), ref);
		code = weft__directory_make(directory, folder, error);
		if (!code)
			code = weft__directory_sync(directory, parent, error);
		memcpy(parent, folder, sizeof parent);
	}
	return code;
}

static void
format_file(const char *ref, int number, char file[FILE_ROOM])
{
	struct weft__oid hash;
	char hex[WEFT__OID_HEX + 1];

	weft__sha1(ref, strlen(ref), &hash);
	weft__oid_format(&hash, hex);
	snprintf(file, FILE_ROOM, "weft/%s.%d.ref", hex, number);
}

static bool
is_same_file(const struct weft__directory *directory, const char *a,
    const char *b)
{
	struct stat stat_a, stat_b;

	return !fstatat(directory->fd, a, &stat_a, 0) &&
	    !fstatat(directory->fd, b, &stat_b, 0) &&
	    stat_a.st_dev == stat_b.st_dev && stat_a.st_ino == stat_b.st_ino;
}

/* Whether the lock is a second name of our files: a dead writer's. */
static bool
is_own_lock(const struct setting *setting)
{
	char file[FILE_ROOM];

	for (int i = 0; i < 2; i++) {
		format_file(setting->owner, i, file);
		if (is_same_file(setting->directory, file, setting->lock))
			return true;
	}
	return false;
}

/*
 * Whether nobody seems to hold the lock any more.  A power failure may leave
 * one of ours without its first name, by which we know it.  It has the id of a
 * commit: git's have that for the moment before they are renamed, or nothing.
 */
static bool
is_abandoned(const struct setting *setting)
{
	struct weft__oid oid;

	return !weft__ref_read(setting->directory, setting->lock, &oid, NULL);
}

static int
remove_lock(const struct setting *setting)
{
	return weft__file_remove(
	    setting->directory, setting->lock, setting->error);
}

/* Makes the lock a second name of the file: WEFT_EEXISTS if it is held. */
static int
link_lock(const struct setting *setting)
{
	return weft__file_link(setting->directory, setting->file,
	    setting->lock, setting->error);
}

/* The same; waits while git holds the lock. */
static int
wait_for_lock(const struct setting *setting)
{
	int code = link_lock(setting);

	if (code == WEFT_EEXISTS && is_own_lock(setting)) {
		code = remove_lock(setting);
		if (!code)
			code = link_lock(setting);
	}
	for (int i = 1; code == WEFT_EEXISTS && i < LOCK_TRIES; i++) {
		weft__file_calls->pause();
		code = link_lock(setting);
	}
	return code;
}

static int
take_lock(const struct setting *setting)
{
	int code = wait_for_lock(setting);

	/* `git pack-refs` removes folders that it has emptied. */
	if (code == WEFT_ENOTFOUND) {
		code = make_folders(
		    setting->directory, setting->ref, setting->error);
		if (!code)
			code = wait_for_lock(setting);
	}
	if (code == WEFT_EEXISTS && is_abandoned(setting) &&
	    !remove_lock(setting))
		code = link_lock(setting);
	if (code == WEFT_EEXISTS)
		code = weft_error_set(setting->error, WEFT_ELOCKED,
		    "git holds %s/%s; if no git process runs, remove it",
		    setting->directory->path, setting->lock);
	return code;
}

/* Gives the file the ref's name by way of the lock's. */
static int
move_in(const struct setting *setting)
{
	int code = take_lock(setting);

	if (code)
		return code;
	code = weft__file_rename(setting->directory, setting->lock,
	    setting->ref, setting->error);
	if (code)
		(void)!weft__file_remove(
		    setting->directory, setting->lock, NULL);
	return code;
}

/* Whether the file has no other name, and only its bytes need be changed. */
static bool
is_free(const struct weft__directory *directory, const char *name)
{
	struct stat found;

	return !fstatat(directory->fd, name, &found, AT_SYMLINK_NOFOLLOW) &&
	    S_ISREG(found.st_mode) && found.st_nlink == 1 &&
	    found.st_size == LINE_SIZE;
}

/*
 * Opens the one that is free; or makes one, in the place of that which is not
 * the ref: somebody else has it, or what a dead writer was to replace.
 */
static int
open_free(const struct setting *setting, struct weft__file *file,
    char name[FILE_ROOM])
{
	const struct weft__directory *directory = setting->directory;
	int code = 0;

	for (int i = 0; i < 2; i++) {
		format_file(setting->ref, i, name);
		if (is_free(directory, name) &&
		    !weft__file_reopen(file, directory, name, NULL))
			return 0;
	}
	if (is_own_lock(setting))
		code = remove_lock(setting);
	format_file(setting->ref, 0, name);
	if (is_same_file(directory, name, setting->ref))
		format_file(setting->ref, 1, name);
	return code ? code
	            : weft__file_create(
	                  file, directory, name, 0666, setting->error);
}

/* Writes the file, durable; 'name' is its name. */
static int
write_file(const struct setting *setting, const struct weft__oid *oid,
    char name[FILE_ROOM])
{
	struct weft__file file = {NULL};
	char line[LINE_SIZE + 1];
	int code = open_free(setting, &file, name);

	weft__oid_format(oid, line);
	line[WEFT__OID_HEX] = '\n';
	if (!code)
		code = weft__file_append(
		    &file, line, LINE_SIZE, setting->error);
	if (!code)
		code = weft__file_sync(&file, setting->error);
	if (code)
		weft__file_discard(&file);
	weft__file_close(&file);
	return code;
}

static struct setting
make_setting(const struct weft__directory *directory, const char *ref,
    const char *owner, struct weft_error *error)
{
	struct setting setting = {
	    directory, ref, owner, owner, .error = error};

	snprintf(setting.lock, sizeof setting.lock, "%s.lock", ref);
	return setting;
}

int
weft__ref_share(const struct weft__directory *directory, const char *ref,
    const char *other, struct weft_error *error)
{
	const struct setting setting =
	    make_setting(directory, ref, other, error);

	return move_in(&setting);
}

int
weft__ref_write(const struct weft__directory *directory, const char *ref,
    const struct weft__oid *oid, bool durable, struct weft_error *error)
{
	struct setting setting = make_setting(directory, ref, ref, error);
	char file[FILE_ROOM], folder[WEFT__REF_ROOM];
	int code = write_file(&setting, oid, file);

	setting.file = file;
	if (!code)
		code = move_in(&setting);
	if (code || !durable)
		return code;
	snprintf(folder, sizeof folder, "%.*s",
	    (int)(strrchr(ref, '/') - ref), ref);
	return weft__directory_sync(directory, folder, error);
}

#include "core/store/commit.h"

#include <inttypes.h>
#include <stdio.h>

#define IDENTITY "weft <weft@localhost>"

bool
weft__commit_is_epoch(const char *epoch)
{
	size_t size = strlen(epoch);

	for (size_t i = 0; i < size; i++)
		if (epoch[i] <= ' ' || epoch[i] > '~')
			return false;
	return size > 0 && size < WEFT__EPOCH_SIZE;
}

/* "Checkpoint 12: 1 change" or "Checkpoints 12-14: 30 changes". */
static int
put_subject(const struct weft__store_commit *commit, char *to, size_t room)
{
	const char *plural = commit->changes == 1 ? "" : "s";

	if (commit->checkpoint_first == commit->checkpoint_last)
		return snprintf(to, room,
		    "Checkpoint %" PRIu64 ": %" PRIu64 " change%s\n",
		    commit->checkpoint_last, commit->changes, plural);
	return snprintf(to, room,
	    "Checkpoints %" PRIu64 "-%" PRIu64 ": %" PRIu64 " change%s\n",
	    commit->checkpoint_first, commit->checkpoint_last,
	    commit->changes, plural);
}

static int
put_header(const struct weft__store_commit *commit, char *to, size_t room)
{
	char tree[WEFT__OID_HEX + 1], parent[WEFT__OID_HEX + 1];
	uint64_t seconds = commit->time_ms / 1000;
	bool has_parent = !weft__oid_is_zero(&commit->parent);

	weft__oid_format(&commit->tree, tree);
	weft__oid_format(&commit->parent, parent);
	return snprintf(to, room,
	    "tree %s\n%s%s%s"
	    "author " IDENTITY " %" PRIu64 " +0000\n"
	    "committer " IDENTITY " %" PRIu64 " +0000\n\n",
	    tree, has_parent ? "parent " : "", has_parent ? parent : "",
	    has_parent ? "\n" : "", seconds, seconds);
}

static int
put_cut(const struct weft__store_commit *commit, char *to, size_t room)
{
	char hex[WEFT__OID_HEX + 1];

	if (weft__oid_is_zero(&commit->cut))
		return 0;
	weft__oid_format(&commit->cut, hex);
	return snprintf(to, room, "Cut: %s\n", hex);
}

size_t
weft__commit_format(
    struct weft__store_commit *commit, char text[WEFT__COMMIT_ROOM])
{
	int size = put_header(commit, text, WEFT__COMMIT_ROOM);

	size += put_subject(
	    commit, text + size, WEFT__COMMIT_ROOM - (size_t)size);
	size += snprintf(text + size, WEFT__COMMIT_ROOM - (size_t)size,
	    "\nSeq: %" PRIu64 "\nEpoch: %s\nCheckpoints: %" PRIu64
	    "-%" PRIu64 "\nChanges: %" PRIu64 "\n",
	    commit->seq, commit->epoch, commit->checkpoint_first,
	    commit->checkpoint_last, commit->changes);
	size += put_cut(commit, text + size, WEFT__COMMIT_ROOM - (size_t)size);
	weft__object_id("commit", text, (size_t)size, &commit->oid);
	return (size_t)size;
}

/* Takes 'word' from the start of '*rest'. */
static bool
take_word(struct weft_slice *rest, const char *word)
{
	size_t size = strlen(word);

	if (rest->size < size || memcmp(rest->data, word, size) != 0)
		return false;
	rest->data += size;
	rest->size -= size;
	return true;
}

/* Takes a number without sign or needless zeros. */
static bool
take_number(struct weft_slice *rest, uint64_t *number)
{
	size_t size = 0;
	uint64_t value = 0;

	for (; size < rest->size; size++) {
		unsigned digit = (unsigned char)rest->data[size] - '0';

		if (digit > 9)
			break;
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (size == 0 || (size > 1 && rest->data[0] == '0'))
		return false;
	rest->data += size;
	rest->size -= size;
	*number = value;
	return true;
}

static bool
take_oid(struct weft_slice *rest, struct weft__oid *oid)
{
	if (rest->size < WEFT__OID_HEX ||
	    !weft__oid_parse(weft_slice_of(rest->data, WEFT__OID_HEX), oid))
		return false;
	rest->data += WEFT__OID_HEX;
	rest->size -= WEFT__OID_HEX;
	return true;
}

static bool
take_epoch(struct weft_slice *rest, char epoch[WEFT__EPOCH_SIZE])
{
	const char *end = memchr(rest->data, '\n', rest->size);
	size_t size = end ? (size_t)(end - rest->data) : 0;

	if (size == 0 || size >= WEFT__EPOCH_SIZE)
		return false;
	memcpy(epoch, rest->data, size);
	epoch[size] = '\0';
	rest->data += size;
	rest->size -= size;
	return weft__commit_is_epoch(epoch);
}

/* Who wrote it is always the same; when, is the time of the last row. */
static bool
take_author(struct weft_slice *rest, uint64_t *time_ms)
{
	uint64_t seconds;

	if (!take_word(rest, "author " IDENTITY " ") ||
	    !take_number(rest, &seconds) || seconds > UINT64_MAX / 1000)
		return false;
	*time_ms = seconds * 1000;
	return take_word(rest, " +0000\n");
}

static bool
take_header(struct weft_slice *rest, struct weft__store_commit *commit)
{
	memset(&commit->parent, 0, sizeof commit->parent);
	if (!take_word(rest, "tree ") || !take_oid(rest, &commit->tree) ||
	    !take_word(rest, "\n"))
		return false;
	if (take_word(rest, "parent ") &&
	    (!take_oid(rest, &commit->parent) || !take_word(rest, "\n")))
		return false;
	return take_author(rest, &commit->time_ms);
}

/* Takes a line break, the words before a number, and the number. */
static bool
take_field(struct weft_slice *rest, const char *word, uint64_t *number)
{
	return take_word(rest, word) && take_number(rest, number);
}

/* Where history was cut; most commits have no such line. */
static bool
take_cut(struct weft_slice *rest, struct weft__oid *cut)
{
	memset(cut, 0, sizeof *cut);
	return !take_word(rest, "Cut: ") ||
	    (take_oid(rest, cut) && take_word(rest, "\n"));
}

/* More trailers may follow. */
static bool
take_trailers(struct weft_slice *rest, struct weft__store_commit *commit)
{
	return take_field(rest, "\nSeq: ", &commit->seq) &&
	    take_word(rest, "\nEpoch: ") && take_epoch(rest, commit->epoch) &&
	    take_field(
	        rest, "\nCheckpoints: ", &commit->checkpoint_first) &&
	    take_field(rest, "-", &commit->checkpoint_last) &&
	    take_field(rest, "\nChanges: ", &commit->changes) &&
	    take_word(rest, "\n") && take_cut(rest, &commit->cut);
}

/* Drops what comes before the trailers: the committer and the subject. */
static bool
skip_to_trailers(struct weft_slice *rest)
{
	static const char start[] = "\n\nSeq: ";

	for (; rest->size >= sizeof start - 1; rest->data++, rest->size--)
		if (memcmp(rest->data, start, sizeof start - 1) == 0) {
			rest->data++;
			rest->size--;
			return true;
		}
	return false;
}

int
weft__commit_parse(struct weft_slice text, struct weft__store_commit *commit)
{
	if (take_header(&text, commit) && skip_to_trailers(&text) &&
	    take_trailers(&text, commit))
		return 0;
	return WEFT_EDAMAGED;
}

int
weft__commit_read(struct weft__objects *objects, const struct weft__oid *oid,
    struct weft__store_commit *commit, struct weft_error *error)
{
	struct weft__object object;
	char hex[WEFT__OID_HEX + 1];
	int code = weft__objects_get(
	    objects, oid, WEFT__OBJECT_COMMIT, &object, error);

	if (code)
		return code;
	code = weft__commit_parse(object.content, commit);
	weft__object_release(&object);
	commit->oid = *oid;
	weft__oid_format(oid, hex);
	if (code)
		weft_error_set(error, code, "commit %s is not weft's", hex);
	return code;
}

#include "core/store/reach.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/store/pack_merge.h"
#include "core/store/tree.h"

int
weft__reach_init(struct weft__reach *reach,
    const struct weft__directory *directory, struct weft__objects *objects,
    const struct weft__pack_set *set, struct weft_error *error)
{
	bool complete;

	*reach = (struct weft__reach){
	    .directory = directory, .objects = objects, .set = set};
	reach->marks = weft__calloc(set->length, sizeof *reach->marks);
	reach->counts = weft__calloc(set->length, sizeof *reach->counts);
	complete = reach->marks && reach->counts;
	for (size_t i = 0; complete && i < set->length; i++) {
		reach->marks[i] = weft__calloc(
		    set->packs[i].map.count / 64 + 1, sizeof **reach->marks);
		complete = reach->marks[i] != NULL;
	}
	return complete
	    ? 0
	    : weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

void
weft__reach_fini(struct weft__reach *reach)
{
	for (size_t i = 0; reach->marks && i < reach->set->length; i++)
		weft__free(reach->marks[i]);
	weft__free(reach->marks);
	weft__free(reach->counts);
	weft__free(reach->todo);
}

static int
report(const char *what, const struct weft__oid *oid, struct weft_error *error)
{
	char hex[WEFT__OID_HEX + 1];

	weft__oid_format(oid, hex);
	return weft_error_set(error, WEFT_EDAMAGED, "object %s %s", hex, what);
}

/* Objects that people made with git may be loose: those weft cannot read. */
static int
report_missing(const struct weft__reach *reach, const struct weft__oid *oid,
    struct weft_error *error)
{
	char hex[WEFT__OID_HEX + 1], name[64];

	weft__oid_format(oid, hex);
	snprintf(name, sizeof name, "objects/%.2s/%s", hex, hex + 2);
	if (faccessat(reach->directory->fd, name, F_OK, 0))
		return report("is missing", oid, error);
	return weft_error_set(error, WEFT_EUNSUPPORTED,
	    "object %s was written by git and is in no pack yet: run `git "
	    "gc` in %s", hex, reach->directory->path);
}

/* Marks one object; '*is_new' unless it was marked before. */
static int
mark(struct weft__reach *reach, const struct weft__oid *oid, bool *is_new,
    struct weft_error *error)
{
	for (size_t i = 0; i < reach->set->length; i++) {
		uint32_t place;

		if (!weft__pack_map_find(
		        &reach->set->packs[i].map, oid, &place))
			continue;
		*is_new = !weft__pack_bit(reach->marks[i], place);
		reach->counts[i] += *is_new;
		weft__pack_mark(reach->marks[i], place);
		return 0;
	}
	*is_new = false; /* git knows the empty tree without having it */
	return weft__tree_is_empty(oid) ? 0 : report_missing(reach, oid, error);
}

/* Marks an object that leads to others. */
static int
push(struct weft__reach *reach, const struct weft__oid *oid,
    struct weft_error *error)
{
	bool is_new;
	int code = mark(reach, oid, &is_new, error);

	if (code || !is_new)
		return code;
	if (!weft__grow(&reach->todo, &reach->capacity, reach->length + 1,
	        sizeof *reach->todo))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	reach->todo[reach->length++] = *oid;
	return 0;
}

/* An entry "<mode> <name>\0<20 bytes>" of a tree. */
static int
take_entry(struct weft__reach *reach, struct weft_slice *rest, bool *good,
    struct weft_error *error)
{
	const char *nul = memchr(rest->data, '\0', rest->size);
	const char *end = rest->data + rest->size;
	struct weft__oid oid;
	bool is_new;
	char kind = *rest->data, second;

	*good = nul && end - nul > WEFT__OID_SIZE && nul - rest->data > 5;
	if (!*good)
		return 0;
	second = rest->data[1];
	memcpy(oid.bytes, nul + 1, sizeof oid.bytes);
	rest->data = nul + 1 + sizeof oid.bytes;
	rest->size = (size_t)(end - rest->data);
	if (kind == '4')
		return push(reach, &oid, error);
	if (kind == '1' && second == '6')
		return 0; /* a commit of another repository */
	return mark(reach, &oid, &is_new, error);
}

static int
follow_tree(struct weft__reach *reach, const struct weft__oid *tree,
    struct weft_slice content, struct weft_error *error)
{
	bool good = true;
	int code = 0;

	while (!code && good && content.size)
		code = take_entry(reach, &content, &good, error);
	return code || good ? code : report("is no tree", tree, error);
}

/* Follows the lines "<word> <id>" at the beginning, as many as there are. */
static int
follow_lines(struct weft__reach *reach, const char *word,
    struct weft_slice *content, size_t *count, struct weft_error *error)
{
	size_t word_size = strlen(word), size = word_size + WEFT__OID_HEX + 1;
	struct weft__oid oid;
	int code = 0;

	for (*count = 0; !code && content->size >= size &&
	     memcmp(content->data, word, word_size) == 0 &&
	     weft__oid_parse(
	         weft_slice_of(content->data + word_size, WEFT__OID_HEX),
	         &oid);
	     ++*count) {
		content->data += size;
		content->size -= size;
		code = push(reach, &oid, error);
	}
	return code;
}

static int
follow_commit(struct weft__reach *reach, const struct weft__oid *commit,
    struct weft_slice content, struct weft_error *error)
{
	size_t trees, parents;
	int code = follow_lines(reach, "tree ", &content, &trees, error);

	if (!code && trees != 1)
		code = report("is no commit", commit, error);
	return code
	    ? code
	    : follow_lines(reach, "parent ", &content, &parents, error);
}

static int
follow_tag(struct weft__reach *reach, const struct weft__oid *tag,
    struct weft_slice content, struct weft_error *error)
{
	size_t objects;
	int code = follow_lines(reach, "object ", &content, &objects, error);

	return code || objects == 1 ? code : report("is no tag", tag, error);
}

/* Reads an object, and marks what it names. */
static int
follow(struct weft__reach *reach, const struct weft__oid *oid,
    struct weft_error *error)
{
	enum weft__object_type type;
	struct weft__object object;
	int code = weft__objects_need_any(
	    reach->objects, oid, &type, &object, error);

	if (code)
		return code;
	switch (type) {
	case WEFT__OBJECT_COMMIT:
		code = follow_commit(reach, oid, object.content, error);
		break;
	case WEFT__OBJECT_TREE:
		code = follow_tree(reach, oid, object.content, error);
		break;
	case WEFT__OBJECT_TAG:
		code = follow_tag(reach, oid, object.content, error);
		break;
	case WEFT__OBJECT_BLOB:
		break;
	}
	weft__object_release(&object);
	return code;
}

int
weft__reach_mark(struct weft__reach *reach, const struct weft__oid *oid,
    struct weft_error *error)
{
	int code = push(reach, oid, error);

	while (!code && reach->length) {
		struct weft__oid next = reach->todo[--reach->length];

		code = follow(reach, &next, error);
	}
	return code;
}

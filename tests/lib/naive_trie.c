#include "tests/lib/naive_trie.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define LEAF 64
#define DEPTH 15

/* A tree's content while it is being made. */
struct content {
	char *data;
	size_t size;
};

static void
add_entry(struct content *content, const char *mode, const char *name,
    const struct weft__oid *oid)
{
	size_t size = strlen(mode) + 1 + strlen(name) + 1;

	content->data = realloc(content->data, content->size + size + 20);
	if (!content->data)
		abort();
	snprintf(content->data + content->size, size, "%s %s", mode, name);
	memcpy(content->data + content->size + size, oid->bytes, 20);
	content->size += size + 20;
}

static void
finish(struct content *content, struct weft__oid *oid)
{
	weft__object_id("tree", content->data, content->size, oid);
	free(content->data);
}

static bool
stays(struct weft_slice id, size_t i)
{
	char c = id.data[i];

	return isalnum((unsigned char)c) || c == '_' || c == '-' ||
	    (c == '.' && i != 0 && i != id.size - 1);
}

/* The name of a record's entry; returns whether it is a hashed one. */
static bool
make_name(struct weft_slice id, char name[4096])
{
	struct weft__oid hash;
	int size = 0;

	for (size_t i = 0; i < id.size; i++)
		size += stays(id, i)
		    ? snprintf(name + size, 8, "%c", id.data[i])
		    : snprintf(name + size, 8, "%%%02X",
		          (unsigned char)id.data[i]);
	if (id.size == 0)
		snprintf(name, 8, "%%e");
	if (size <= 200)
		return false;
	weft__sha1(id.data, id.size, &hash);
	memcpy(name, "%h", 2);
	weft__oid_format(&hash, name + 2);
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	char name_a[4096], name_b[4096];

	make_name(((const struct naive_record *)a)->id, name_a);
	make_name(((const struct naive_record *)b)->id, name_b);
	return strcmp(name_a, name_b);
}

static void
make_leaf(struct naive_record *records, size_t count, struct weft__oid *root)
{
	struct content content = {NULL, 0};
	struct weft__oid id_blob;
	char name[4096];

	qsort(records, count, sizeof *records, compare_names);
	for (size_t i = 0; i < count; i++) {
		bool hashed = make_name(records[i].id, name);

		add_entry(&content, "100644", name, &records[i].blob);
		if (!hashed)
			continue;
		weft__object_id("blob", records[i].id.data,
		    records[i].id.size, &id_blob);
		memcpy(name + strlen(name), ".id", 4);
		add_entry(&content, "100644", name, &id_blob);
	}
	finish(&content, root);
}

static unsigned
digit_of(struct weft_slice id, int depth)
{
	struct weft__oid hash;
	char hex[WEFT__OID_HEX + 1], digit[2] = "";

	weft__sha1(id.data, id.size, &hash);
	weft__oid_format(&hash, hex);
	digit[0] = hex[depth];
	return (unsigned)strtoul(digit, NULL, 16);
}

static void
make_node(struct naive_record *records, size_t count, int depth,
    struct weft__oid *root)
{
	struct content content = {NULL, 0};
	struct weft__oid child;
	char name[2] = "";

	if (count <= LEAF || depth == DEPTH) {
		make_leaf(records, count, root);
		return;
	}
	for (unsigned digit = 0, done = 0; digit < 16; digit++) {
		size_t part = done;

		for (size_t i = done; i < count; i++)
			if (digit_of(records[i].id, depth) == digit) {
				struct naive_record moved = records[i];

				records[i] = records[part];
				records[part++] = moved;
			}
		if (part == done)
			continue;
		make_node(records + done, part - done, depth + 1, &child);
		name[0] = "0123456789abcdef"[digit];
		add_entry(&content, "40000", name, &child);
		done = (unsigned)part;
	}
	finish(&content, root);
}

void
naive_trie_root(
    struct naive_record *records, size_t count, struct weft__oid *root)
{
	memset(root, 0, sizeof *root);
	if (count)
		make_node(records, count, 0, root);
}

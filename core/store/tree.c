#include "core/store/tree.h"

#include <weft/error.h>

const struct weft__oid weft__tree_empty = {
    {0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60,
     0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}};

static const struct weft_slice modes[] = {
    [WEFT__TREE_FILE] = {"100644 ", 7},
    [WEFT__TREE_FOLDER] = {"40000 ", 6},
};

bool
weft__tree_is_empty(const struct weft__oid *oid)
{
	return weft__oid_is_zero(oid) ||
	    weft__oid_equal(oid, &weft__tree_empty);
}

static bool
starts_with(struct weft_slice text, struct weft_slice start)
{
	return text.size >= start.size &&
	    memcmp(text.data, start.data, start.size) == 0;
}

int
weft__tree_next(struct weft_slice *rest, struct weft__tree_entry *entry)
{
	const char *end = rest->data + rest->size, *name, *nul;

	entry->mode = WEFT__TREE_FILE;
	if (!starts_with(*rest, modes[WEFT__TREE_FILE]))
		entry->mode = WEFT__TREE_FOLDER;
	if (!starts_with(*rest, modes[entry->mode]))
		return WEFT_EDAMAGED;
	name = rest->data + modes[entry->mode].size;
	nul = memchr(name, '\0', (size_t)(end - name));
	if (!nul || nul == name || end - nul <= WEFT__OID_SIZE)
		return WEFT_EDAMAGED;
	entry->name = weft_slice_of(name, (size_t)(nul - name));
	entry->oid = (const struct weft__oid *)(nul + 1);
	name = nul + 1 + WEFT__OID_SIZE;
	*rest = weft_slice_of(name, (size_t)(end - name));
	return 0;
}

int
weft__tree_append(struct weft_buf *tree, enum weft__tree_mode mode,
    struct weft_slice name, const struct weft__oid *oid)
{
	struct weft_slice start = modes[mode];
	size_t size = start.size + name.size + 1 + WEFT__OID_SIZE;
	int code = weft_buf_reserve(tree, size);
	char *to;

	if (code)
		return code;
	to = tree->data + tree->size;
	memcpy(to, start.data, start.size);
	to += start.size;
	memcpy(to, name.data, name.size);
	to += name.size;
	*to++ = '\0';
	memcpy(to, oid->bytes, WEFT__OID_SIZE);
	tree->size += size;
	tree->data[tree->size] = '\0';
	return 0;
}

/* The byte that follows the name in git's order. */
static int
byte_after(const struct weft__tree_entry *entry, size_t at)
{
	if (at < entry->name.size)
		return (unsigned char)entry->name.data[at];
	return entry->mode == WEFT__TREE_FOLDER ? '/' : 0;
}

/* Git's order of entries; a folder's name counts as if it ended with '/'. */
static int
compare_entries(
    const struct weft__tree_entry *a, const struct weft__tree_entry *b)
{
	size_t common =
	    a->name.size < b->name.size ? a->name.size : b->name.size;
	int order = memcmp(a->name.data, b->name.data, common);

	if (order)
		return order;
	return byte_after(a, common) - byte_after(b, common);
}

int
weft__tree_with(struct weft_slice tree, struct weft_slice name,
    const struct weft__oid *oid, struct weft_buf *changed)
{
	struct weft__tree_entry added = {WEFT__TREE_FOLDER, name, oid}, entry;
	bool pending = !weft__tree_is_empty(oid);
	int code = 0, order;

	while (!code && tree.size) {
		code = weft__tree_next(&tree, &entry);
		if (code)
			break;
		order = compare_entries(&entry, &added);
		if (pending && order >= 0) {
			pending = false;
			code = weft__tree_append(
			    changed, added.mode, added.name, added.oid);
		}
		if (!code && order)
			code = weft__tree_append(
			    changed, entry.mode, entry.name, entry.oid);
	}
	if (!code && pending)
		code = weft__tree_append(
		    changed, added.mode, added.name, added.oid);
	return code;
}

int
weft__tree_find(struct weft_slice tree, struct weft_slice name,
    const struct weft__oid **oid)
{
	struct weft__tree_entry entry;
	int code = 0;

	*oid = NULL;
	while (!code && tree.size && !*oid) {
		code = weft__tree_next(&tree, &entry);
		if (!code && entry.mode == WEFT__TREE_FOLDER &&
		    weft_slice_equal(entry.name, name))
			*oid = entry.oid;
	}
	return code;
}

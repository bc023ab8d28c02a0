#include "core/repl/descent.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

/* Nodes of a descent, all questions together: an honest peer's tries have
 * less than two on the way to each record. */
#define NODES_MAX (2 * WEFT_LIMIT_RECONCILE_RECORDS)

/*
 * Names
 */

void
weft__names_fini(struct weft__names *names)
{
	weft__free(names->list);
	*names = (struct weft__names){.list = NULL};
}

int
weft__names_add(struct weft__names *names, uint64_t id, int side)
{
	struct weft__name *last;

	if (names->length && names->list[names->length - 1].id == id) {
		names->list[names->length - 1].in[side] = true;
		return 0;
	}
	if (names->length == WEFT_LIMIT_RECONCILE_RECORDS)
		return WEFT_ELIMIT;
	if (!weft__grow(&names->list, &names->capacity, names->length + 1,
		sizeof *names->list))
		return WEFT_ENOMEM;
	last = &names->list[names->length++];
	*last = (struct weft__name){.id = id};
	last->in[side] = true;
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const struct weft__name *one = a, *other = b;

	return one->id < other->id ? -1 : one->id > other->id;
}

void
weft__names_finish(struct weft__names *names)
{
	size_t kept = 0;

	if (names->length)
		qsort(names->list, names->length, sizeof *names->list,
		    compare_names);
	for (size_t i = 0; i < names->length; i++) {
		struct weft__name *name = &names->list[i];

		if (kept && names->list[kept - 1].id == name->id) {
			names->list[kept - 1].in[0] |= name->in[0];
			names->list[kept - 1].in[1] |= name->in[1];
		} else {
			names->list[kept++] = *name;
		}
	}
	names->length = kept;
}

/*
 * The descent
 */

static int
push(struct weft__descent *descent, struct weft__path path)
{
	if (descent->nodes + descent->length >= NODES_MAX)
		return WEFT_ELIMIT;
	if (!weft__grow(&descent->waiting, &descent->capacity,
		descent->length + 1, sizeof *descent->waiting))
		return WEFT_ENOMEM;
	descent->waiting[descent->length++] = path;
	return 0;
}

int
weft__descent_begin(struct weft__descent *descent, uint8_t digest_size)
{
	*descent = (struct weft__descent){.digest_size = digest_size};
	return push(descent, (struct weft__path){0, 0});
}

void
weft__descent_fini(struct weft__descent *descent)
{
	weft__free(descent->waiting);
	weft__free(descent->asked);
	weft__arena_fini(&descent->arena);
	*descent = (struct weft__descent){.waiting = NULL};
}

bool
weft__descent_done(const struct weft__descent *descent)
{
	return descent->length == 0;
}

int
weft__descent_next(struct weft__descent *descent)
{
	size_t length = descent->length;

	if (length > WEFT_LIMIT_RECONCILE_NODES)
		length = WEFT_LIMIT_RECONCILE_NODES;
	if (!weft__grow(&descent->asked, &descent->asked_capacity, length,
		sizeof *descent->asked))
		return WEFT_ENOMEM;
	descent->length -= length;
	memcpy(descent->asked, descent->waiting + descent->length,
	    length * sizeof *descent->asked);
	descent->asked_length = length;
	descent->nodes += length;
	return 0;
}

int
weft__descent_ask(const struct weft__descent *descent,
    const struct weft__oid *root, struct weft_buf *question)
{
	return weft__ask_nodes(question, root, descent->digest_size,
	    descent->asked, descent->asked_length);
}

static int
compare_symbols(
    const struct weft__symbol *a, const struct weft__symbol *b)
{
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->rev < b->rev ? -1 : a->rev > b->rev;
}

/* Both lists are in order. */
static int
compare_leaves(const struct weft__node *a, const struct weft__node *b,
    struct weft__names *names)
{
	size_t i = 0, j = 0;
	int code = 0, order;

	while (!code && (i < a->length || j < b->length)) {
		if (j == b->length)
			order = -1;
		else if (i == a->length)
			order = 1;
		else
			order =
			    compare_symbols(&a->symbols[i], &b->symbols[j]);
		if (order < 0)
			code = weft__names_add(names, a->symbols[i].id, 0);
		if (order > 0)
			code = weft__names_add(names, b->symbols[j].id, 1);
		i += order <= 0;
		j += order >= 0;
	}
	return code;
}

/* Goes on below a leaf and a node that is none: to the children that either
 * has anything in. */
static int
split_leaf(struct weft__descent *descent, struct weft__path path,
    const struct weft__node *leaf, const struct weft__node *inner)
{
	int code = 0;

	for (unsigned digit = 0; digit < 16 && !code; digit++) {
		const struct weft__path child = weft__path_child(path, digit);
		bool has = inner->children[digit].kind != WEFT__NODE_NONE;

		for (size_t i = 0; i < leaf->length && !has; i++)
			has = weft__path_leads(child, leaf->symbols[i].id);
		if (has)
			code = push(descent, child);
	}
	return code;
}

/* Two children that are no leaves: on to those of theirs that differ. */
static int
compare_grandchildren(struct weft__descent *descent, struct weft__path path,
    const struct weft__node_child *a, const struct weft__node_child *b)
{
	int code = 0;

	for (unsigned digit = 0; digit < 16 && !code; digit++)
		if (!weft__oid_equal(&a->digests[digit], &b->digests[digit]))
			code = push(descent, weft__path_child(path, digit));
	return code;
}

static int
compare_inner(struct weft__descent *descent, struct weft__path path,
    const struct weft__node *a, const struct weft__node *b)
{
	int code = 0;

	for (unsigned digit = 0; digit < 16 && !code; digit++) {
		const struct weft__node_child *one = &a->children[digit];
		const struct weft__node_child *other = &b->children[digit];
		const struct weft__path child = weft__path_child(path, digit);

		if (one->kind != other->kind)
			code = push(descent, child);
		else if (one->kind == WEFT__NODE_INNER)
			code = compare_grandchildren(
			    descent, child, one, other);
		else if (!weft__oid_equal(&one->digest, &other->digest))
			code = push(descent, child);
	}
	return code;
}

static int
compare_nodes(struct weft__descent *descent, struct weft__path path,
    const struct weft__node *a, const struct weft__node *b,
    struct weft__names *names)
{
	if (a->is_leaf && b->is_leaf)
		return compare_leaves(a, b, names);
	if (a->is_leaf)
		return split_leaf(descent, path, a, b);
	if (b->is_leaf)
		return split_leaf(descent, path, b, a);
	return compare_inner(descent, path, a, b);
}

int
weft__descent_compare(struct weft__descent *descent, struct weft_slice a,
    struct weft_slice b, struct weft__names *names)
{
	struct weft__wire wires[2] = {weft__wire_of(a), weft__wire_of(b)};
	struct weft__node nodes[2];
	int code = 0;

	for (size_t i = 0; i < descent->asked_length && !code; i++) {
		const struct weft__path path = descent->asked[i];

		weft__arena_clear(&descent->arena);
		for (int side = 0; side < 2 && !code; side++)
			code = weft__take_node(&wires[side], path,
			    descent->digest_size, &descent->arena,
			    &nodes[side]);
		if (!code)
			code = compare_nodes(
			    descent, path, &nodes[0], &nodes[1], names);
	}
	if (!code && (wires[0].size || wires[1].size))
		code = WEFT_EINVAL;
	return code;
}

/* Tests of core/track/revtree.h. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/track/revtree.h"

/* Appends one node for each letter; '-' is a deletion. */
static void
build(struct weft__revtree *tree, const char *letters)
{
	weft__revtree_init(tree);
	for (; *letters; letters++) {
		struct weft__revnode node = {0};

		if (*letters == '-')
			node.flags = WEFT__REVNODE_DELETED;
		else
			assert_true(weft__rev_parse(
			    weft_slice_of(letters, 1), &node.rev));
		weft__revtree_append(tree, &node);
	}
}

static int
find(const struct weft__revtree *tree, const char *rev)
{
	return weft__revtree_find(tree, weft_slice(rev), tree->length);
}

static void
revtree_append__makes_a_child_of_the_current_node(void **state)
{
	struct weft__revtree tree;

	build(&tree, "ab-a");
	assert_int_equal(tree.length, 4);
	assert_int_equal(tree.current, 3);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(tree.nodes[i].parent, i - 1);
		assert_int_equal(tree.nodes[i].generation, i + 1);
	}
	assert_int_equal(tree.nodes[2].flags, WEFT__REVNODE_DELETED);
}

static void
revtree_append__drops_the_oldest_beyond_its_limit(void **state)
{
	char letters[WEFT_LIMIT_REVTREE_NODES + 3];
	struct weft__revtree tree;

	for (size_t i = 0; i < sizeof letters - 1; i++)
		letters[i] = (char)('A' + i);
	letters[sizeof letters - 1] = '\0';
	build(&tree, letters);
	assert_int_equal(tree.length, WEFT_LIMIT_REVTREE_NODES);
	assert_int_equal(tree.current, WEFT_LIMIT_REVTREE_NODES - 1);
	assert_string_equal(tree.nodes[0].rev.text, "C");
	assert_int_equal(tree.nodes[0].parent, -1);
	assert_int_equal(tree.nodes[0].generation, 3);
	assert_int_equal(tree.nodes[1].parent, 0);
	assert_int_equal(tree.nodes[tree.current].generation,
	    WEFT_LIMIT_REVTREE_NODES + 2);
	assert_int_equal(find(&tree, "A"), -1);
	assert_int_equal(find(&tree, "C"), 0);
}

static void
revtree_find__gives_the_newest_occurrence(void **state)
{
	struct weft__revtree tree;

	build(&tree, "aba-b");
	assert_int_equal(find(&tree, "a"), 2);
	assert_int_equal(find(&tree, "b"), 4);
	assert_int_equal(find(&tree, "c"), -1);
	assert_int_equal(find(&tree, NULL), 3);
	assert_int_equal(weft__revtree_find(&tree, weft_slice("b"), 4), 1);
	assert_int_equal(weft__revtree_find(&tree, weft_slice("b"), 1), -1);
	build(&tree, "");
	assert_int_equal(find(&tree, "a"), -1);
}

static void
revtree_find__stays_on_the_main_line(void **state)
{
	struct weft__revtree tree;

	build(&tree, "abc");
	tree.nodes[2].parent = 0; /* a <- b (a branch), a <- c */
	assert_int_equal(find(&tree, "b"), -1);
	assert_int_equal(find(&tree, "a"), 0);
}

/* The tree as letters: a small one for a node with content, its capital for
 * one known by name; '-' and '=' for deletions. */
static void
assert_line(const struct weft__revtree *tree, const char *letters)
{
	char line[WEFT_LIMIT_REVTREE_NODES + 1] = {0};

	for (int i = 0; i < tree->length; i++) {
		const struct weft__revnode *node = &tree->nodes[i];
		bool missing = node->flags & WEFT__REVNODE_MISSING;

		assert_int_equal(node->parent, i - 1);
		if (node->flags & WEFT__REVNODE_DELETED)
			line[i] = missing ? '=' : '-';
		else
			line[i] = (char)(node->rev.text[0] -
			    (missing ? 'a' - 'A' : 0));
	}
	assert_string_equal(line, letters);
	assert_int_equal(tree->current, tree->length - 1);
}

static void
check_learn(const char *letters, const char *history, const char *learned)
{
	struct weft__revtree tree;

	build(&tree, letters);
	weft__revtree_learn(&tree, weft_slice(history), 0);
	assert_line(&tree, learned);
}

static void
revtree_learn__adds_what_followed_the_current_node(void **state)
{
	check_learn("ab", "d\nc\nb\na\n", "abCD");
	check_learn("ab", "b\na\n", "ab");
	check_learn("ab", "\nb\n", "ab=");
	check_learn("a-", "c\n\na\n", "a-C");
}

static void
revtree_learn__adds_content_that_came_back(void **state)
{
	check_learn("ab", "a\nb\na\n", "abA");
}

static void
revtree_learn__adds_older_revisions_that_are_not_known(void **state)
{
	check_learn("ab", "c\nb\nx\na\n", "abXC");
	check_learn("ab", "y\nx\na\n", "abXY");
	check_learn("", "b\na\n", "AB");
}

static void
revtree_learn__passes_over_what_is_no_history(void **state)
{
	check_learn("a", NULL, "a");
	check_learn("a", "", "a");
	check_learn("a", "b", "a");
	check_learn("a", "\x01\nb\n", "aB");
}

static void
assert_generations(const struct weft__revtree *tree, const char *digits)
{
	for (int i = 0; i < tree->length; i++)
		assert_int_equal(tree->nodes[i].generation, digits[i] - '0');
}

static void
revtree_learn__counts_no_higher_than_the_peer(void **state)
{
	struct weft__revtree tree;

	build(&tree, "ab");
	weft__revtree_learn(&tree, weft_slice("d\nc\nb\na\n"), 5);
	assert_generations(&tree, "1234");
	/* It has counted less. */
	build(&tree, "ab");
	weft__revtree_learn(&tree, weft_slice("e\nd\nc\nb\n"), 4);
	assert_generations(&tree, "12333");
	build(&tree, "abc");
	weft__revtree_learn(&tree, weft_slice("d\n"), 1);
	assert_generations(&tree, "1233");
	build(&tree, "");
	weft__revtree_learn(&tree, weft_slice("b\na\n"), 1);
	assert_generations(&tree, "11");
}

static void
revtree_learn__takes_as_many_as_the_tree_holds(void **state)
{
	char history[4 * WEFT_LIMIT_REVTREE_NODES + 1] = {0};
	struct weft__revtree tree;

	for (int i = 0; i < 2 * WEFT_LIMIT_REVTREE_NODES; i++) {
		history[2 * i] = (char)('!' + i);
		history[2 * i + 1] = '\n';
	}
	build(&tree, "");
	weft__revtree_learn(&tree, weft_slice(history), 0);
	assert_int_equal(tree.length, WEFT_LIMIT_REVTREE_NODES);
	assert_string_equal(tree.nodes[tree.current].rev.text, "!");
}

static void
revtree_insert_missing__stands_below_the_current_node(void **state)
{
	struct weft__revtree tree;
	struct weft__rev rev;

	assert_true(weft__rev_parse(weft_slice("x"), &rev));
	build(&tree, "ab");
	weft__revtree_insert_missing(&tree, &rev);
	assert_line(&tree, "aXb");
	assert_int_equal(tree.nodes[1].generation, 2);
	assert_int_equal(tree.nodes[2].generation, 3);
	build(&tree, "a");
	tree.nodes[0].generation = 7;
	rev.size = 0;
	weft__revtree_insert_missing(&tree, &rev);
	assert_line(&tree, "=a");
	assert_int_equal(tree.nodes[0].generation, 7);
	assert_int_equal(tree.nodes[1].generation, 8);
}

static void
check_insert(const char *letters, const char *history, const char *line)
{
	struct weft__revtree tree;

	build(&tree, letters);
	weft__revtree_insert_history(&tree, weft_slice(history));
	assert_line(&tree, line);
}

static void
revtree_insert_history__stops_at_what_is_known(void **state)
{
	check_insert("ab", "d\nc\na\n", "aCDb");
	check_insert("ab", "d\na\nc\n", "aDb");
	check_insert("ab", "a\nc\n", "ab");
	check_insert("ab", "d\n\nc\n", "aC=Db");
	check_insert("a", "c\n\x01\nb\n", "BCa");
	check_insert("ab", NULL, "ab");
	check_insert("ab", "", "ab");
}

static void
revtree_insert_history__takes_half_a_tree_at_most(void **state)
{
	char history[2 * WEFT_LIMIT_REVTREE_NODES + 1] = {0};
	struct weft__revtree tree;

	for (int i = 0; i < WEFT_LIMIT_REVTREE_NODES; i++) {
		history[2 * i] = (char)('!' + i);
		history[2 * i + 1] = '\n';
	}
	build(&tree, "abcdefghijklmnopqrstuvwxyz");
	weft__revtree_insert_history(&tree, weft_slice(history));
	assert_int_equal(tree.length, WEFT_LIMIT_REVTREE_NODES);
	assert_int_equal(find(&tree, "z"), WEFT_LIMIT_REVTREE_NODES - 1);
	assert_int_equal(find(&tree, "!"), WEFT_LIMIT_REVTREE_NODES - 2);
	assert_int_equal(find(&tree, "y"), WEFT_LIMIT_REVTREE_NODES / 2 - 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		revtree_append__makes_a_child_of_the_current_node),
	    cmocka_unit_test(
		revtree_append__drops_the_oldest_beyond_its_limit),
	    cmocka_unit_test(revtree_find__gives_the_newest_occurrence),
	    cmocka_unit_test(revtree_find__stays_on_the_main_line),
	    cmocka_unit_test(
		revtree_learn__adds_what_followed_the_current_node),
	    cmocka_unit_test(revtree_learn__adds_content_that_came_back),
	    cmocka_unit_test(
		revtree_learn__adds_older_revisions_that_are_not_known),
	    cmocka_unit_test(revtree_learn__passes_over_what_is_no_history),
	    cmocka_unit_test(revtree_learn__counts_no_higher_than_the_peer),
	    cmocka_unit_test(revtree_learn__takes_as_many_as_the_tree_holds),
	    cmocka_unit_test(
		revtree_insert_missing__stands_below_the_current_node),
	    cmocka_unit_test(revtree_insert_history__stops_at_what_is_known),
	    cmocka_unit_test(
		revtree_insert_history__takes_half_a_tree_at_most),
	};

	return cmocka_run_group_tests_name("revtree", tests, NULL, NULL);
}

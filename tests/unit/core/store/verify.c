/*
 * Tests of weft__store_verify(), and of what reading does with stores that
 * are damaged or forged: it reports, whatever the bytes are.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/store_fixture.h"

struct problems {
	unsigned count;
	char text[4096]; /* of all, as far as they fit */
	char model[64], id[64]; /* of the last one that has them */
	int result;      /* of the visitor */
};

static int
note_problem(const struct weft__store_problem *problem, void *context)
{
	struct problems *problems = context;
	size_t used = strlen(problems->text);

	snprintf(problems->text + used, sizeof problems->text - used, "%s\n",
	    problem->text);
	if (problem->model.data)
		snprintf(problems->model, sizeof problems->model, "%.*s",
		    (int)problem->model.size, problem->model.data);
	if (problem->id.data)
		snprintf(problems->id, sizeof problems->id, "%.*s",
		    (int)problem->id.size, problem->id.data);
	problems->count++;
	return problems->result;
}

static struct problems
verify(struct store_fixture *fixture, bool deep)
{
	struct problems problems = {0};

	store_ok(fixture, weft__store_verify(fixture->store, deep,
	                      note_problem, NULL, &problems, &fixture->error));
	return problems;
}

static void
fill(struct store_fixture *fixture)
{
	char id[16], body[64];

	for (int i = 0; i < 200; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		snprintf(body, sizeof body, "{\"n\":\"number %d\"}", i);
		store_put(fixture, "Todo", id, body);
	}
	store_project(fixture);
	for (int i = 0; i < 150; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		store_put(fixture, "Todo", id, NULL);
	}
	store_project(fixture);
}

static void
verify__finds_nothing_where_nothing_is_wrong(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	assert_int_equal(verify(&fixture, true).count, 0);
	fill(&fixture);
	assert_int_equal(verify(&fixture, false).count, 0);
	assert_int_equal(verify(&fixture, true).count, 0);
	/* Nor does it after git has packed all anew, with deltas. */
	store_shell(&fixture, "git repack -adfq", "");
	store_fixture_reopen(&fixture);
	assert_int_equal(verify(&fixture, true).count, 0);
	store_fixture_close(&fixture);
}

/* The one pack of the repository, in memory and in its file. */
struct pack_file {
	char path[256];
	unsigned char *data;
	long size;
};

static void
pack_file_open(struct pack_file *pack, struct store_fixture *fixture,
    const char *suffix)
{
	char command[256];
	FILE *list, *file;

	snprintf(command, sizeof command, "ls %s/objects/pack/*.%s",
	    fixture->path, suffix);
	list = popen(command, "r");
	assert_non_null(list);
	assert_non_null(fgets(pack->path, sizeof pack->path, list));
	pclose(list);
	pack->path[strcspn(pack->path, "\n")] = '\0';
	file = fopen(pack->path, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	pack->size = ftell(file);
	rewind(file);
	pack->data = malloc((size_t)pack->size);
	assert_non_null(pack->data);
	assert_int_equal(
	    fread(pack->data, 1, (size_t)pack->size, file), pack->size);
	fclose(file);
}

/* Writes the first 'size' bytes back, in a new file. */
static void
pack_file_write(const struct pack_file *pack, long size)
{
	FILE *file;

	assert_int_equal(unlink(pack->path), 0);
	file = fopen(pack->path, "w");
	assert_non_null(file);
	assert_int_equal(
	    fwrite(pack->data, 1, (size_t)size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Reads all there is, as far as it can; whether all was well. */
static int
ignore_record(
    struct weft_slice id, const struct weft__oid *blob, void *context)
{
	return 0;
}

static bool
read_all(struct store_fixture *fixture)
{
	struct weft__store *store;
	struct weft__store_tip tip;
	struct problems problems = {0};
	int code = weft__store_open(fixture->path, STORE_SOURCE,
	    WEFT__STORE_READ, &store, &fixture->error);

	if (!code)
		code = weft__store_tip(store, &tip, &fixture->error);
	if (!code)
		code = weft__store_walk(store, NULL, WEFT__STORE_LIVE,
		    weft_slice("Todo"), ignore_record, NULL,
		    &fixture->error);
	if (!code)
		code = weft__store_verify(
		    store, true, note_problem, NULL, &problems,
		    &fixture->error);
	weft__store_close(store);
	return !code && !problems.count;
}

static void
verify__finds_a_changed_byte_of_a_record(void **state)
{
	struct store_fixture fixture;
	struct pack_file pack;
	struct problems problems;
	long at = 0;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"text\":\"find me\"}");
	store_put(&fixture, "Todo", "b", "{}");
	store_project(&fixture);
	pack_file_open(&pack, &fixture, "pack");
	while (memcmp(pack.data + at, "find me", 7) != 0)
		at++;
	pack.data[at] ^= 1;
	pack_file_write(&pack, pack.size);
	store_fixture_reopen(&fixture);
	assert_int_equal(verify(&fixture, false).count, 0);
	problems = verify(&fixture, true);
	assert_int_equal(problems.count, 2); /* the record, and its pack */
	assert_non_null(strstr(problems.text, "/Todo/r/a: "));
	assert_non_null(strstr(problems.text, ".pack: the file's content"));
	assert_string_equal(problems.model, "Todo");
	assert_string_equal(problems.id, "a");
	free(pack.data);
	store_fixture_close(&fixture);
}

static void
read__of_changed_packs_does_no_harm(void **state)
{
	static const char *const suffixes[] = {"pack", "idx"};
	struct store_fixture fixture;
	struct pack_file pack;
	unsigned found = 0, tried = 0;

	for (size_t i = 0; i < 2; i++) {
		store_fixture_open(&fixture);
		store_put(&fixture, "Todo", "a", "{\"text\":\"one\"}");
		store_put(&fixture, "Todo", "b", NULL);
		store_project(&fixture);
		pack_file_open(&pack, &fixture, suffixes[i]);
		for (long at = 0; at < pack.size; at++) {
			pack.data[at] ^= (unsigned char)(1 << (at % 8));
			pack_file_write(&pack, pack.size);
			found += !read_all(&fixture);
			tried++;
			pack.data[at] ^= (unsigned char)(1 << (at % 8));
			if (i == 1 && at > 8 && at < 1000)
				at += 15; /* counts per first byte */
		}
		pack_file_write(&pack, pack.size);
		assert_true(read_all(&fixture));
		free(pack.data);
		store_fixture_close(&fixture);
	}
	/* The checksums of whole files are not looked at. */
	assert_true(found > tried / 2);
}

static void
read__of_cut_packs_does_no_harm(void **state)
{
	static const char *const suffixes[] = {"pack", "idx"};
	struct store_fixture fixture;
	struct pack_file pack;

	for (size_t i = 0; i < 2; i++) {
		store_fixture_open(&fixture);
		store_put(&fixture, "Todo", "a", "{\"text\":\"one\"}");
		store_project(&fixture);
		pack_file_open(&pack, &fixture, suffixes[i]);
		for (long size = 0; size < pack.size;
		     size += size < 100 ? 1 : 7) {
			pack_file_write(&pack, size);
			assert_false(read_all(&fixture));
		}
		free(pack.data);
		store_fixture_close(&fixture);
	}
}

/*
 * Commits that no store of ours would make.  The scripts leave the tree of
 * the model in $m; "leaf" makes a leaf of lines "<blob> <name>".
 */
static const char script_start[] =
    "set -e;"
    "blob() { printf '%s' \"$1\" | git hash-object -w --stdin; };"
    "leaf() { while read -r b n; do printf '100644 blob %s\\t%s\\n' $b \"$n\";"
    " done | git mktree; };"
    "folder() { printf '040000 tree %s\\t%s\\n' $2 $1; };"
    "e=$(blob '{}'); d=$(printf 'deleted\\n' | git hash-object -w --stdin);";

static const char script_end[] =
    "t=$(folder Todo $m | git mktree);"
    "c=$(printf 'tree %s\\nauthor weft <weft@localhost> 1 +0000\\n"
    "committer weft <weft@localhost> 1 +0000\\n\\nx\\n\\nSeq: 1\\nEpoch: e\\n"
    "Checkpoints: 1-1\\nChanges: 1\\n' $t |"
    " git hash-object -t commit -w --stdin);"
    "git update-ref refs/weft/db $c; git repack -adq 2>/dev/null";

static const struct {
	const char *script;
	const char *problem; /* NULL: there is none */
} forged[] = {
    {"m=$(folder r $(echo $e a | leaf) | git mktree)", NULL},
    /* The SHA-1 of "a" begins with 8. */
    {"m=$(folder r $(folder 8 $(echo $e a | leaf) | git mktree) | git mktree)",
        "so few records"},
    {"m=$(folder r $(folder 7 $(echo $e a | leaf) | git mktree) | git mktree)",
        "/Todo/r/7/a: "},
    {"m=$(folder r $(for i in $(seq 65); do echo $e $i; done | leaf) |"
     " git mktree)",
        "is no node"},
    {"m=$({ folder d $(echo $d a | leaf); folder r $(echo $e a | leaf); } |"
     " git mktree)",
        "live, too"},
    {"m=$(folder d $(echo $e a | leaf) | git mktree)", "no tombstone"},
    {"m=$(folder r $(echo $e %41 | leaf) | git mktree)", "no name of an id"},
    {"m=$(folder r $(echo $e a~ | leaf) | git mktree)", "no name of an id"},
    {"n=%h$(printf x | sha1sum | cut -c -40);"
     "m=$(folder r $(echo $e $n | leaf) | git mktree)",
        "is no node"},
    {"n=%h$(printf x | sha1sum | cut -c -40);"
     "m=$(folder r $({ echo $e $n; echo $(blob x) $n.id; } | leaf) |"
     " git mktree)",
        "does not belong to the name"},
    {"m=$(printf '100644 blob %s\\tr\\n' $e | git mktree)", NULL},
    {"m=$(folder r $(printf '100755 blob %s\\ta\\n' $e | git mktree) |"
     " git mktree)",
        "is no node"},
    {"m=$(folder r $(folder g $(echo $e a | leaf) | git mktree) | git mktree)",
        "is no node"},
    {"m=$(folder r $({ folder 8 $(echo $e a | leaf);"
     " printf '100644 blob %s\\tb\\n' $e; } | git mktree) | git mktree)",
        "is no node"},
    {"m=$(folder r $(git mktree </dev/null) | git mktree)", "is no node"},
};

static void
verify__names_what_is_wrong_in_forged_tries(void **state)
{
	char script[4096];

	for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
		struct store_fixture fixture;
		struct problems problems;

		store_fixture_open(&fixture);
		snprintf(script, sizeof script, "%s %s; %s", script_start,
		    forged[i].script, script_end);
		store_shell(&fixture, script, "");
		store_fixture_reopen(&fixture);
		problems = verify(&fixture, true);
		if (!forged[i].problem)
			assert_string_equal(problems.text, "");
		else if (!strstr(problems.text, forged[i].problem))
			fail_msg("%s\ngives: %s", forged[i].script,
			    problems.text);
		store_fixture_close(&fixture);
	}
}

static void
verify__of_missing_objects_goes_on(void **state)
{
	struct store_fixture fixture;
	struct problems problems;

	store_fixture_open(&fixture);
	fill(&fixture);
	/* The first commit's pack: the second needs leaves and records of it. */
	store_shell(&fixture,
	    "c=$(git rev-parse HEAD~); for i in objects/pack/*.idx; do"
	    " git show-index < $i | grep -q $c && rm ${i%idx}pack; done; :",
	    "");
	store_fixture_reopen(&fixture);
	problems = verify(&fixture, true);
	assert_true(problems.count > 3);
	problems = (struct problems){.result = -55};
	assert_int_equal(weft__store_verify(fixture.store, true, note_problem,
	                     NULL, &problems, &fixture.error),
	    -55);
	assert_int_equal(problems.count, 1);
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verify__finds_nothing_where_nothing_is_wrong),
	    cmocka_unit_test(verify__finds_a_changed_byte_of_a_record),
	    cmocka_unit_test(read__of_changed_packs_does_no_harm),
	    cmocka_unit_test(read__of_cut_packs_does_no_harm),
	    cmocka_unit_test(verify__names_what_is_wrong_in_forged_tries),
	    cmocka_unit_test(verify__of_missing_objects_goes_on),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}

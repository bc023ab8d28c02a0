/*
 * Stores that somebody has forged or that have rotted: they are refused, or
 * reported, by a process that neither crashes nor takes more than its share
 * of memory and time.
 *
 * Each is read, verified, and written to by a child of the test, so that the
 * test tells which one it was.  WEFT_SEED=n repeats one of the random ones;
 * WEFT_LONG=1 takes 5000 instead of 150.
 */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/store/commit.h"
#include "core/store/objects.h"
#include "core/store/tree.h"
#include "tests/lib/forged_pack.h"
#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

/* Of a child: more than any store here needs.  A sanitizer keeps what was
 * freed. */
#define SECONDS 120
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_KB (1000 * 1024)
#else
#define MEMORY_KB (250 * 1024)
#endif

/* How a child found the store; other statuses are crashes. */
enum verdict { SOUND = 0, REPORTED = 1 };

static int
count_problem(const struct weft__store_problem *problem, void *context)
{
	++*(unsigned *)context;
	return 0;
}

static int
read_record(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct weft__store *store = context;
	struct weft__store_record record;
	struct weft_buf body = WEFT_BUF_INIT(16u << 20);
	int code = weft__store_get(
	    store, NULL, weft_slice("Todo"), id, &record, &body, NULL);

	weft_buf_fini(&body);
	return code;
}

/* Reads all of a store, verifies it, and projects into it. */
static enum verdict
use_store(struct store_fixture *fixture)
{
	struct weft__feed feed = memory_feed(&fixture->feed);
	struct weft__project_result result;
	struct weft__store *store;
	unsigned problems = 0;
	int code = weft__store_open(fixture->path, STORE_SOURCE,
	    WEFT__STORE_WRITE, &store, &fixture->error);

	if (code)
		return REPORTED;
	code = weft__store_verify(
	    store, true, count_problem, NULL, &problems, &fixture->error);
	if (!code)
		code = weft__store_walk(store, NULL, WEFT__STORE_LIVE,
		    weft_slice("Todo"), read_record, store, &fixture->error);
	if (!code)
		code = weft__store_lock(store, "test", &fixture->error);
	if (!code)
		code = weft__project(
		    store, &feed, STORE_EPOCH, &result, &fixture->error);
	weft__store_close(store);
	return code || problems ? REPORTED : SOUND;
}

/* Lets a child use the store; the name is for messages. */
static enum verdict
judge(struct store_fixture *fixture, const char *name)
{
	struct rusage usage;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		alarm(SECONDS);
		_exit((int)use_store(fixture));
	}
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	if (WIFSIGNALED(status))
		fail_msg("%s: signal %d", name, WTERMSIG(status));
	if (WEXITSTATUS(status) > REPORTED)
		fail_msg("%s: status %d", name, WEXITSTATUS(status));
	if (usage.ru_maxrss > MEMORY_KB)
		fail_msg("%s: took %ld KiB", name, usage.ru_maxrss);
	return (enum verdict)WEXITSTATUS(status);
}

/*
 * Forged packs
 */

/* A commit of one record, as five objects. */
struct graph {
	struct {
		enum weft__object_type type;
		struct weft_slice content;
		struct weft__oid oid;
		char room[WEFT__COMMIT_ROOM];
	} objects[5];
};

enum { BLOB, LEAF, MODEL, ROOT, COMMIT };

static void
set_object(struct graph *graph, int at, enum weft__object_type type,
    struct weft_slice content)
{
	memcpy(graph->objects[at].room, content.data, content.size);
	graph->objects[at].type = type;
	graph->objects[at].content =
	    weft_slice_of(graph->objects[at].room, content.size);
	weft__object_id(weft__object_type_name(type), content.data,
	    content.size, &graph->objects[at].oid);
}

/* A tree with an entry for the object before. */
static void
set_tree(struct graph *graph, int at, enum weft__tree_mode mode,
    const char *name)
{
	struct weft_buf content = WEFT_BUF_INIT(1000);

	assert_int_equal(weft__tree_append(&content, mode, weft_slice(name),
	                     &graph->objects[at - 1].oid),
	    0);
	set_object(graph, at, WEFT__OBJECT_TREE, weft_buf_slice(&content));
	weft_buf_fini(&content);
}

static void
make_graph(struct graph *graph)
{
	struct weft__store_commit commit = {.seq = 1,
	    .epoch = STORE_EPOCH,
	    .checkpoint_first = 1,
	    .checkpoint_last = 1,
	    .changes = 1};
	char text[WEFT__COMMIT_ROOM];
	size_t size;

	set_object(
	    graph, BLOB, WEFT__OBJECT_BLOB, weft_slice("{\"id\":\"a\"}"));
	set_tree(graph, LEAF, WEFT__TREE_FILE, "a");
	set_tree(graph, MODEL, WEFT__TREE_FOLDER, "r");
	set_tree(graph, ROOT, WEFT__TREE_FOLDER, "Todo");
	commit.tree = graph->objects[ROOT].oid;
	size = weft__commit_format(&commit, text);
	set_object(
	    graph, COMMIT, WEFT__OBJECT_COMMIT, weft_slice_of(text, size));
}

/* What an entry is made of that stands for an object. */
struct victim {
	unsigned type;
	struct weft_slice content;
	struct weft__oid oid;
};

static const struct weft__oid other_oid = {{0xab, 0xcd, 1, 2, 3}};

static void
sound(struct forged_pack *pack, const struct victim *victim)
{
	forged_pack_entry(
	    pack, &victim->oid, victim->type, victim->content.size);
	forged_pack_deflated(pack, victim->content.data, victim->content.size);
}

/* Deltas: base size, result size, and one piece of new bytes. */
static void
delta(struct forged_pack *pack, size_t base_size,
    const struct victim *victim)
{
	unsigned char text[8 + 127], size = (unsigned char)
	    (victim->content.size < 127 ? victim->content.size : 127);

	text[0] = (unsigned char)(base_size & 127);
	text[1] = size;
	text[2] = size;
	memcpy(text + 3, victim->content.data, size);
	forged_pack_deflated(pack, text, 3u + size);
}

static void
offset_delta(struct forged_pack *pack, const struct victim *victim,
    uint64_t distance)
{
	forged_pack_entry(pack, &victim->oid, FORGED_OFFSET_DELTA, 20);
	forged_pack_distance(pack, distance);
	delta(pack, 10, victim);
}

static void
ref_delta(struct forged_pack *pack, const struct weft__oid *oid,
    const struct weft__oid *base, const struct victim *victim)
{
	forged_pack_entry(pack, oid, FORGED_REF_DELTA, 20);
	forged_pack_raw(pack, base->bytes, WEFT__OID_SIZE);
	delta(pack, 10, victim);
}

static void
delta_of_itself(struct forged_pack *pack, const struct victim *victim)
{
	offset_delta(pack, victim, 0);
}

static void
delta_of_what_is_before(struct forged_pack *pack, const struct victim *victim)
{
	offset_delta(pack, victim, 1u << 30);
}

static void
delta_of_the_middle(struct forged_pack *pack, const struct victim *victim)
{
	offset_delta(pack, victim, 5);
}

static void
named_delta_of_itself(struct forged_pack *pack, const struct victim *victim)
{
	ref_delta(pack, &victim->oid, &victim->oid, victim);
}

static void
deltas_of_each_other(struct forged_pack *pack, const struct victim *victim)
{
	ref_delta(pack, &victim->oid, &other_oid, victim);
	ref_delta(pack, &other_oid, &victim->oid, victim);
}

static void
delta_of_nothing(struct forged_pack *pack, const struct victim *victim)
{
	ref_delta(pack, &victim->oid, &other_oid, victim);
}

/* Each a delta of the one before, all without an end in a real object. */
static void
chain(struct forged_pack *pack, const struct victim *victim)
{
	struct weft__oid oid = other_oid;
	uint64_t before = forged_pack_offset(pack), at;

	forged_pack_entry(pack, &oid, victim->type, 10);
	forged_pack_deflated(pack, "0123456789", 10);
	for (unsigned i = 0; i < 5000; i++) {
		oid.bytes[18] = (unsigned char)(i >> 8);
		oid.bytes[19] = (unsigned char)i;
		at = forged_pack_offset(pack);
		forged_pack_entry(pack, i == 4999 ? &victim->oid : &oid,
		    FORGED_OFFSET_DELTA, 7);
		forged_pack_distance(pack, at - before);
		forged_pack_deflated(pack, "\012\012\220\012", 4);
		before = at;
	}
}

static void
huge_size(struct forged_pack *pack, const struct victim *victim)
{
	forged_pack_entry(pack, &victim->oid, victim->type, 4ull << 30);
	forged_pack_deflated(pack, victim->content.data, victim->content.size);
}

static void
largest_size(struct forged_pack *pack, const struct victim *victim)
{
	forged_pack_entry(pack, &victim->oid, victim->type, UINT64_MAX >> 4);
	forged_pack_deflated(pack, victim->content.data, victim->content.size);
}

static void
bomb(struct forged_pack *pack, const struct victim *victim)
{
	forged_pack_entry(pack, &victim->oid, victim->type, 1u << 28);
	forged_pack_zeros(pack, 1u << 28);
}

/* Copies one piece of its base, 64 KiB, again and again. */
static void
delta_bomb(struct forged_pack *pack, const struct victim *victim)
{
	static unsigned char text[3 + 5 + 1 + 3 * 16384];
	uint64_t at = forged_pack_offset(pack), size = 1u << 30;
	size_t used = 0;

	forged_pack_entry(pack, &other_oid, victim->type, 1u << 16);
	forged_pack_zeros(pack, 1u << 16);
	text[used++] = 0x80;
	text[used++] = 0x80;
	text[used++] = 0x04;
	for (; size > 127; size >>= 7)
		text[used++] = (unsigned char)(128 | (size & 127));
	text[used++] = (unsigned char)size;
	for (unsigned i = 0; i < 16384; i++)
		text[used++] = 0x80; /* offset 0, size 0x10000 */
	at = forged_pack_offset(pack) - at;
	forged_pack_entry(pack, &victim->oid, FORGED_OFFSET_DELTA, used);
	forged_pack_distance(pack, at);
	forged_pack_deflated(pack, text, used);
}

static void
cut_stream(struct forged_pack *pack, const struct victim *victim)
{
	forged_pack_entry(
	    pack, &victim->oid, victim->type, victim->content.size);
	forged_pack_raw(pack, "\170\1", 2);
}

static void
other_content(struct forged_pack *pack, const struct victim *victim)
{
	forged_pack_entry(pack, &victim->oid, victim->type, 10);
	forged_pack_deflated(pack, "0123456789", 10);
}

static void
other_type(struct forged_pack *pack, const struct victim *victim)
{
	struct victim forged = *victim;

	forged.type = victim->type == WEFT__OBJECT_BLOB ? WEFT__OBJECT_TREE
	                                                : WEFT__OBJECT_BLOB;
	sound(pack, &forged);
}

static void
of_type(struct forged_pack *pack, const struct victim *victim, unsigned type)
{
	struct victim forged = *victim;

	forged.type = type;
	sound(pack, &forged);
}

static void
tag(struct forged_pack *pack, const struct victim *victim)
{
	of_type(pack, victim, FORGED_TAG);
}

static void
type_0(struct forged_pack *pack, const struct victim *victim)
{
	of_type(pack, victim, 0);
}

static void
type_5(struct forged_pack *pack, const struct victim *victim)
{
	of_type(pack, victim, 5);
}

static const struct {
	const char *name;
	void (*write)(struct forged_pack *pack, const struct victim *victim);
} forgeries[] = {
    {"delta of itself", delta_of_itself},
    {"delta of what is before the pack", delta_of_what_is_before},
    {"delta of the middle of an entry", delta_of_the_middle},
    {"named delta of itself", named_delta_of_itself},
    {"deltas of each other", deltas_of_each_other},
    {"delta of nothing", delta_of_nothing},
    {"chain of deltas", chain},
    {"size of 4 GiB", huge_size},
    {"largest size", largest_size},
    {"bomb", bomb},
    {"bomb of deltas", delta_bomb},
    {"stream that is cut", cut_stream},
    {"other content", other_content},
    {"other type", other_type},
    {"tag", tag},
    {"type 0", type_0},
    {"type 5", type_5},
};

static void
set_tip(struct store_fixture *fixture, const struct weft__oid *commit)
{
	char command[256], hex[WEFT__OID_HEX + 1];

	weft__oid_format(commit, hex);
	snprintf(command, sizeof command,
	    "mkdir -p refs/weft; echo %s > refs/weft/" STORE_SOURCE, hex);
	store_shell(fixture, command, "");
}

/* A store of one commit, in whose pack one object is what 'write' makes. */
static enum verdict
judge_forged(const struct graph *graph, int at, const char *name,
    void (*write)(struct forged_pack *pack, const struct victim *victim))
{
	static struct forged_pack pack;
	struct store_fixture fixture;
	enum verdict verdict;

	store_fixture_open(&fixture);
	weft__store_close(fixture.store);
	fixture.store = NULL;
	store_put(&fixture, "Todo", "a", "{\"id\":\"a\"}");
	store_put(&fixture, "Todo", "b", "{\"id\":\"b\"}");
	forged_pack_init(&pack);
	for (int i = 0; i < 5; i++) {
		struct victim victim = {graph->objects[i].type,
		    graph->objects[i].content, graph->objects[i].oid};

		(i == at ? write : sound)(&pack, &victim);
	}
	forged_pack_write(&pack, fixture.path);
	forged_pack_fini(&pack);
	set_tip(&fixture, &graph->objects[COMMIT].oid);
	verdict = judge(&fixture, name);
	store_fixture_reopen(&fixture);
	store_fixture_close(&fixture);
	return verdict;
}

static void
hostile__packs_are_reported(void **state)
{
	static const int victims[] = {BLOB, LEAF, COMMIT};
	struct graph graph;
	char name[100];

	make_graph(&graph);
	assert_int_equal(
	    judge_forged(&graph, BLOB, "sound", sound), SOUND);
	for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++)
		for (size_t j = 0; j < 3; j++) {
			snprintf(name, sizeof name, "%s, object %d",
			    forgeries[i].name, victims[j]);
			if (judge_forged(&graph, victims[j], name,
			        forgeries[i].write) != REPORTED)
				fail_msg("%s: nobody has noticed", name);
		}
}

/*
 * Forged trees
 */

/* A repository of git's making: its tip's model is the tree $m. */
static const char script_start[] =
    "set -e; e=$(printf '{}' | git hash-object -w --stdin);"
    "leaf=$(printf '100644 blob %s\\ta\\n' $e | git mktree);"
    "folder() { printf '040000 tree %s\\t%s\\n' $2 $1; };";

static const char script_end[] =
    "t=$(folder Todo $m | git mktree);"
    "c=$(printf 'tree %s\\nauthor weft <weft@localhost> 1 +0000\\n"
    "committer weft <weft@localhost> 1 +0000\\n\\nx\\n\\nSeq: 1\\n"
    "Epoch: " STORE_EPOCH "\\n"
    "Checkpoints: 1-1\\nChanges: 1\\n' $t |"
    " git hash-object -t commit -w --stdin);"
    "git update-ref refs/weft/db $c; git repack -adq 2>/dev/null";

static const struct {
	const char *name, *script;
	bool is_allowed; /* other folders of a model are left as they are */
} trees[] = {
    {"folders, 300 deep",
        "m=$leaf; for i in $(seq 300); do"
        " m=$(folder 8 $m | git mktree); done; m=$(folder r $m | git mktree)"},
    {"a folder of 5000 models",
        "m=$(folder r $leaf | git mktree); t=$(for i in $(seq 5000); do"
        " folder M$i $m; done | git mktree); m=$t",
        true},
    {"a leaf of 5000 records",
        "m=$(for i in $(seq 5000); do printf '100644 blob %s\\t%s\\n' $e $i;"
        " done | git mktree); m=$(folder r $m | git mktree)"},
    {"a symbolic link",
        "m=$(printf '15000 blob %s\\ta\\n' $e | git mktree);"
        "m=$(folder r $m | git mktree)"},
    {"a submodule",
        "m=$(printf '160000 commit %s\\ta\\n' $(git hash-object -t tree"
        " </dev/null --stdin | tr 4 5) | git mktree --missing);"
        "m=$(folder r $m | git mktree)"},
};

static void
hostile__trees_are_reported(void **state)
{
	static char script[4096];

	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		struct store_fixture fixture;

		store_fixture_open(&fixture);
		store_put(&fixture, "Todo", "a", "{}");
		store_put(&fixture, "Todo", "b", "{}");
		snprintf(script, sizeof script, "%s %s; %s", script_start,
		    trees[i].script, script_end);
		store_shell(&fixture, script, "");
		weft__store_unlock(fixture.store);
		if (judge(&fixture, trees[i].name) != REPORTED &&
		    !trees[i].is_allowed)
			fail_msg("%s: nobody has noticed", trees[i].name);
		store_fixture_close(&fixture);
	}
}

/*
 * What is not a store
 */

static const struct {
	const char *script; /* run in an empty directory */
	bool is_refused;    /* by opening; else only nothing bad happens */
} places[] = {
    {"git init -q .", true},
    {"git init -q sub; mv sub/.git/* .", true},
    {"git init -q --bare --object-format=sha256 .", true},
    {"git init -q --bare .; git config core.repositoryformatversion 2", true},
    {"git init -q --bare .; git config core.repositoryformatversion 1;"
     "git config extensions.refstorage reftable",
        true},
    {"touch HEAD; mkdir -p objects/pack refs; mkfifo config", false},
    {"echo text > HEAD", true},
    {"git init -q --bare .; rm -r refs; touch refs", false},
    {"git init -q --bare .; mkdir -p refs/weft/db", false},
    {"git init -q --bare .; mkdir -p refs/weft; ln -s db refs/weft/db", false},
    {"git init -q --bare .; mkdir refs/weft;"
     "head -c 100000 /dev/zero > refs/weft/db",
        false},
    {"git init -q --bare .; head -c 100000 /dev/zero > packed-refs", false},
    {"git init -q --bare .; rm -r objects/pack; ln -s pack objects/pack",
        false},
    {"git init -q --bare .; mkdir objects/pack/pack-1.idx", false},
    {"git init -q --bare .; mkfifo objects/pack/pack-1.idx"
     " objects/pack/pack-1.pack",
        false},
    {"git init -q --bare .; touch objects/pack/pack-1.idx"
     " objects/pack/pack-1.pack",
        false},
    {"git init -q --bare .; ln -s /dev/zero objects/pack/pack-1.idx;"
     "ln -s /dev/zero objects/pack/pack-1.pack",
        false},
    {"git init -q --bare .; touch weft", false},
    /* A commit that is not ours, a tree, a blob, under our name. */
    {"git init -q --bare .; git update-ref refs/weft/db $(git -c user.name=n"
     " -c user.email=e commit-tree -m x $(git hash-object -wt tree"
     " /dev/null)); git repack -adq",
        false},
    {"git init -q --bare .; git update-ref refs/weft/db"
     " $(git hash-object -wt tree /dev/null); git repack -adq",
        false},
    {"git init -q --bare .; o=$(echo 1 | git hash-object -w --stdin);"
     "mkdir refs/weft; echo $o > refs/weft/db; git repack -adq",
        false},
};

#define CLEAR "find . -mindepth 1 -delete"

static void
hostile__places_are_refused_or_do_no_harm(void **state)
{
	char command[1024];

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct store_fixture fixture;
		struct weft__store *store;
		int code;

		store_fixture_open(&fixture);
		store_put(&fixture, "Todo", "a", "{}");
		weft__store_close(fixture.store);
		fixture.store = NULL;
		snprintf(command, sizeof command,
		    CLEAR " && (%s) >/dev/null 2>&1 || :",
		    places[i].script);
		store_shell(&fixture, command, "");
		code = weft__store_open(fixture.path, STORE_SOURCE,
		    WEFT__STORE_READ, &store, &fixture.error);
		weft__store_close(store);
		if (places[i].is_refused && code != WEFT_EINVAL)
			fail_msg("%s: %d", places[i].script, code);
		if (!places[i].is_refused)
			(void)!judge(&fixture, places[i].script);
		store_shell(&fixture, CLEAR, "");
		store_fixture_reopen(&fixture);
		store_fixture_close(&fixture);
	}
}

/*
 * Rot
 */

static void
fill(struct store_fixture *fixture)
{
	char id[16], body[100];

	for (int i = 0; i < 300; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		snprintf(body, sizeof body,
		    "{\"id\":\"id-%d\",\"text\":\"some text, number %d\"}", i,
		    i * i);
		store_put(fixture, "Todo", id, body);
		if (i % 100 == 99)
			store_project(fixture);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		store_put(fixture, "Todo", id, NULL);
	}
	store_project(fixture);
	store_put(fixture, "Todo", "new", "{}"); /* for the child */
	weft__store_unlock(fixture->store);
}

/* Changes some bits, or cuts, a file of a copy of the store. */
static void
rot(struct store_fixture *fixture, struct random *random)
{
	char command[1024];

	snprintf(command, sizeof command,
	    "rm -rf ../rotten; cp -R . ../rotten; cd ../rotten;"
	    "chmod -R u+w .; f=$(find objects refs packed-refs HEAD config"
	    " -type f 2>/dev/null | sort | awk '{ l[NR] = $0 }"
	    " END { print l[%" PRIu64 " %% NR + 1] }');"
	    "s=$(wc -c < $f); test $s -gt 0 || exit 0;"
	    "if test %" PRIu64 " = 0; then truncate -s"
	    " $((%" PRIu64 " %% s)) $f; exit; fi;"
	    "for n in %" PRIu64 " %" PRIu64 "; do"
	    " b=$(od -An -tu1 -j $((n %% s)) -N 1 $f | tr -d ' ');"
	    " printf \"\\\\$(printf %%o $((b ^ 1 << n %% 8)))\" | dd of=$f bs=1"
	    " seek=$((n %% s)) conv=notrunc 2>/dev/null; done",
	    random_below(random, 1000), random_below(random, 8),
	    random_below(random, 1u << 30), random_below(random, 1u << 30),
	    random_below(random, 1u << 30));
	store_shell(fixture, command, "");
}

static void
judge_rotten(struct store_fixture *fixture, uint64_t seed)
{
	struct random random = {seed};
	char path[sizeof fixture->path], name[64];

	rot(fixture, &random);
	memcpy(path, fixture->path, sizeof path);
	snprintf(fixture->path, sizeof fixture->path, "%s/rotten",
	    fixture->directory);
	snprintf(name, sizeof name, "WEFT_SEED=%" PRIu64, seed);
	(void)!judge(fixture, name);
	memcpy(fixture->path, path, sizeof path);
}

static void
hostile__rot_does_no_harm(void **state)
{
	uint64_t seed = 1, count = getenv("WEFT_LONG") ? 5000 : 150;
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	fill(&fixture);
	if (random_seed_given(&seed))
		count = 1;
	for (uint64_t i = 0; i < count; i++) {
		/* The second half: as git packs it, with deltas. */
		if (i == count / 2)
			store_shell(&fixture, "git gc -q", "");
		judge_rotten(&fixture, seed + i);
	}
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hostile__packs_are_reported),
	    cmocka_unit_test(hostile__trees_are_reported),
	    cmocka_unit_test(hostile__places_are_refused_or_do_no_harm),
	    cmocka_unit_test(hostile__rot_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

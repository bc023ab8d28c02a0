#include "tests/lib/session_peers.h"

#include <stdio.h>

struct peer source, target;

const struct weft__party parties[2] = {
    {.source = &source.source, .model = "Item"},
    {.source = &target.source, .model = "Item"},
};

const struct weft__session_options everything = {.since = {-1, -1}};

int
set_up(void **state)
{
	peer_init(&source, "source");
	peer_init(&target, "target");
	return 0;
}

void
put_many(struct peer *peer, int count)
{
	char id[PEER_TEXT];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "r%d", i);
		peer_put(peer, id, id);
	}
}

void
assert_same_records(int count)
{
	char id[PEER_TEXT];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "r%d", i);
		assert_string_equal(
		    peer_get(&source, id), peer_get(&target, id));
	}
}

void
run(struct weft__session *session,
    const struct weft__session_options *options)
{
	weft__session_init(session, options);
	session_run(session, parties);
	assert_true(weft__session_done(session));
}

void
sync_all(void)
{
	struct weft__session session;

	run(&session, &everything);
	assert_int_equal(session.result.code, 0);
	assert_int_equal(session.result.source_conflicts.length, 0);
	weft__session_fini(&session);
	memset(source.calls, 0, sizeof source.calls);
	memset(target.calls, 0, sizeof target.calls);
	memset(source.longest, 0, sizeof source.longest);
	memset(target.longest, 0, sizeof target.longest);
}

int
write_meanwhile(struct peer *peer, enum peer_call call, unsigned index,
    void *context)
{
	const struct meanwhile *meanwhile = context;

	if (call == meanwhile->at && index == 0)
		peer_put(peer, "r1", meanwhile->body);
	return 0;
}

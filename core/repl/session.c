#include "core/repl/session.h"

#include <assert.h>

#include "core/repl/diff.h"
#include "core/repl/session_page.h"

#define ATTEMPTS 3

/* Which states may follow a state: a bit for each. */
static const unsigned allowed[] = {
    [WEFT__SESSION_CHECKPOINT_SOURCE] =
	1u << WEFT__SESSION_CHECKPOINT_TARGET | 1u << WEFT__SESSION_FAILED,
    [WEFT__SESSION_CHECKPOINT_TARGET] =
	1u << WEFT__SESSION_PAGING | 1u << WEFT__SESSION_FAILED,
    [WEFT__SESSION_PAGING] = 1u << WEFT__SESSION_CHECKPOINT_SOURCE |
	1u << WEFT__SESSION_DONE | 1u << WEFT__SESSION_FAILED,
    [WEFT__SESSION_DONE] = 0,
    [WEFT__SESSION_FAILED] = 0,
};

static void
move(struct weft__session *session, enum weft__session_state state)
{
	assert(allowed[session->state] & 1u << state);
	session->state = state;
}

static bool
has_ended(const struct weft__session *session)
{
	return session->state == WEFT__SESSION_DONE ||
	    session->state == WEFT__SESSION_FAILED;
}

void
weft__session_init(struct weft__session *session,
    const struct weft__session_options *options)
{
	*session = (struct weft__session){.options = *options};
	if (!session->options.page_limit)
		session->options.page_limit = WEFT_LIMIT_PAGE_CHANGES;
	if (!session->options.attempts)
		session->options.attempts = ATTEMPTS;
	if (options->strict) {
		session->options.since[WEFT__SOURCE] = -1;
		session->options.since[WEFT__TARGET] = WEFT__SINCE_STRICT;
	}
	session->result.attempts = 1;
}

void
weft__session_fini(struct weft__session *session)
{
	assert(!session->busy[WEFT__SOURCE] && !session->busy[WEFT__TARGET]);
	for (int i = 0; i < WEFT_LIMIT_SESSION_WINDOW; i++)
		weft__page_fini(&session->pages[i]);
	weft_change_list_fini(&session->result.source_conflicts);
	weft_change_list_fini(&session->result.target_conflicts);
}

bool
weft__session_done(const struct weft__session *session)
{
	return has_ended(session) && !session->busy[WEFT__SOURCE] &&
	    !session->busy[WEFT__TARGET];
}

void
weft__session_cancel(struct weft__session *session, int code,
    const struct weft_error *error)
{
	struct weft__session_result *result = &session->result;

	if (has_ended(session))
		return;
	result->code = code;
	if (error && error->code)
		result->error = *error;
	else
		weft_error_set(&result->error, code, "%s",
		    weft_error_text(code));
	move(session, WEFT__SESSION_FAILED);
}

static bool
has_many_conflicts(const struct weft__session *session)
{
	const size_t limit = session->options.conflict_limit;

	return limit && session->result.source_conflicts.length >= limit;
}

bool
weft__session_is_full(const struct weft__session *session)
{
	return has_many_conflicts(session) && !has_ended(session) &&
	    !session->busy[WEFT__SOURCE] && !session->busy[WEFT__TARGET];
}

void
weft__session_conflicts_taken(struct weft__session *session)
{
	weft_change_list_clear(&session->result.source_conflicts);
	weft_change_list_clear(&session->result.target_conflicts);
}

/* The side that is to make a checkpoint now. */
static bool
next_checkpoint(struct weft__session *session, enum weft__side side,
    struct weft__call *call)
{
	enum weft__side turn =
	    session->state == WEFT__SESSION_CHECKPOINT_SOURCE ?
	    WEFT__SOURCE : WEFT__TARGET;

	if (side != turn)
		return false;
	*call = (struct weft__call){
	    .side = side,
	    .kind = WEFT__CALL_CHECKPOINT,
	    .checkpoint = &session->checkpoints[side],
	};
	return true;
}

bool
weft__session_next(struct weft__session *session, enum weft__side side,
    struct weft__call *call)
{
	bool found;

	if (session->busy[side] || has_ended(session) ||
	    has_many_conflicts(session))
		return false;
	if (session->state == WEFT__SESSION_PAGING)
		found = weft__page_next(session, side, call);
	else
		found = next_checkpoint(session, side, call);
	session->busy[side] = found;
	return found;
}

/*
 * Another attempt is due if this one wrote something, since what it wrote is
 * recorded under the target's new checkpoint and should not look new to the
 * next session; or if it left something out.
 */
static bool
is_another_due(const struct weft__session *session)
{
	const struct weft__session_result *result = &session->result;

	return (session->sent || session->postponed) &&
	    !result->conflicts &&
	    result->attempts < session->options.attempts;
}

static int64_t
as_since(uint64_t checkpoint)
{
	return checkpoint > INT64_MAX ? INT64_MAX : (int64_t)checkpoint;
}

/*
 * Begins the next attempt, or ends the session, when all pages are through.
 *
 * The next attempt reads the source from the new checkpoint on.  The target
 * compares as before: with a higher 'since' it would take what was written
 * there between the two attempts for known, and let it be overwritten.
 */
static void
finish_attempt(struct weft__session *session)
{
	struct weft__session_result *result = &session->result;

	result->has_checkpoints = true;
	memcpy(result->checkpoints, session->checkpoints,
	    sizeof result->checkpoints);
	session->options.since[WEFT__SOURCE] =
	    as_since(session->checkpoints[WEFT__SOURCE]);
	if (!is_another_due(session)) {
		move(session, WEFT__SESSION_DONE);
		return;
	}
	result->attempts++;
	session->sent = 0;
	session->postponed = 0;
	session->token = (struct weft__page_token){0};
	move(session, WEFT__SESSION_CHECKPOINT_SOURCE);
}

/* What a good answer brings about. */
static int
advance(struct weft__session *session, const struct weft__call *call)
{
	int code;

	if (call->kind == WEFT__CALL_CHECKPOINT) {
		move(session, call->side == WEFT__SOURCE ?
			WEFT__SESSION_CHECKPOINT_TARGET :
			WEFT__SESSION_PAGING);
		return 0;
	}
	code = weft__page_answer(session, call);
	if (!code && session->token.end && weft__pages_free(session))
		finish_attempt(session);
	return code;
}

void
weft__session_answer(struct weft__session *session,
    const struct weft__call *call, int code, const struct weft_error *error)
{
	assert(session->busy[call->side]);
	session->busy[call->side] = false;
	if (has_ended(session))
		return;
	if (code)
		weft__session_cancel(session, code, error);
	else if ((code = advance(session, call)))
		weft__session_cancel(session, code, NULL);
}

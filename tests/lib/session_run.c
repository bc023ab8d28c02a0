#include "tests/lib/session_run.h"

/* Makes the side's next call; false if it has none. */
static bool
run_side(struct weft__session *session, enum weft__side side,
    const struct weft__party *party)
{
	struct weft_error error = {0, ""};
	struct weft__call call;
	int code;

	if (!weft__session_next(session, side, &call))
		return false;
	code = weft__call_make(&call, party, &error);
	weft__session_answer(session, &call, code, &error);
	return true;
}

int
session_run(
    struct weft__session *session, const struct weft__party parties[2])
{
	while (!weft__session_done(session)) {
		bool source = run_side(
		    session, WEFT__SOURCE, &parties[WEFT__SOURCE]);
		bool target = run_side(
		    session, WEFT__TARGET, &parties[WEFT__TARGET]);

		/* One side can always go on; else this would never end. */
		if (!source && !target)
			weft__session_cancel(session, WEFT_EBROKEN, NULL);
	}
	return session->result.code;
}

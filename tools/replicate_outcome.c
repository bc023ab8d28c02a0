#include "tools/replicate_outcome.h"

#include <stdio.h>

#include "core/base/log.h"
#include "core/repl/source.h"
#include "models/replicate/outcome.h"

static bool
is_worth_telling(const struct replicate_outcome *outcome)
{
	const struct spec *a = outcome->a, *b = outcome->b;

	return outcome->has_begun || (a->is_remote && !a->source) ||
	    (b->is_remote && !b->source);
}

/* Keeps it at one side. */
static void
keep(const struct spec *side, const struct spec *peer, bool sends,
    bool receives, const struct replicate_outcome *outcome)
{
	struct weft__outcome kept = {.sends = sends,
	    .receives = receives,
	    .conflicts = outcome->conflicts,
	    .refused = outcome->refused};
	struct weft_error why;

	if (side->is_remote || !side->source || !peer->name ||
	    strlen(peer->name) >= sizeof kept.peer)
		return;
	snprintf(kept.peer, sizeof kept.peer, "%s", peer->name);
	snprintf(kept.error, sizeof kept.error, "%s",
	    outcome->error ? outcome->error : "");
	if (peer->source)
		snprintf(kept.epoch, sizeof kept.epoch, "%s",
		    peer->source->ops->epoch(peer->source));
	if (weft__outcome_keep(side->datasource, &kept, &why))
		weft__log(WEFT_LOG_INFO, "replicate", "%s: %s", side->path,
		    why.text);
}

void
replicate_outcome_keep(const struct replicate_outcome *outcome)
{
	const struct spec *a = outcome->a, *b = outcome->b;

	if (!is_worth_telling(outcome))
		return;
	keep(a, b, true, outcome->both, outcome);
	keep(b, a, outcome->both, true, outcome);
}

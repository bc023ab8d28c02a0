/*
 * Who wrote a record last: the journal has it.
 */
#include "models/source/local.h"

#include "models/transaction.h"

struct look {
	struct weft_model *model;
	struct weft_slice id, peer;
	uint64_t taken;
	bool known;
	struct weft_change_list *list; /* to be reduced; or NULL */
	bool only_deletions; /* of it */
};

static int
compare_origin(const struct weft_connector_journal_row *row, void *context)
{
	struct look *look = context;

	look->known = weft_slice_equal(row->origin, look->peer);
	return 0;
}

static int
look_at(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct look *look = context;
	struct weft__current current;
	uint64_t seq;
	int code = weft__tracker_load(
	    transaction, look->model, look->id, &current, error);

	look->known = false;
	if (code || !current.has_track)
		return code;
	look->known = current.track.checkpoint < look->taken;
	seq = current.track.seq;
	if (look->known || !seq)
		return 0;
	return session->ops->journal_read(session, look->model->index, seq - 1,
	    seq, 1, compare_origin, look, error);
}

static int
look_at_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct look *look = context;
	struct weft_change_list *list = look->list;
	size_t left = 0;

	for (size_t i = 0; i < list->length; i++) {
		int code = 0;

		look->id = list->changes[i].model_id;
		look->known = false;
		if (!look->only_deletions || !list->changes[i].rev.data)
			code = look_at(transaction, look, error);
		if (code)
			return code;
		if (!look->known)
			list->changes[left++] = list->changes[i];
	}
	list->length = left;
	return 0;
}

int
weft__source_local_drop_peers(struct weft_source *source, const char *model,
    const char *peer, bool only_deletions, struct weft_change_list *list,
    struct weft_error *error)
{
	struct look look = {
	    .peer = weft_slice(peer),
	    .list = list,
	    .only_deletions = only_deletions,
	};
	int code;

	if (!weft__source_is_local(source) || !*peer || !list->length)
		return 0;
	code = weft__source_local_model(source, model, &look.model, error);
	return code ? code
		    : weft__datasource_read(look.model->datasource,
			  look_at_all, &look, error);
}

int
weft__source_local_is_known(struct weft_source *source, const char *model,
    struct weft_slice id, const char *peer, uint64_t taken, bool *known,
    struct weft_error *error)
{
	struct look look = {
	    .id = id, .peer = weft_slice(peer), .taken = taken};
	int code;

	*known = false;
	if (!weft__source_is_local(source) || !*peer)
		return 0;
	code = weft__source_local_model(source, model, &look.model, error);
	if (!code)
		code = weft__datasource_read(
		    look.model->datasource, look_at, &look, error);
	*known = !code && look.known;
	return code;
}

#include <inttypes.h>

#include <weft/conflict.h>
#include <weft/live.h>
#include <weft/record.h>
#include <weft/store.h>

#include "models/replicate/outcome.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/spec.h"

/* What the command finds out about one source, in text and JSON. */
struct report {
	const struct command_line *line;
	const struct spec *spec;
	struct json_out out;
	uint64_t conflicts;
};

static int
report_datasource(struct report *report, struct weft_error *error)
{
	struct weft_datasource *datasource = report->spec->datasource;
	struct json_out *out = &report->out;
	struct weft_datasource_status status;
	const char *store = weft_store_path(datasource);
	int code;

	code = weft_datasource_get_status(datasource, &status, error);
	if (code)
		return code;
	json_out_text(out, "source", weft_slice(report->spec->name));
	json_out_text(out, "datasource",
	    weft_slice(weft_datasource_name(datasource)));
	json_out_text(out, "epoch", weft_slice(status.epoch));
	json_out_number(out, "checkpoint", status.checkpoint);
	json_out_number(out, "seq", status.seq);
	json_out_number(out, "journalFirst", status.journal_first);
	json_out_number(out, "journalLast", status.journal_last);
	json_out_text(out, "store", weft_slice(store));
	json_out_number(out, "storedSeq", status.stored_seq);
	json_out_bool(out, "damaged", status.is_damaged);
	json_out_bool(out, "stored", status.is_stored);
	json_out_text(out, "commit",
	    weft_slice(status.commit[0] ? status.commit : NULL));
	output_text(report->line, "source      %s (datasource %s)\n",
	    report->spec->name, weft_datasource_name(datasource));
	output_text(report->line, "checkpoint  %" PRIu64 "\n",
	    status.checkpoint);
	output_text(report->line, "writes      %" PRIu64 ", of which the "
	    "journal has %" PRIu64 " to %" PRIu64 "\n", status.seq,
	    status.journal_first, status.journal_last);
	output_text(report->line, "store       %s\n", store ? store : "none");
	if (status.is_damaged)
		output_text(report->line, "            damaged: its last "
		    "commit cannot be read (see weft verify)\n");
	else if (store)
		output_text(report->line, "            has writes to %" PRIu64
		    "%s%.12s\n", status.stored_seq,
		    status.commit[0] ? ", commit " : "", status.commit);
	return 0;
}

static int
report_model(struct report *report, struct weft_model *model,
    struct weft_error *error)
{
	const char *name = weft_model_name(model);
	bool tracked = weft_model_is_tracked(model);
	char root[41] = "";
	uint64_t count;
	int code;

	code = weft_record_count(model, NULL, weft_slice(NULL), &count, error);
	if (code)
		return code;
	/* Without an up-to-date store there is no root: that is no fault. */
	if (tracked &&
	    weft_source_root(report->spec->source, name, root, NULL))
		root[0] = '\0';
	json_out_begin(&report->out, NULL, '{');
	json_out_text(&report->out, "model", weft_slice(name));
	json_out_number(&report->out, "records", count);
	json_out_bool(&report->out, "tracked", tracked);
	json_out_text(&report->out, "root",
	    weft_slice(root[0] ? root : NULL));
	json_out_end(&report->out, '}');
	output_text(report->line, "model       %s: %" PRIu64 " records%s%s\n",
	    name, count, tracked ? ", root " : ", not tracked",
	    !tracked ? "" : root[0] ? root : "not known");
	return 0;
}

static int
report_models(struct report *report, struct weft_error *error)
{
	const struct spec *spec = report->spec;
	struct weft_model *model;
	int code = 0;

	json_out_begin(&report->out, "models", '[');
	for (size_t i = 0; !code &&
	     (model = weft_registry_model_at(spec->registry, i)); i++) {
		if (weft_model_datasource(model) != spec->datasource)
			continue;
		if (!spec->model ||
		    strcmp(spec->model, weft_model_name(model)) == 0)
			code = report_model(report, model, error);
	}
	json_out_end(&report->out, ']');
	return code;
}

static int
report_consumer(const struct weft_consumer *consumer, void *context)
{
	struct report *report = context;
	char time[OUTPUT_TIME_SIZE];

	output_time(consumer->last_seen_ms, time);
	json_out_begin(&report->out, NULL, '{');
	json_out_text(&report->out, "name", weft_slice(consumer->name));
	json_out_text(&report->out, "owner", weft_slice(consumer->owner));
	json_out_number(&report->out, "position", consumer->position);
	json_out_number(&report->out, "pending", consumer->pending);
	json_out_text(&report->out, "lastSeen", weft_slice(time));
	json_out_end(&report->out, '}');
	output_text(report->line, "consumer    %s at %" PRIu64 ", %" PRIu64
	    " writes behind, seen %s\n", consumer->name, consumer->position,
	    consumer->pending, time);
	return 0;
}

/* A time, or null if it never was. */
static void
report_time(struct report *report, const char *name, uint64_t time_ms)
{
	char time[OUTPUT_TIME_SIZE];

	output_time(time_ms, time);
	json_out_text(
	    &report->out, name, weft_slice(time_ms ? time : NULL));
}

static void
print_peer(const struct command_line *line, const struct weft_live_peer *peer)
{
	const char *state = weft_live_state_name(peer->state);
	char since[OUTPUT_TIME_SIZE], last[OUTPUT_TIME_SIZE];
	bool is_lost = !peer->is_running && peer->state < WEFT_LIVE_REFUSED;

	output_time(is_lost ? peer->seen_ms : peer->since_ms, since);
	output_time(peer->success_ms, last);
	output_text(line, "peer        %s: %s%s %s %s%s%s\n", peer->url,
	    is_lost ? "not running, was " : "", state,
	    is_lost ? "until" : "since", since, *peer->error ? ": " : "",
	    peer->error);
	output_text(line, "            %" PRIu64 " to send, %" PRIu64
	    " to receive, %" PRIu64 " conflicts, last success %s\n",
	    peer->to_send, peer->to_receive, peer->conflicts,
	    peer->success_ms ? last : "never");
}

static int
report_peer(const struct weft_live_peer *peer, void *context)
{
	struct report *report = context;
	struct json_out *out = &report->out;

	json_out_begin(out, NULL, '{');
	json_out_text(out, "peer", weft_slice(peer->url));
	json_out_text(
	    out, "state", weft_slice(weft_live_state_name(peer->state)));
	json_out_bool(out, "running", peer->is_running);
	report_time(report, "since", peer->since_ms);
	report_time(report, "seen", peer->seen_ms);
	report_time(report, "lastSuccess", peer->success_ms);
	json_out_number(out, "toSend", peer->to_send);
	json_out_number(out, "toReceive", peer->to_receive);
	json_out_number(out, "conflicts", peer->conflicts);
	json_out_text(
	    out, "error", weft_slice(*peer->error ? peer->error : NULL));
	json_out_end(out, '}');
	print_peer(report->line, peer);
	return 0;
}

static const char *
name_ways(const struct weft__outcome *outcome)
{
	if (outcome->sends && outcome->receives)
		return "both ways";
	return outcome->sends ? "sent" : "received";
}

static void
print_pending(const struct command_line *line,
    const struct weft__pending *pending)
{
	if (pending->knows_to_send)
		output_text(line, "            %" PRIu64 " to send",
		    pending->to_send);
	else
		output_text(line, "            %s", pending->has_sent
		    ? "what is to send is not known" : "nothing sent yet");
	if (pending->received_to)
		output_text(line, ", received to its checkpoint %" PRIu64,
		    pending->received_to);
	else
		output_text(line, ", nothing received yet");
}

static void
print_outcome(const struct command_line *line,
    const struct weft__outcome *outcome, const struct weft__pending *pending)
{
	char ended[OUTPUT_TIME_SIZE], last[OUTPUT_TIME_SIZE];

	output_time(outcome->ended_ms, ended);
	output_time(outcome->success_ms, last);
	output_text(line, "replicated  %s: %s until %s: ", outcome->peer,
	    name_ways(outcome), ended);
	if (*outcome->error)
		output_text(line, "failed: %s\n", outcome->error);
	else if (outcome->conflicts || outcome->refused)
		output_text(line, "%" PRIu64 " conflicts left, %" PRIu64
		    " refused\n", outcome->conflicts, outcome->refused);
	else
		output_text(line, "ok\n");
	print_pending(line, pending);
	output_text(line, ", last success %s\n",
	    outcome->success_ms ? last : "never");
}

/* A number, or null if it is not known. */
static void
report_number(struct report *report, const char *name, uint64_t number,
    bool is_known)
{
	if (is_known)
		json_out_number(&report->out, name, number);
	else
		json_out_text(&report->out, name, weft_slice(NULL));
}

static int
report_outcome(const struct weft__outcome *outcome,
    const struct weft__pending *pending, void *context)
{
	struct report *report = context;
	struct json_out *out = &report->out;

	json_out_begin(out, NULL, '{');
	json_out_text(out, "peer", weft_slice(outcome->peer));
	json_out_bool(out, "sends", outcome->sends);
	json_out_bool(out, "receives", outcome->receives);
	report_time(report, "ended", outcome->ended_ms);
	report_time(report, "lastSuccess", outcome->success_ms);
	json_out_number(out, "conflicts", outcome->conflicts);
	json_out_number(out, "refused", outcome->refused);
	json_out_text(out, "error",
	    weft_slice(*outcome->error ? outcome->error : NULL));
	report_number(
	    report, "toSend", pending->to_send, pending->knows_to_send);
	report_number(report, "receivedTo", pending->received_to,
	    pending->received_to > 0);
	json_out_end(out, '}');
	print_outcome(report->line, outcome, pending);
	return 0;
}

/* Of whom it was replicated with: live, and by commands that have ended. */
static int
report_peers(struct report *report, struct weft_error *error)
{
	struct weft_datasource *datasource = report->spec->datasource;
	int code;

	json_out_begin(&report->out, "peers", '[');
	code = weft_live_each_peer(datasource, report_peer, report, error);
	json_out_end(&report->out, ']');
	json_out_begin(&report->out, "replicated", '[');
	if (!code)
		code = weft__outcome_each(
		    datasource, report_outcome, report, error);
	json_out_end(&report->out, ']');
	return code;
}

static int
count_conflict(struct weft_slice json, void *context)
{
	struct report *report = context;

	report->conflicts++;
	return 0;
}

static int
report_all(struct report *report, struct weft_error *error)
{
	const struct spec *spec = report->spec;
	int code;

	json_out_begin(&report->out, NULL, '{');
	code = report_datasource(report, error);
	if (!code)
		code = report_models(report, error);
	json_out_begin(&report->out, "consumers", '[');
	if (!code)
		code = weft_consumer_each(spec->datasource, report_consumer,
		    report, error);
	json_out_end(&report->out, ']');
	if (!code)
		code = report_peers(report, error);
	if (!code)
		code = weft_conflict_each_kept(spec->source, count_conflict,
		    report, error);
	json_out_number(&report->out, "conflicts", report->conflicts);
	json_out_end(&report->out, '}');
	if (code)
		return code;
	output_text(report->line, "conflicts   %" PRIu64 "\n",
	    report->conflicts);
	return report->line->json ? json_out_print(&report->out, error) : 0;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct spec spec = {0};
	struct report report = {.line = line, .spec = &spec};
	int code;

	json_out_init(&report.out);
	code = spec_open(&spec, line, 0, SPEC_READ, error);
	if (!code)
		code = report_all(&report, error);
	json_out_fini(&report.out);
	spec_close(&spec);
	return code;
}

const struct command cmd_status = {
	.name = "status",
	.arguments = "SOURCE",
	.summary = "Tell how a source is",
	.about = "Prints its checkpoint, how many writes it has accepted and "
	    "how many of them its store has, each model with the number of "
	    "its records and its root (sources with equal roots have equal "
	    "records), who reads its journal, and how many conflicts wait "
	    "to be resolved. Of each server that it was replicated with live: "
	    "how that stands, as whoever replicates has said last, since when "
	    "and why; how many writes are to be sent, and how many to be "
	    "received; and when both sides last had everything. Of each "
	    "other replication: which way it last went, when it ended and "
	    "how; how many writes were made since that are to be sent, and "
	    "up to which checkpoint of the other side all is here; and when "
	    "one last went well. Nobody is asked for it.",
	.least = 1,
	.most = 1,
	.run = run,
};

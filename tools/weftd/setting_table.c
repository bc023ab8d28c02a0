#include "tools/weftd/setting_table.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const char *const levels[] = {
    "error", "warning", "info", "debug", NULL};
static const char *const formats[] = {"logfmt", "json", NULL};
static const char *const accesses[] = {"local", "open", "off", NULL};

#define AT(member) offsetof(struct settings, member)
#define MIB (INT64_C(1) << 20)

const struct setting setting_table[] = {
    {CONFIG_JSON, "host", SETTING_TEXT, AT(host), 0, 0, NULL, "\"127.0.0.1\"",
	"Address or name to listen on.", true, &setting_host},
    {CONFIG_JSON, "port", SETTING_PORT, AT(port), 0, UINT16_MAX, NULL, "3000",
	"Port to listen on; 0 takes any that is free.", true},
    {CONFIG_JSON, "restApiRoot", SETTING_TEXT, AT(root), 0, 0, NULL, "\"/api\"",
	"Path under which the models are.", true, &setting_root},
    {CONFIG_JSON, "remoting.json.limit", SETTING_SIZE, AT(json_limit), 1024,
	INT64_C(1) << 40, NULL, "\"1mb\"",
	"Largest body of a request but for bulk ones."},
    {WEFTD_JSON, "tls.certificate", SETTING_PATH, AT(tls_certificate), 0, 0,
	NULL, NULL, "PEM file of the certificate and its chain.", true},
    {WEFTD_JSON, "tls.key", SETTING_PATH, AT(tls_key), 0, 0, NULL, NULL,
	"PEM file of the private key.", true},
    {WEFTD_JSON, "threads", SETTING_NUMBER, AT(threads), 0, 256, NULL, "0",
	"Threads that serve connections; 0: one for each core.", true},
    {WEFTD_JSON, "workers", SETTING_NUMBER, AT(workers), 1, 256, NULL, "4",
	"Threads that work on databases and passwords.", true},
    {WEFTD_JSON, "limits.bulk", SETTING_SIZE, AT(bulk_limit), 1024,
	INT64_C(1) << 40, NULL, "\"256mb\"",
	"Largest body of bulk-update, diff, create-updates and sync."},
    {WEFTD_JSON, "limits.spool", SETTING_SIZE, AT(spool_limit), 1 << 20,
	INT64_C(1) << 50, NULL, "\"4gb\"",
	"Large bodies of requests and answers on disk, all together."},
    {WEFTD_JSON, "limits.connections", SETTING_NUMBER, AT(connections), 1,
	10000000, NULL, "10000", "Connections at a time."},
    {WEFTD_JSON, "limits.connectionsPerAddress", SETTING_NUMBER,
	AT(connections_of_address), 1, 10000000, NULL, "10000",
	"Connections at a time from one address."},
    {WEFTD_JSON, "limits.requestsPerConnection", SETTING_NUMBER,
	AT(requests_of_connection), 1, INT64_MAX, NULL, "1000000",
	"Requests after which a connection is closed."},
    {WEFTD_JSON, "timeouts.head", SETTING_NUMBER, AT(head_seconds), 1, 3600,
	NULL, "15", "Seconds in which a request's head must have come."},
    {WEFTD_JSON, "timeouts.idle", SETTING_NUMBER, AT(idle_seconds), 1, 86400,
	NULL, "120", "Seconds that a connection may rest between requests."},
    {WEFTD_JSON, "timeouts.body", SETTING_NUMBER, AT(body_seconds), 1, 3600,
	NULL, "30", "Seconds in which a body must go on."},
    {WEFTD_JSON, "timeouts.request", SETTING_NUMBER, AT(request_seconds), 1,
	86400, NULL, "30",
	"Seconds that a request may take, or a part of a bulk one: then 503."},
    {WEFTD_JSON, "timeouts.drain", SETTING_NUMBER, AT(drain_seconds), 0, 3600,
	NULL, "20", "Seconds that open requests get at the end."},
    {WEFTD_JSON, "cors.origins", SETTING_LIST, AT(cors_origins), 0, 0, NULL,
	"[]", "Origins of other sites' pages that may use the API; \"*\": any.",
	false,
	&setting_origin},
    {WEFTD_JSON, "cors.credentials", SETTING_FLAG, AT(cors_credentials), 0, 0,
	NULL, "false", "Whether these may send cookies."},
    {WEFTD_JSON, "proxies", SETTING_LIST, AT(proxies), 0, 0, NULL, "[]",
	"Addresses, networks of proxies whose X-Forwarded-For is believed.",
	false, &setting_network},
    {WEFTD_JSON, "gzip", SETTING_FLAG, AT(gzip), 0, 0, NULL, "true",
	"Whether gzip is used: answers for those who ask, bodies of requests."},
    {WEFTD_JSON, "files.folder", SETTING_PATH, AT(files_folder), 0, 0, NULL,
	NULL, "Folder whose files browsers get: a page that uses the models.",
	true},
    {WEFTD_JSON, "files.policy", SETTING_TEXT, AT(files_policy), 0, 0, NULL,
	"\"default-src 'self'; base-uri 'none'; frame-ancestors 'none'\"",
	"Content-Security-Policy of these files; empty: none.", true,
	&setting_line},
    {WEFTD_JSON, "denyUnlisted", SETTING_FLAG, AT(deny_unlisted), 0, 0, NULL,
	"false", "Denies what no ACL allows, where LoopBack would allow it."},
    {WEFTD_JSON, "users.resetCommand", SETTING_LIST, AT(reset_command), 0, 0,
	NULL, "[]",
	"Program and arguments that mail a token for a new password.", true},
    {WEFTD_JSON, "log.level", SETTING_WORD, AT(log_level), 0, 0, levels,
	"\"info\"", "How much is logged."},
    {WEFTD_JSON, "log.format", SETTING_WORD, AT(log_format), 0, 0, formats,
	"\"logfmt\"", "How: key=value pairs, or an object a line."},
    {WEFTD_JSON, "log.access", SETTING_FLAG, AT(log_access), 0, 0, NULL, "true",
	"Whether each request is logged."},
    {WEFTD_JSON, "metrics", SETTING_WORD, AT(metrics), 0, 0, accesses,
	"\"local\"",
	"Who may read /metrics: peers on this machine, all, none."},
    {WEFTD_JSON, "store.interval", SETTING_NUMBER, AT(project_ms), 10, 3600000,
	NULL, "1000",
	"Milliseconds after which changes are in the revision store.", true},
    {WEFTD_JSON, "replicate.enabled", SETTING_FLAG, AT(replicate), 0, 0, NULL,
	"true", "Whether /replicate serves weft.repl.v1 over WebSocket.", true},
    {WEFTD_JSON, "replicate.origins", SETTING_LIST, AT(replicate_origins), 0,
	0, NULL, "[]",
	"Origins of other sites' pages that may replicate; \"*\": any.", true,
	&setting_origin},
    {WEFTD_JSON, "replicate.deflate", SETTING_FLAG, AT(replicate_deflate), 0,
	0, NULL, "false",
	"Whether messages are compressed for clients that offer it.", true},
    {WEFTD_JSON, "replicate.window", SETTING_SIZE, AT(replicate_window), 65536,
	INT64_C(1) << 30, NULL, "\"4mb\"",
	"Bytes of changes that a client may send ahead of the answers.", true},
    {WEFTD_JSON, "replicate.wait", SETTING_NUMBER, AT(replicate_wait_seconds),
	1, 3600, NULL, "60",
	"Seconds after which a client that takes nothing is cut off.", true},
};

const size_t setting_count = sizeof setting_table / sizeof *setting_table;

/* The largest unit of which it is a multiple: "1kb", "4gb". */
static void
write_size(int64_t size, char *text, size_t room)
{
	static const char *const units[] = {"", "kb", "mb", "gb", "tb"};
	unsigned unit = 0;

	for (; unit + 1 < sizeof units / sizeof *units && size % 1024 == 0;
	     unit++)
		size /= 1024;
	snprintf(text, room, "%" PRId64 "%s", size, units[unit]);
}

static void
describe_size(const struct setting *setting, char *text, size_t room)
{
	char least[32], most[32];

	write_size(setting->least, least, sizeof least);
	write_size(setting->most, most, sizeof most);
	snprintf(text, room, "a size from %s to %s, like 65536 or \"256mb\"",
	    least, most);
}

static void
describe_words(const struct setting *setting, char *text, size_t room)
{
	size_t used = (size_t)snprintf(text, room, "one of");

	for (const char *const *word = setting->words; *word; word++)
		used += (size_t)snprintf(text + used, room - used, "%s \"%s\"",
		    word == setting->words ? "" : ",", *word);
}

void
setting_describe(const struct setting *setting, char *text, size_t room)
{
	const char *form = setting->form ? setting->form->expected : NULL;

	switch (setting->kind) {
	case SETTING_TEXT:
		snprintf(text, room, "%s", form ? form : "a text");
		break;
	case SETTING_PATH:
		snprintf(text, room, "a path");
		break;
	case SETTING_FLAG:
		snprintf(text, room, "true or false");
		break;
	case SETTING_NUMBER:
		snprintf(text, room, "a number from %" PRId64 " to %" PRId64,
		    setting->least, setting->most);
		break;
	case SETTING_PORT:
		snprintf(text, room, "a number from %" PRId64 " to %" PRId64
		    ", or such a text",
		    setting->least, setting->most);
		break;
	case SETTING_SIZE:
		describe_size(setting, text, room);
		break;
	case SETTING_LIST:
		snprintf(text, room, "a list, each %s", form ? form : "a text");
		break;
	case SETTING_WORD:
		describe_words(setting, text, room);
		break;
	}
}

static bool
lists_equal(const struct setting_list *a, const struct setting_list *b)
{
	if (a->length != b->length)
		return false;
	for (size_t i = 0; i < a->length; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

bool
setting_equal(const struct setting *setting, const struct settings *a,
    const struct settings *b)
{
	const char *one = (const char *)a + setting->offset;
	const char *other = (const char *)b + setting->offset;
	const char *text, *other_text;

	switch (setting->kind) {
	case SETTING_TEXT:
	case SETTING_PATH:
		text = *(char *const *)(const void *)one;
		other_text = *(char *const *)(const void *)other;
		return text && other_text ? !strcmp(text, other_text)
					  : text == other_text;
	case SETTING_LIST:
		return lists_equal((const void *)one, (const void *)other);
	default:
		return !memcmp(one, other, sizeof(int64_t));
	}
}

void
settings_print_help(FILE *out)
{
	const char *file = "";
	char expected[160];

	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &setting_table[i];

		if (strcmp(file, setting->file) != 0)
			fprintf(out, "\n%s:\n", setting->file);
		file = setting->file;
		setting_describe(setting, expected, sizeof expected);
		fprintf(out, "  %s: %s\n", setting->key, expected);
		fprintf(out, "      %s", setting->help);
		if (setting->otherwise)
			fprintf(out, " Default: %s.", setting->otherwise);
		if (setting->is_fixed)
			fputs(" A change takes a restart.", out);
		fputc('\n', out);
	}
}

void
settings_print_mdoc(FILE *out)
{
	const char *file = "";
	char expected[160];

	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &setting_table[i];

		if (strcmp(file, setting->file) != 0)
			fprintf(out, "%s.Ss %s\n.Bl -tag -width Ds\n",
			    *file ? ".El\n" : "", setting->file);
		file = setting->file;
		setting_describe(setting, expected, sizeof expected);
		fprintf(out, ".It Cm %s : No %s\n%s\n", setting->key,
		    expected, setting->help);
		if (setting->otherwise)
			fprintf(out, "Default: %s.\n", setting->otherwise);
		if (setting->is_fixed)
			fputs("A change takes a restart.\n", out);
	}
	fprintf(out, ".El\n");
}

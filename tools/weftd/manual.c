#include "tools/weftd/manual.h"

#include "tools/weftd/settings.h"

const char manual_usage[] =
    "usage: weftd --config DIR [--check-config]\n"
    "       weftd --help | --help-config | --manual | --version\n";

static const char help[] =
    "Serves the models of a directory to LoopBack clients, to other weft\n"
    "servers, and to everything that speaks HTTP.\n\n"
    "  -c, --config DIR    where config.json, weftd.json, datasources.json,\n"
    "                      model-config.json and the models' files are\n"
    "      --check-config  reads all of it, says what is wrong, and ends\n"
    "      --help-config   every setting of config.json and weftd.json\n"
    "      --manual        the manual page weftd(8) in mdoc\n"
    "      --version       the version\n"
    "  -h, --help          this\n\n"
    "Prints \"listening URL\" when it is ready.  SIGTERM and SIGINT end it\n"
    "when open requests are answered (twice: at once), SIGHUP reads all files\n"
    "again: certificate and key, files for browsers, settings, rules.\n";

static const char head[] =
    ".\\\" Made by `weftd --manual`; edit tools/weftd/, not this file.\n"
    ".Dd November 21, 2026\n"
    ".Dt WEFTD 8\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm weftd\n"
    ".Nd serve tracked records over HTTP\n"
    ".Sh SYNOPSIS\n"
    ".Nm weftd\n"
    ".Fl Fl config Ar DIR\n"
    ".Op Fl Fl check-config\n"
    ".Nm weftd\n"
    ".Fl Fl help | Fl Fl help-config | Fl Fl manual | Fl Fl version\n"
    ".Sh DESCRIPTION\n"
    "weftd serves the models of a directory, as LoopBack 3 would: records,\n"
    "replication, users, rights, change streams.\n"
    "An existing LoopBack client uses it as its server without noticing.\n"
    "The files of the directory are LoopBack's own.\n"
    ".Pp\n"
    "It stays in the foreground.\n"
    "When it is ready it prints the line\n"
    ".Dq listening URL\n"
    "on standard output, and tells systemd if that started it.\n"
    "Messages and requests are logged on standard error, a line each;\n"
    "queries, headers and bodies never are.\n"
    ".Bl -tag -width Ds\n"
    ".It Fl c , Fl Fl config Ar DIR\n"
    "The directory.\n"
    ".It Fl Fl check-config\n"
    "Read all files of the directory, say what is wrong, and end.\n"
    "Nothing is written, and a daemon may be running.\n"
    ".It Fl Fl help-config\n"
    "Print every setting.\n"
    ".El\n"
    ".Pp\n"
    "Besides the API there are\n"
    ".Pa /healthz\n"
    "(the process is there),\n"
    ".Pa /readyz\n"
    "(it should get requests),\n"
    ".Pa /metrics\n"
    "(for Prometheus) and\n"
    ".Pa /openapi.json\n"
    "(the API's description, made from the models).\n"
    ".Sh SIGNALS\n"
    ".Bl -tag -width Ds\n"
    ".It Dv SIGTERM , SIGINT\n"
    "No more connections are taken, open requests are answered, streams are\n"
    "ended, the revision store is brought up to date.\n"
    "A second one breaks off what is still open, but for a transaction that\n"
    "is being applied; nothing that was acknowledged is lost.\n"
    ".It Dv SIGHUP\n"
    "All files are read again: certificate and key, files for browsers,\n"
    "settings, the models'\n"
    ".Dq acls .\n"
    "What takes a restart is named in the log; if a file is wrong,\n"
    "settings and rules stay as they were.\n"
    ".El\n"
    ".Sh SETTINGS\n"
    "config.json is LoopBack's, and may have keys that are not listed here.\n"
    "weftd.json may not.\n"
    "A dot leads into an object: tls.key is\n"
    ".Dq {\"tls\": {\"key\": ...}} .\n";

static const char tail[] =
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width Ds\n"
    ".It 0\n"
    "It was told to end, or the configuration is good.\n"
    ".It 1\n"
    "Something could not be opened or served.\n"
    ".It 2\n"
    "The command line is wrong.\n"
    ".It 78\n"
    "The configuration is wrong.\n"
    ".El\n"
    ".Sh SEE ALSO\n"
    ".Xr weft 1\n";

void
manual_print_help(FILE *out)
{
	fprintf(out, "%s\n%s", manual_usage, help);
}

void
manual_print_page(FILE *out)
{
	fputs(head, out);
	settings_print_mdoc(out);
	fputs(tail, out);
}

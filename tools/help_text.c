#include "tools/help_text.h"

const char help_text_about[] =
    "weft keeps the records of an application's models in databases, tracks "
    "every change, keeps the history in a plain git repository beside each "
    "database, and replicates between any two of them. What both sides "
    "changed is a conflict, which is settled by a policy or by you.\n\n"
    "A command that writes holds its source for itself while it runs: "
    "another one is refused and told who holds it. Commands that read never "
    "wait. A command that ends with 0 has made its work durable; killed at "
    "any point, it leaves what it had committed, and nothing half-done.";

const char help_text_sources[] =
    "Most commands work on a source: a database with its models, its "
    "journal and its history. It is named in one of these ways:\n\n"
    "DIR: a configuration directory with datasources.json, "
    "model-config.json and models/, as LoopBack has them. `weft init` makes "
    "one.\n\n"
    "sqlite:FILE: an SQLite database of weft's; it carries the definitions "
    "of its models. Where one is written as a whole (init, the second "
    "source of replicate) a missing file is created.\n\n"
    "http://HOST:PORT/api, or https: a server, be it weftd or LoopBack 3, for "
    "replicate, diff, verify with two sources, changes, checkpoint, and as "
    "the other side of resolve. http://USER:PASSWORD@HOST/api logs in; "
    "otherwise --token-file or the variable WEFT_TOKEN has the access token. "
    "A LoopBack server does not tell its models: they are those of the other "
    "source, or of --model.\n\n"
    "DIR:Model, sqlite:FILE:Model, http://HOST/api:Model: one model of it. "
    "A path that exists is never split at a colon. A model of DIR whose "
    "datasource has \"connector\": \"remote\" is on the server of its "
    "\"url\".";

const char help_text_points[] =
    "A point in the history of a source is a checkpoint's number, or a time: "
    "2024-01-31, 2024-01-31T12:00, 2024-01-31T12:00:00Z, "
    "2024-01-31T13:00:00+01:00; without an offset it is UTC, as are all times "
    "that weft prints. The state at a checkpoint is that of its end; at 0 "
    "there was nothing yet.\n\n"
    "The history keeps a state for each commit (`weft log`). A point between "
    "two commits has the state of the one before it.";

const char help_text_signal[] =
    "Stopped by signal n (SIGINT is 2, SIGTERM 15), between two steps: what "
    "was done until then is durable.";

const char help_text_examples[] =
    "Make two sources, fill one, replicate, and see what changed:\n"
    ".Bd -literal -offset indent\n"
    "weft init A --model Note.json\n"
    "weft import A:Note notes.ndjson\n"
    "weft replicate A sqlite:b.db\n"
    "weft put A:Note '{\"id\":\"1\",\"text\":\"ours\"}'\n"
    "weft put sqlite:b.db:Note '{\"id\":\"1\",\"text\":\"theirs\"}'\n"
    "weft replicate A sqlite:b.db\n"
    "weft conflicts A\n"
    "weft resolve A Note 1 --using source\n"
    "weft replicate A sqlite:b.db\n"
    "weft verify A sqlite:b.db\n"
    "git -C A/db.sqlite.git log\n"
    ".Ed";

#!/bin/sh
# Includes point only leftward: core <- models <- transports <- tools,
# examples; within core: base <- track <- store <- repl.  The public headers
# stand alone, and foreign interfaces are seen where they belong only.
. "$(dirname "$0")/lib.sh"

# Lines "file folder:of:includer included" of wrong includes of our own.
layers()
(
	found=$(files "$1" '*.[ch]' include $library $programs)
	cd "$1" && "$awk" '
	BEGIN {
		split("core/base core/track core/store core/repl models " \
		    "transports tools", order, " ")
		for (i in order)
			rank[order[i]] = i + 0
	}
	function folder(path) {
		if (match(path, /^core\/[a-z]+\//))
			return substr(path, 1, RLENGTH - 1)
		sub(/\/.*/, "", path)
		return path
	}
	!/^[ \t]*#[ \t]*include[ \t]*["<]/ { next }
	{
		path = $0
		sub(/^[^"<]*["<]/, "", path)
		sub(/[">].*/, "", path)
		own = /"/
		from = folder(FILENAME)
		to = folder(path)
		why = ""
		if (own && !(to in rank))
			why = "not a path from the top"
		else if (!own && to in rank)
			why = "ours: belongs in quotes"
		else if (own && (from == "include" || from == "examples"))
			why = "only public headers may be included here"
		else if (own && rank[to] > rank[from])
			why = from " must not know " to
		if (why != "")
			print FILENAME ":" FNR ": " path ": " why
	}' /dev/null $found
)

# Lines "file:line: header: where it belongs" of foreign headers elsewhere.
foreign()
(
	found=$(files "$1" '*.[ch]' include $library $programs)
	cd "$1" && "$awk" '
	!/^[ \t]*#[ \t]*include[ \t]*</ { next }
	{
		path = $0
		sub(/^[^<]*</, "", path)
		sub(/>.*/, "", path)
		home = ""
		if (path ~ /^git2/)
			home = "core/store/objects_git.c"
		else if (path ~ /^sqlite3/)
			home = "models/connectors/sqlite"
		else if (path ~ /^libpq/)
			home = "models/connectors/postgres"
		else if (path ~ /^curl/)
			home = "transports/remote/"
		else if (path ~ /^(event2|netinet|arpa)\/|^sys\/socket|^netdb/)
			home = "transports/"
		if (FILENAME == "tools/weftd/notify.c" && path == "sys/socket.h")
			home = "" # a datagram for systemd
		if (home != "" && index(FILENAME, home) != 1)
			print FILENAME ":" FNR ": " path ": belongs in " home
	}' /dev/null $found
)

holds 'includes point leftward' layers
holds 'foreign headers are where they belong' foreign
catches 'core that knows models' layers core/repl/x.c 'core/repl must not' \
    <<'X'
#include "models/query/filter.h"
X
catches 'base that knows track' layers core/base/x.h 'must not know' <<'X'
#include "core/track/rev.h"
X
catches 'a public header that knows core' layers include/weft/x.h 'public' \
    <<'X'
#include "core/base/json.h"
X
catches 'an example that looks inside' layers examples/x.c 'public' <<'X'
#include "core/base/json.h"
X
catches 'a path that is not from the top' layers models/x.c 'from the top' \
    <<'X'
#include "filter.h"
X
catches 'ours in angle brackets' layers models/x.c 'quotes' <<'X'
#include <core/base/json.h>
X
accepts 'models that know core' layers models/x.c <<'X'
#include "core/repl/source.h"
#include "models/query/filter.h"
#include <weft/error.h>
X
catches 'git2.h outside its file' foreign core/store/x.c 'objects_git' <<'X'
#include <git2.h>
X
catches 'sqlite3.h outside its connector' foreign models/x.c 'sqlite' <<'X'
#include <sqlite3.h>
X
catches 'sockets in core' foreign core/repl/x.c 'transports' <<'X'
#include <sys/socket.h>
X
accepts 'sqlite3.h in its connector' foreign models/connectors/sqlite_x.c \
    <<'X'
#include <sqlite3.h>
X
finish

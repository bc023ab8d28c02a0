#!/bin/sh
# Our WebSockets with those of others, as server and as client, with and without
# compression: npm's ws and websocket-driver, Debian's python3-websockets and
# libwslay.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"

interop=$top_srcdir/tests/interop
ours=$top_builddir/tests/interop/websocket

# converse SERVER CLIENT: runs the server, which prints its port and ends with
# its input, and the client with that port after it; both are command lines.
converse()
(
	rm -f "$scratch/in" "$scratch/port"
	mkfifo "$scratch/in" "$scratch/port"
	eval "$1" <"$scratch/in" >"$scratch/port" 2>"$scratch/server" &
	exec 7>"$scratch/in" 8<"$scratch/port"
	read -r port <&8 && eval "$2 $port ${3-}" 7>&- >"$scratch/out" 2>&1
	status=$?
	exec 7>&- 8<&-
	wait
	cat "$scratch/server" >>"$scratch/out"
	exit $status
)

# both NAME SERVER CLIENT [deflate]: their client with our server, and back.
both()
{
	converse "'$ours' serve ${4-}" "$3" "${4-}"
	report $? "$1 talks to us${4:+, with compression}"
	converse "$2 ${4-}" "'$ours' talk" "${4-}"
	report $? "we talk to $1${4:+, with compression}"
}

(
	node() { return 127; }
	! have_packages && test "$missing" = 'node or npm not available'
) >"$scratch/out" 2>&1
report $? 'a test whose packages are missing goes on'
if /usr/bin/python3 -c 'import websockets' 2>/dev/null; then
	python="/usr/bin/python3 '$interop/websocket.py'"
	both python3-websockets "$python serve" "$python talk"
	both python3-websockets "$python serve" "$python talk" deflate
else
	skip python3-websockets 'not installed'
fi
wslay="'$top_builddir/tests/interop/wslay'"
if test -x "$top_builddir/tests/interop/wslay"; then
	both libwslay "$wslay serve" "$wslay talk"
else
	skip libwslay 'not installed'
fi
if have_packages; then
	node="node '$interop/websocket.js' '$packages'"
	both ws "$node serve ws" "$node talk ws"
	both ws "$node serve ws" "$node talk ws" deflate
	both websocket-driver "$node serve websocket-driver" \
	    "$node talk websocket-driver"
else
	skip ws "$missing"
	skip websocket-driver "$missing"
fi
finish

#!/bin/sh
# The requests of tests/interop/loopback/requests.js to the real LoopBack server
# and to weftd: the same answers.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"
need_packages

loopback=$top_srcdir/tests/interop/loopback

# serve COMMAND...: starts a server; $url is where.
serve()
{
	rm -f "$scratch/ready"
	mkfifo "$scratch/ready"
	"$@" >"$scratch/ready" 2>>"$scratch/log" &
	servers="$servers $!"
	exec 3<"$scratch/ready"
	while read -r word url <&3; do
		test "$word" != listening || return 0
	done
	return 1
}

servers=
serve node "$loopback/server.js" "$packages" "$loopback/app" &&
    theirs=$url &&
    serve sh "$loopback/weftd.sh" "$top_builddir/weftd" "$loopback/app" \
    "$scratch" &&
    node "$loopback/compare.js" "$theirs" "$url"
status=$?
kill $servers
wait
test "$status" -eq 0 || sed 's/^/# /' "$scratch/log"
exit "$status"

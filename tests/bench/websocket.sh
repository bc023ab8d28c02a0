#!/bin/sh
# weft.repl.v1 and WebSocket against others: websocket.sh [PART...], in the
# build folder or with $top_builddir.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"
need_packages bench/websocket

# An import looks for packages above the file that it stands in.
cp -R "$top_srcdir/tests/bench/websocket/peers" "$scratch/peers"
ln -s "$(cd "$packages" && pwd)" "$scratch/peers/node_modules"
ulimit -n "$(ulimit -H -n)"
node "$top_srcdir/tests/bench/websocket/run.js" "$top_builddir/weftd" \
    "$top_builddir/tests/bench" "$scratch/peers" "$scratch" "$@"

#!/bin/sh
# weftd against LoopBack's own server: loopback.sh [PART...], in the build
# folder or with $top_builddir.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"
need_packages

ulimit -n "$(ulimit -H -n)"
node "$top_srcdir/tests/bench/loopback/run.js" "$packages" \
    "$top_builddir/weftd" "$top_builddir/tests/bench" "$scratch" "$@"

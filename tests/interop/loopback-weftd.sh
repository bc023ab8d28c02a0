#!/bin/sh
# The scenarios of tests/interop/loopback, by the real LoopBack client against
# weftd.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"
need_packages

loopback=$top_srcdir/tests/interop/loopback
node "$loopback/client.js" "$packages" weftd \
    sh "$loopback/weftd.sh" "$top_builddir/weftd" "$loopback/app" "$scratch" \
    2>"$scratch/log"
status=$?
test "$status" -eq 0 || sed 's/^/# /' "$scratch/log"
exit "$status"

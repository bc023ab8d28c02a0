#!/bin/sh
# The scenarios of tests/interop/loopback, by the real LoopBack client against
# the real LoopBack server: they are what LoopBack does, not what we think.
# It says nothing about what was built, so WEFT_AGAIN=yes leaves it out.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"

if test "${WEFT_AGAIN:-no}" = yes; then
	echo '1..0 # SKIP WEFT_AGAIN=yes'
	exit 0
fi
need_packages

loopback=$top_srcdir/tests/interop/loopback
node "$loopback/client.js" "$packages" loopback \
    node "$loopback/server.js" "$packages" "$loopback/app" 2>"$scratch/log"
status=$?
test "$status" -eq 0 || sed 's/^/# /' "$scratch/log"
exit "$status"

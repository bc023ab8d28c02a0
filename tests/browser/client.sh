#!/bin/sh
# weft-client.js by itself, under node: its rules, its connection by a scripted
# server, and peers at random (tests/browser/unit).
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"

if test "${WEFT_AGAIN:-no}" = yes; then
	echo '1..0 # SKIP WEFT_AGAIN=yes'
	exit 0
fi
need_packages browser

WEFT_PACKAGES=$packages
export WEFT_PACKAGES
node --test-reporter=tap "$top_srcdir/tests/browser/unit/main.js"

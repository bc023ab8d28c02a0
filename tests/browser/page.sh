#!/bin/sh
# The page of examples/browser in headless Chromium, with weftd: two tabs, two
# devices, offline, conflicts, restarts (tests/browser/page).
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"

if test "${WEFT_AGAIN:-no}" = yes; then
	echo '1..0 # SKIP WEFT_AGAIN=yes'
	exit 0
fi
# The shell starts half of the processes, and needs half of the time.
WEFT_CHROMIUM=$(command -v chromium-headless-shell || command -v chromium ||
    command -v chromium-browser || true)
if test -z "$WEFT_CHROMIUM"; then
	echo '1..0 # SKIP chromium not available'
	exit 0
fi
need_packages browser

WEFT_PACKAGES=$packages
WEFT_COMMAND=$top_builddir/weft
WEFT_WEFTD=$top_builddir/weftd
WEFT_SCRATCH=$scratch
export WEFT_CHROMIUM WEFT_COMMAND WEFT_PACKAGES WEFT_SCRATCH WEFT_WEFTD
node --test-reporter=tap "$top_srcdir/tests/browser/page/main.js"

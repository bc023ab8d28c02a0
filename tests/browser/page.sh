#!/bin/sh
# The page of examples/browser in headless Chromium, with weftd: two tabs, two
# devices, offline, conflicts, restarts (tests/browser/page).
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"

if test "${WEFT_AGAIN:-no}" = yes; then
	echo '1..0 # SKIP WEFT_AGAIN=yes'
	exit 0
fi
WEFT_CHROMIUM=$(command -v chromium || command -v chromium-browser || true)
if test -z "$WEFT_CHROMIUM"; then
	echo '1..0 # SKIP chromium not available'
	exit 0
fi
need_packages browser

WEFT_PACKAGES=$packages
WEFT_WEFTD=$top_builddir/weftd
WEFT_SCRATCH=$scratch
export WEFT_CHROMIUM WEFT_PACKAGES WEFT_WEFTD WEFT_SCRATCH
node --test-reporter=tap "$top_srcdir/tests/browser/page/main.js"

#!/bin/sh
# The manual pages are good mdoc.
. "$(dirname "$0")/lib.sh"

lint()
(
	for page in $(files "$1" '*.[1-8]' docs/man); do
		mandoc -T lint -W style "$1/$page"
	done | grep -v 'STYLE: referenced manual not found'
	return 0
)

if ! mandoc -T lint /dev/null >/dev/null 2>&1 && ! command -v mandoc \
    >/dev/null; then
	skip 'manual pages' 'mandoc is not installed'
	finish
fi
holds 'manual pages are good mdoc' lint
run_planted lint docs/man/x.1 <<'X'
.Dd $Mdocdate$
.Nm
X
grep -q 'x\.1' "$scratch/out"
report $? 'sees: a page without title'
finish

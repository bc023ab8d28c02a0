#!/bin/sh
# Our canonical text and its SHA-1 against those of the package canonical-json,
# which LoopBack makes its revisions with, on random documents.
# WEFT_SEED=N in the environment gives others.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/check/lib.sh"
. "$top_srcdir/tests/interop/lib.sh"

seed=${WEFT_SEED:-20240229}
documents=20000
interop=$top_srcdir/tests/interop

need_packages

echo "# seed $seed"
node "$interop/documents.js" "$seed" "$documents" >"$scratch/documents" &&
    node "$interop/canonical-json.js" "$packages" \
    <"$scratch/documents" >"$scratch/theirs" 2>"$scratch/out" &&
    test "$(grep -c '' "$scratch/theirs")" -eq "$documents"
report $? "canonical-json takes $documents documents"

"$top_builddir/tests/interop/canonicalise" <"$scratch/documents" \
    >"$scratch/ours" 2>"$scratch/out"
report $? "weft takes the same documents"

# The first three that differ: document, theirs, ours.
paste -d '\n' "$scratch/documents" "$scratch/theirs" "$scratch/ours" |
    "$awk" 'NR % 3 == 1 { document = $0 }
	NR % 3 == 2 { theirs = $0 }
	NR % 3 == 0 && $0 != theirs && shown++ < 3 {
		print document "\n" theirs "\n" $0
	}' >"$scratch/out"
test ! -s "$scratch/out" && cmp -s "$scratch/ours" "$scratch/theirs"
report $? 'text and hash of all are the same'

# The vectors that the unit tests use are what the package makes, too.
vectors=$top_srcdir/tests/data/canonical-json.tsv
cut -f1 "$vectors" | node "$interop/canonical-json.js" "$packages" \
    >"$scratch/theirs" 2>"$scratch/out" &&
    cut -f2,3 "$vectors" | diff - "$scratch/theirs" >"$scratch/out"
report $? 'tests/data/canonical-json.tsv is what the package makes'

finish

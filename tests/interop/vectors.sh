#!/bin/sh
# Writes tests/data/canonical-json.tsv anew: document, canonical text and
# SHA-1 as the package canonical-json makes them.  Needed only to change the
# vectors:  tests/interop/vectors.sh FOLDER >tests/data/canonical-json.tsv
# where FOLDER/node_modules has the package.
set -eu

here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
{
	cat "$here/vectors.txt"
	node "$here/documents.js" 1 120 | tr '\t' ' '
} >"$scratch/documents"
node "$here/canonical-json.js" "$(cd "$1" && pwd)/node_modules" \
    <"$scratch/documents" >"$scratch/theirs"
paste "$scratch/documents" "$scratch/theirs"

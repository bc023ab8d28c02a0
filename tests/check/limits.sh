#!/bin/sh
# docs/limits.md lists every limit of core/base/limits.h with its value, and
# no other.
. "$(dirname "$0")/lib.sh"

# "NAME value" of each limit.
defined()
(
	sed -n 's/^#define \(WEFT_LIMIT_[A-Z0-9_]*\) \(.*\)/\1 \2/p' \
	    "$1/core/base/limits.h" | sed 's/\([0-9]\)[uUlL]*/\1/g' |
	    while read -r name value; do
		echo "$name $(($value))" # an expression
	    done | sort
)

# The same from the table "| `NAME` | value unit | reason |".
documented()
{
	sed -n 's/^| `\(WEFT_LIMIT_[A-Z0-9_]*\)` | \([0-9,]*\) .*/\1 \2/p' \
	    "$1/docs/limits.md" | tr -d , | sort
}

differences()
{
	defined "$1" >"$scratch/defined" &&
	    documented "$1" >"$scratch/documented" || return
	comm -23 "$scratch/defined" "$scratch/documented" |
	    sed 's/$/: not in docs\/limits.md/'
	comm -13 "$scratch/defined" "$scratch/documented" |
	    sed 's/$/: not in core\/base\/limits.h/'
}

# planted VALUE: a header that says 2048, a page that says VALUE.
planted()
{
	mkdir -p "$scratch/tree/core/base" "$scratch/tree/docs"
	echo '#define WEFT_LIMIT_X (2u * 1024)' \
	    >"$scratch/tree/core/base/limits.h"
	echo "| \`WEFT_LIMIT_X\` | $1 bytes | reason |" \
	    >"$scratch/tree/docs/limits.md"
	differences "$scratch/tree" >"$scratch/out" 2>&1
}

holds 'header and page agree' differences
test -s "$scratch/defined"
report $? 'there are limits to compare'

# For information: limits that no test names.
for name in $(cut -d' ' -f1 "$scratch/defined"); do
	grep -rqw "$name" "$top_srcdir/tests/unit" || echo "# no test names $name"
done

planted 2,048 && test ! -s "$scratch/out"
report $? 'accepts: the same value'
planted 2,049 && test "$(grep -c 'WEFT_LIMIT_X' "$scratch/out")" -eq 2
report $? 'sees: another value'

finish

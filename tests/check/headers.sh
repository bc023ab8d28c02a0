#!/bin/sh
# Each public header compiles by itself, as C11 and as C++17, under strict
# warnings, and a C++ program sees the same names as a C program.
. "$(dirname "$0")/lib.sh"

cc=${CC:-cc}
cxx=${CXX:-c++}
strict='-Wall -Wextra -Wconversion -Wpedantic -Werror'

# alone TREE COMPILER...: what the compiler says of a file that includes
# nothing but one header, for each of them.
alone()
{
	tree=$1
	shift
	for header in $(files "$tree" '*.h*' include); do
		header=${header%.in}
		echo "#include <${header#include/}>" >"$scratch/alone.c"
		"$@" $strict -fsyntax-only -I"$tree/include" \
		    -I"$top_builddir/include" "$scratch/alone.c"
	done
}

as_c()
{
	alone "$1" $cc -std=c11 -Wshadow -Wstrict-prototypes -x c
}

as_cxx()
{
	alone "$1" $cxx -std=c++17 -x c++
}

# The undefined name that a C++ caller of weft_version() leaves.
cxx_name()
{
	printf '%s\n' '#include <weft/version.h>' \
	    'int main() { return !weft_version(); }' >"$scratch/name.cc"
	$cxx -c -I"$1/include" -I"$top_builddir/include" \
	    "$scratch/name.cc" -o "$scratch/name.o" &&
	    nm -u "$scratch/name.o" | grep -q ' weft_version$'
}

holds 'each header compiles alone as C11' as_c
run_planted as_c include/weft/x.h <<'X'
extern uint64_t weft_x;
X
grep -q 'error:.*uint64_t' "$scratch/out"
report $? 'sees: a header that needs another'
if $cxx --version >/dev/null 2>&1; then
	holds 'each header compiles alone as C++17' as_cxx
	holds 'names are not mangled for C++' cxx_name
	run_planted as_cxx include/weft/x.h <<'X'
extern int class;
X
	grep -q 'error:' "$scratch/out"
	report $? 'sees: a header that is not C++'
else
	skip 'each header compiles alone as C++17' "no C++ compiler ($cxx)"
fi
finish

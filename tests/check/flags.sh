#!/bin/sh
# What was built is hardened: addresses are bound at start and read-only
# afterwards, no stack is executable, programs can be loaded anywhere, and no
# path of the build is left in them.  Flags in configure.ac prove nothing.
. "$(dirname "$0")/lib.sh"

# built TREE: the shared library and the programs.
built()
{
	find "$1" -path "$1/tests" -prune -o -path "$1/weft-*" -prune -o \
	    -type f -name 'libweft.so*' -print
	for program in weft weft-bench weftd; do
		for folder in .libs/ ''; do
			test -f "$1/$folder$program" || continue
			echo "$1/$folder$program"
			break
		done
	done
}

# weaknesses FILE: one line for each thing that is missing.
weaknesses()
{
	readelf -Wdhl "$1" >"$scratch/elf" || return
	grep -q 'BIND_NOW\|FLAGS_1.*NOW' "$scratch/elf" || echo "no BIND_NOW"
	grep -q GNU_RELRO "$scratch/elf" || echo "no RELRO"
	grep -q 'GNU_STACK.* RW ' "$scratch/elf" || echo "executable stack"
	grep -q 'Type: *DYN' "$scratch/elf" || echo "not position-independent"
	grep -q TEXTREL "$scratch/elf" && echo "text relocations"
	return 0
}

weak_binaries()
{
	for file in $(built "$top_builddir"); do
		weaknesses "$file" | sed "s|^|$file: |"
	done
}

# compile FLAG...: a program with these flags; lists its weaknesses.
weaknesses_with()
{
	echo 'int main(void) { return 0; }' >"$scratch/main.c"
	${CC:-cc} "$@" "$scratch/main.c" -o "$scratch/main" &&
	    weaknesses "$scratch/main" >"$scratch/out" 2>&1
}

test -n "$(built "$top_builddir")"
report $? 'there is something to look at'
holds 'library and programs are hardened' weak_binaries
weaknesses_with -Wl,-z,relro -Wl,-z,now -pie -fPIE && test ! -s "$scratch/out"
report $? 'accepts: a hardened program'
weaknesses_with -Wl,-z,norelro -Wl,-z,lazy -Wl,-z,execstack -no-pie &&
    test "$(grep -c '' "$scratch/out")" -eq 4
report $? 'sees: a program without any of it'
finish

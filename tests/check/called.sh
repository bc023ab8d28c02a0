#!/bin/sh
# What is global is named by another file: else it is static, or nobody's.
# Tests count; what the public headers promise need not be called here.
. "$(dirname "$0")/lib.sh"

# objects TREE: what nm says of each object that was built there.
objects()
(
	cd "$1" || exit
	for folder in $library $programs tests; do
		test ! -d "$folder" || find "$folder" -name '*.o' -print
	done | xargs nm -A -g
)

# uncalled SOURCES OBJECTS: both are trees.  An object whose source is gone is
# left from an earlier build.
uncalled()
{
	promised "$1" >"$scratch/promised" || return
	objects "$2" | "$awk" -v sources="$1" -v list="$scratch/promised" '
	BEGIN {
		while ((getline name < list) > 0)
			named[name] = 1
		named["main"] = 1
	}
	{
		file = $1
		sub(/\.o:.*/, ".c", file)
		sub(/\.libs\//, "", file)
		if ($(NF - 1) == "U")
			named[$NF] = 1
		else if ($(NF - 1) ~ /^[TDBR]$/ && $NF !~ /^_/ &&
		    file !~ /^tests\// && is_there(sources "/" file))
			defined[$NF] = file
	}
	function is_there(path, line) {
		if (!(path in seen)) {
			seen[path] = (getline line < path) >= 0
			close(path)
		}
		return seen[path]
	}
	END {
		for (name in defined)
			if (!(name in named))
				print defined[name] ": " name \
				    ": no other file names it"
	}' | sort
}

uncalled_of_the_project()
{
	uncalled "$top_srcdir" "$top_builddir"
}

# Of a file x.c, beside which another object is made with OTHER.
uncalled_of_planted()
{
	${CC:-cc} -c "$1/core/x.c" -o "$1/core/x.o" &&
	    ${CC:-cc} -DOTHER -c "$1/core/x.c" -o "$1/core/y.o" &&
	    uncalled "$1" "$1"
}

test -n "$(objects "$top_builddir")"
report $? 'there is something to look at'
holds 'what is global is named by another file' uncalled_of_the_project
catches 'a function that its own file calls alone' uncalled_of_planted \
    core/x.c '^core/x.c: weft__x: ' <<'X'
int weft__x(void);
int weft__x(void) { return 0; }
int main(void) { return weft__x(); }
X
catches 'a variable that nobody names' uncalled_of_planted \
    core/x.c '^core/x.c: weft__x: ' <<'X'
int weft__x = 1;
X
accepts 'what another file names' uncalled_of_planted core/x.c <<'X'
int weft__x(void);
#ifdef OTHER
int main(void) { return weft__x(); }
#else
int weft__x(void) { return 0; }
#endif
X
accepts 'a static function' uncalled_of_planted core/x.c <<'X'
static int x(void) { return 0; }
int main(void) { return x(); }
X
finish

# What the checks of this folder share.
#
# A check is a shell function that is given the top of a tree and prints one
# line for each violation in it.  holds() runs it over this project; catches()
# and accepts() run it over a tree that holds a single planted file, so that
# every check is seen to fail when it must, and only then.

set -u
LC_ALL=C
export LC_ALL

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$top_srcdir/build}
tools=$top_srcdir/tests/check
awk=${AWK:-awk}
library='core models transports'
programs='tools examples'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
test_count=0
failure_count=0

# report STATUS NAME: one line of TAP, and the lines of $scratch/out if it is
# a failure.
report()
{
	test_count=$((test_count + 1))
	if test "$1" -eq 0; then
		echo "ok $test_count - $2"
		return
	fi
	failure_count=$((failure_count + 1))
	echo "not ok $test_count - $2"
	sed 's/^/# /' "$scratch/out"
}

# skip NAME WHY
skip()
{
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

# End of the script: the plan.
finish()
{
	echo "1..$test_count"
	test "$failure_count" -eq 0
	exit
}

# holds NAME CHECK: the check finds nothing in this project.
holds()
{
	"$2" "$top_srcdir" >"$scratch/out" 2>&1
	test $? -eq 0 && test ! -s "$scratch/out"
	report $? "$1"
}

# run_planted CHECK FILE: the check's words on a tree where FILE holds what
# comes on standard input.
run_planted()
{
	rm -rf "$scratch/tree"
	mkdir -p "$scratch/tree/$(dirname "$2")"
	cat >"$scratch/tree/$2"
	"$1" "$scratch/tree" >"$scratch/out" 2>&1
}

# catches NAME CHECK FILE PATTERN: the check has just one thing to say of FILE,
# and it matches the pattern.
catches()
{
	run_planted "$2" "$3" &&
	    test "$(grep -c '' "$scratch/out")" -eq 1 &&
	    grep -q -e "$4" "$scratch/out"
	report $? "sees: $1"
}

# accepts NAME CHECK FILE: the check has nothing to say of FILE.
accepts()
{
	run_planted "$2" "$3" && test ! -s "$scratch/out"
	report $? "accepts: $1"
}

# files TREE PATTERN FOLDER...: the files of that name in these folders.
files()
(
	cd "$1" || exit
	pattern=$2
	shift 2
	for folder do
		test -d "$folder" || continue
		find "$folder" -name node_modules -prune -o \
		    -type f -name "$pattern" -print
	done | sort
)

# code TREE PATTERN FOLDER...: these files as lines "file:line:code", without
# comments and without what stands in quotes.
code()
(
	found=$(files "$@")
	cd "$1" && "$awk" -f "$tools/code.awk" /dev/null $found
)

# headers TREE FOLDER...: one line for each declaration in the headers of
# these folders; declarations.awk says which columns.
headers()
(
	tree=$1
	shift
	found=$(files "$tree" '*.h' "$@"; files "$tree" '*.h.in' "$@")
	cd "$tree" && "$awk" -f "$tools/declarations.awk" /dev/null $found
)

# promised TREE: the names that its public headers promise: those that
# include/local.mk installs, if there is one.
promised()
{
	headers "$1" include | "$awk" -F '\t' -v list="$1/include/local.mk" '
	BEGIN {
		while ((getline line < list) > 0)
			installed = installed line " "
	}
	$2 != "api" && $2 != "variable" { next }
	{
		header = $1
		sub(/(\.in)?:.*/, "", header)
	}
	installed == "" || index(installed, header " ") { print $3 }' | sort
}

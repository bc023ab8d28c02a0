#!/bin/sh
# Functions that this project does not call, jumps that it does not take, and
# marks of unfinished work.  banned.exceptions names who may call what, and
# why.
. "$(dirname "$0")/lib.sh"

# Space-separated names, for a folder list, and why.
unsafe='sprintf vsprintf strcpy strcat strncpy strncat stpcpy gets scanf
    fscanf atoi atol atoll atof strtok alloca tmpnam tempnam mktemp rand srand
    random drand48 setjmp longjmp gmtime localtime asctime ctime'
raw_memory='malloc calloc realloc reallocarray free strdup strndup asprintf
    vasprintf'
not_ours='system popen exit _exit abort printf vprintf puts putchar perror
    getenv time gettimeofday clock_gettime sleep usleep nanosleep'

# calls TREE FOLDERS NAMES WHY: calls of these functions in these folders.
calls()
{
	code "$1" '*.[ch]' $2 |
	    "$awk" -v names="$3" -v why="$4" -v list="$1/$exceptions" '
	BEGIN {
		split(names, name, /[ \n\t]+/)
		for (i in name)
			banned[name[i]] = 1
		while ((getline line < list) > 0)
			if (line !~ /^(#|$)/) {
				split(line, word, " ")
				excepted[word[1] " " word[2]] = 1
			}
	}
	{
		split($0, place, ":")
		rest = substr($0, length(place[1] place[2]) + 3)
		while (match(rest, /[A-Za-z_][A-Za-z0-9_]*\(/)) {
			called = substr(rest, RSTART, RLENGTH - 1)
			before = substr(rest, RSTART - 1, 1)
			rest = substr(rest, RSTART + RLENGTH)
			if (called in banned && before !~ /[.>]/ &&
			    !((place[1] " " called) in excepted))
				print place[1] ":" place[2] ": " called ": " why
		}
	}'
}

exceptions=tests/check/banned.exceptions

banned()
{
	calls "$1" "include $library $programs tests" "$unsafe" \
	    'unsafe or global state' &&
	    calls "$1" "$library" "$raw_memory" 'use core/base/alloc.h' &&
	    calls "$1" "$library" "$not_ours" "not a library's business"
}

# Jumps to other labels than out.
jumps()
{
	code "$1" '*.[ch]' include $library $programs tests |
	    "$awk" '/(^|[^a-z_])goto / && !/goto out;/'
}

# Marks of unfinished work, and paths of somebody's machine.
marks()
(
	cd "$1" || exit
	find . -name node_modules -prune -o -name .git -prune -o \
	    -path './build*' -prune -o -path './weft-*' -prune -o \
	    -path ./autom4te.cache -prune -o -type f \( -name '*.[ch]' -o \
	    -name '*.sh' -o -name '*.awk' -o -name '*.md' -o -name '*.mk' \
	    -o -name '*.ac' -o -name '*.am' -o -name '*.js' -o \
	    -name '*.[1-8]' \) ! -name banned.sh \
	    -exec grep -nE \
	    '(^|[^A-Z])(TODO|FIXME|XXX)([^A-Z]|$)|/(home|root|work)/[a-z]' \
	    {} /dev/null \;
	return 0
)

# Exceptions for what does not happen any more.
stale_exceptions()
{
	grep -vE '^(#|$)' "$1/$exceptions" | while read -r file name why; do
		test -n "$why" || echo "$file $name: no reason given"
		code "$1" "$(basename "$file")" "$(dirname "$file")" |
		    grep -qE "(^|[^A-Za-z0-9_])$name\\(" ||
		    echo "$file does not call $name"
	done
}

holds 'no banned function is called' banned
holds 'goto leads to out only' jumps
holds 'no marks of unfinished work' marks
holds 'the exceptions are needed and explained' stale_exceptions

catches 'sprintf in a test' banned tests/x.c 'sprintf' <<'X'
	sprintf(text, "%d", 1);
X
catches 'malloc in models' banned models/x.c 'malloc: use' <<'X'
	p = malloc(7);
X
catches 'a library that exits' banned core/repl/x.c 'exit' <<'X'
	if (bad) exit(1);
X
catches 'a library that asks the clock' banned core/repl/x.c 'time' <<'X'
	now = time(NULL);
X
accepts 'what only looks alike' banned core/repl/x.c <<'X'
/* malloc(7) */
	text = "exit(1)";
	weft__malloc(7);
	clock->time(clock);
	snprintf(text, sizeof text, "%s", "x");
X
catches 'another label' jumps core/x.c 'fail' <<'X'
		goto fail;
X
accepts 'the one label' jumps core/x.c <<'X'
		goto out; /* not goto fail */
X
catches 'unfinished work' marks core/x.c 'TODO' <<'X'
/* TODO: later */
X
catches 'the path of a machine' marks docs/x.md 'home' <<'X'
see /home/somebody/notes
X
accepts 'a template of mkdtemp' marks tests/x.c <<'X'
	char path[] = "/tmp/weft-XXXXXX";
X
finish

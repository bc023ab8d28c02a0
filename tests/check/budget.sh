#!/bin/sh
# How large things may be.  budget.exceptions names what is larger, how much
# it may have, and why; beyond the second figure no exception helps.
#
#                        budget  exception
#   lines of a function      60        100
#   complexity of one        10         15
#   lines of a .c file      500        800
#   lines of a header       300        300   (public ones)
#   80 columns               99 % of the lines of a folder
. "$(dirname "$0")/lib.sh"

exceptions=tests/check/budget.exceptions

# Lines "kind name value" of all that is measured.
measure()
{
	code "$1" '*.[ch]' include $library $programs |
	    "$awk" -f "$tools/functions.awk" | "$awk" '{
		sub(/:.*/, "", $1)
		print "function", $1 ":" $2, $3
		print "complexity", $1 ":" $2, $4
	}'
	code "$1" '*.c' tests | "$awk" -f "$tools/functions.awk" | "$awk" '{
		sub(/:.*/, "", $1)
		print "function", $1 ":" $2, $3
	}'
	lines "$1" '*.c' $library $programs | sed 's/^/file /'
	lines "$1" '*.h' include | sed 's/^/header /'
}

# lines TREE PATTERN FOLDER...: "file lines".
lines()
(
	found=$(files "$@")
	cd "$1" && "$awk" '
	{ count[FILENAME]++ }
	END { for (file in count) print file, count[file] }' /dev/null $found
)

over_budget()
{
	measure "$1" | sort | "$awk" -v list="$1/$exceptions" '
	BEGIN {
		budget["function"] = 60; most["function"] = 100
		budget["complexity"] = 10; most["complexity"] = 15
		budget["file"] = 500; most["file"] = 800
		budget["header"] = 300; most["header"] = 300
		while ((getline line < list) > 0)
			if (line !~ /^(#|$)/)
				read_exception(line)
	}
	function read_exception(line, word) {
		split(line, word, " ")
		if (word[4] == "" || word[3] > most[word[1]])
			print "exception not allowed: " line
		else
			allowed[word[1] " " word[2]] = word[3]
	}
	$2 ~ /:misplaced-brace$/ {
		if ($1 == "function")
			print $2 ": the brace needs its own line"
		next
	}
	{
		key = $1 " " $2
		seen[key] = 1
		if ($3 <= budget[$1]) {
			if (key in allowed)
				print key ": the exception is not needed"
		} else if (!(key in allowed))
			print key ": " $3 ", budget " budget[$1]
		else if ($3 > allowed[key])
			print key ": " $3 ", allowed " allowed[key]
	}
	END {
		for (key in allowed)
			if (!(key in seen))
				print key ": an exception for nothing"
	}'
}

# Folders where more than one line in a hundred is wider than 80 columns; a
# tab reaches to the next multiple of 8, a byte of UTF-8 that continues a
# character takes no room.
wide_lines()
(
	found=$(files "$1" '*.[ch]' include $library $programs tests)
	cd "$1" && "$awk" '
	{
		folder = FILENAME
		sub(/\/.*/, "", folder)
		lines[folder]++
		text = $0
		while ((at = index(text, "\t")) > 0)
			text = substr(text, 1, at - 1) \
			    substr("        ", 1, 8 - (at - 1) % 8) \
			    substr(text, at + 1)
		gsub(/[\200-\277]/, "", text)
		if (length(text) > 80) {
			wide[folder]++
			last[folder] = FILENAME ":" FNR
		}
	}
	END {
		for (folder in wide)
			if (wide[folder] * 100 > lines[folder])
				print folder ": " wide[folder] " of " \
				    lines[folder] " lines, e.g. " last[folder]
	}' /dev/null $found
)

# Share of comment lines, for information.
comment_share()
(
	found=$(files "$top_srcdir" '*.[ch]' "$1")
	cd "$top_srcdir" && "$awk" -v name="$1" '
	/^[ \t]*$/ { next }
	{ lines++ }
	inside || /\/\*/ { comments++ }
	{
		if (/\/\*/)
			inside = 1
		if (/\*\//)
			inside = 0
	}
	END { printf "# %s: %d lines, %.2f with comment\n", name, lines,
		comments / lines }' /dev/null $found
)

# repeat COUNT TEXT
repeat()
{
	"$awk" -v count="$1" -v text="$2" \
	    'BEGIN { while (count-- > 0) print text }'
}

# A function of so many lines, a name and a line to repeat in it.
a_function()
{
	printf 'int\n%s(void)\n{\n' "$2"
	repeat $(($1 - 3)) "$3"
	echo '}'
}

holds 'sizes and complexity are within budget' over_budget
holds 'lines fit into 80 columns' wide_lines
for folder in include core; do
	comment_share "$folder"
done

catches 'a long function' over_budget core/x.c \
    'function core/x.c:long: 61, budget 60' <<X
$(a_function 61 long 'x();')
X
accepts 'a function that just fits' over_budget core/x.c <<X
$(a_function 60 fit 'x();')
X
catches 'a complex function' over_budget core/x.c \
    'complexity core/x.c:many: 11, budget 10' <<X
$(a_function 13 many '	if (x)')
X
catches 'a hidden branch' over_budget core/x.c \
    'complexity core/x.c:some: 11' <<X
$(a_function 13 some '	x(a ? b : c);')
X
catches 'a long file' over_budget models/x.c 'file models/x.c: 501' <<X
$(repeat 501 'int x;')
X
catches 'a long header' over_budget include/weft/x.h 'x.h: 301' <<X
$(repeat 301 'int x;')
X
catches 'a brace that hides a function' over_budget core/x.c 'its own' <<'X'
int x(void) {
}
X
catches 'an exception for nothing' over_budget $exceptions 'for nothing' <<'X'
file core/x.c 600 it was long once
X
catches 'an exception without reason' over_budget $exceptions 'not allowed' \
    <<'X'
file core/x.c 600
X
catches 'an exception beyond the most' over_budget $exceptions 'not allowed' \
    <<'X'
file core/x.c 801 it is hard
X
catches 'a wide line' wide_lines core/x.c 'core: 1 of 1 lines' <<X
$(printf '\t%073d' 0)
X
accepts 'a line of 80 columns' wide_lines core/x.c <<X
$(printf '\t%072d' 0)
X
finish

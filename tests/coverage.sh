#!/bin/sh
# Prints which share of each source file's lines the tests have run, and the
# sum; `make coverage` calls it in a build folder made with --enable-coverage.
set -eu
LC_ALL=C
export LC_ALL

top_srcdir=$(cd "${1:-.}" && pwd)
for folder in core models transports tools; do
	test -d "$folder" || continue
	find "$folder" -name '*.gcno' -exec ${GCOV:-gcov} -n {} +
done 2>/dev/null | awk -v top="$top_srcdir/" '
/^File / {
	file = substr($0, 7, length($0) - 7)
	own = index(file, top) == 1 && file ~ /\.c$/
	file = substr(file, length(top) + 1)
}
own && /^Lines executed:/ {
	split($0, part, /[:% ]+/)
	lines = part[5]
	run = lines * part[3] / 100
	printf "%6.1f %% of %5d  %s\n", part[3], lines, file | "sort -k 5"
	all_lines += lines
	all_run += run
	own = 0
}
END {
	if (!all_lines) {
		print "no counts found: run the tests first"
		exit 1
	}
	close("sort -k 5")
	printf "%6.1f %% of %5d  in all\n", 100 * all_run / all_lines, all_lines
}'

# Reads what `make check` printed and prints "passed failed skipped": the sums
# of the cases in all of automake's summaries in it.

/^# [A-Z]*: / {
	count[$2] += $3
}

END {
	print count["PASS:"] + count["XFAIL:"], \
	    count["FAIL:"] + count["ERROR:"] + count["XPASS:"], \
	    count["SKIP:"] + 0
}

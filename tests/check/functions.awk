# Reads what code.awk prints and prints each function definition as
#
#   file:line name lines complexity
#
# A definition has its name at the beginning of a line, and its braces alone
# at the beginning of theirs.  Complexity is McCabe's: one, and one more for
# each if, loop, switch, ?:, && and ||.  A brace at the end of the head's line
# is printed with the name "misplaced-brace" instead.

{
	split($0, place, ":")
	code = substr($0, length(place[1]) + length(place[2]) + 3)
}

place[1] != file {
	file = place[1]
	inside = 0
}

code ~ /^#/ {
	next
}

!inside && code ~ /^[A-Za-z_][A-Za-z0-9_ *]*\(/ {
	line = place[2]
	name = code
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
}

!inside && code ~ /^[A-Za-z_].*\) *{$/ {
	print file ":" place[2], "misplaced-brace", 0, 0
}

!inside && code ~ /^{/ {
	inside = 1
	complexity = 1
}

inside {
	gsub(/[^A-Za-z0-9_](if|for|while|switch)[ (]/, " @", code)
	complexity += gsub(/@|&&|\|\||\?/, "", code)
}

inside && code ~ /^}/ {
	print file ":" line, name, place[2] - line + 1, complexity
	inside = 0
}

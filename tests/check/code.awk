# Prints C files as lines "file:line:code", with comments and what stands in
# quotes left out, so that a search finds code only.

FNR == 1 {
	in_comment = 0
}

{
	rest = $0
	code = ""
	while (rest != "") {
		if (in_comment) {
			end = index(rest, "*/")
			if (!end)
				break
			rest = substr(rest, end + 2)
			in_comment = 0
		} else if (match(rest, /\/\*|\/\/|"|'/)) {
			code = code substr(rest, 1, RSTART - 1)
			mark = substr(rest, RSTART, RLENGTH)
			rest = substr(rest, RSTART + RLENGTH)
			if (mark == "//")
				break
			if (mark == "/*") {
				in_comment = 1
				code = code " "
			} else {
				code = code mark mark
				rest = after_quote(rest, mark)
			}
		} else {
			code = code rest
			rest = ""
		}
	}
	print FILENAME ":" FNR ":" code
}

# What follows the closing mark of a string or character.
function after_quote(text, mark)
{
	while (match(text, /\\.|"|'/)) {
		found = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		if (found == mark)
			return text
	}
	return ""
}

# Prints each declaration at the top level of C headers in one line with tabs:
#
#   file:line  kind  name  declaration  comment
#
# kind: "api" (a function marked WEFT_API), "variable" (an object marked so),
# "function" (another one), "inline", or "other".  The comment is the one that
# ends on the line above (a #define may stand between), or that of the
# declaration on the line above.

FNR == 1 {
	in_comment = in_macro = depth = declaration_end = comment_end = 0
	declaration = ""
}

in_macro || (declaration == "" && !in_comment && /^#/) {
	in_macro = /\\$/
	if (comment_end == FNR - 1 && /^#define/)
		comment_end = FNR
	next
}

in_comment || (declaration == "" && /^[ \t]*\/\*/) {
	comment = in_comment ? comment " " $0 : $0
	in_comment = !/\*\//
	comment_end = FNR
	next
}

declaration == "" && (/^[ \t]*$/ || /^extern "C"/ || /^}$/) {
	next
}

{
	if (declaration == "")
		start = FNR
	line = $0
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
	if (!in_trailing(line))
		declaration = declaration " " line
	depth += gsub(/{/, "{", line) - gsub(/}/, "}", line)
	if (depth == 0 && line ~ /[;}][ \t]*$/)
		emit()
}

# Comments inside a declaration that run over lines are left out.
function in_trailing(text)
{
	if (trailing) {
		trailing = text !~ /\*\//
		return 1
	}
	if (text !~ /\/\*/)
		return 0
	trailing = 1
	sub(/\/\*.*/, "", text)
	declaration = declaration " " text
	return 1
}

function emit()
{
	if (comment_end == start - 1)
		shared = comment
	else if (declaration_end != start - 1)
		shared = ""
	declaration_end = FNR
	gsub(/[ \t]+/, " ", declaration)
	gsub(/[ \t]+/, " ", shared)
	kind = kind_of(declaration)
	print FILENAME ":" start "\t" kind "\t" name "\t" declaration "\t" shared
	declaration = ""
}

# Sets 'name' too.
function kind_of(text)
{
	head = text
	sub(/{.*/, "", head)
	name = ""
	if (text ~ /^ ?typedef/)
		return "other"
	if (match(head, /[A-Za-z_][A-Za-z0-9_]*\(/)) {
		name = substr(head, RSTART, RLENGTH - 1)
		if (text ~ /WEFT_API/)
			return "api"
		return head != text ? "inline" : "function"
	}
	if (text !~ /WEFT_API/)
		return "other"
	sub(/ ?[\[;=].*/, "", head)
	sub(/.*[ *]/, "", head)
	name = head
	return "variable"
}

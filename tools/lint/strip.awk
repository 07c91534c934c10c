# SPDX-License-Identifier: GPL-2.0-or-later
#
# Prints C files as "file:line:code" without comments and, with also_strings=1, without the inside
# of string and character constants.
FNR == 1 { in_comment = 0 }
{
	s = $0
	out = ""
	quote = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		two = substr(s, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				out = out " "
				i++
			}
		} else if (quote != "") {
			if (c == "\\") {
				if (!also_strings)
					out = out two
				i++
				continue
			}
			if (c == quote)
				quote = ""
			else if (also_strings)
				continue
			out = out c
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else {
			if (c == "\"" || c == "'")
				quote = c
			out = out c
		}
	}
	if (out !~ /^[ \t]*$/)
		print FILENAME ":" FNR ":" out
}

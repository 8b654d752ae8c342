# What a browser need not be sent of a module or a style sheet: lines that are nothing but comment, blank lines, indentation.
# Texts over several lines (between backticks) are left as they are. Comments behind code stay, so no string is looked into.
function opens_comment() { return !inText && /^[ \t]*\/\*/ }

!inComment && opens_comment() { inComment = 1; sub(/^[ \t]*\/\*/, "") }
inComment {
    end = index($0, "*/")
    if (end == 0) next
    inComment = 0
    $0 = substr($0, end + 2)
}
!inText && /^[ \t]*(\/\/.*)?$/ { next }
{
    if (!inText) sub(/^[ \t]+/, "")
    if (gsub(/`/, "`") % 2) inText = !inText
    print
}

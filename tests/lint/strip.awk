# code(LINE): the line without comments, and with every string and character literal emptied, so that a check looks
# at what is compiled and not at what is said. Remembers a comment that goes on in the next line; call it on every
# line of a file, in order, with FNR == 1 at the start of each.
function code(line,    out, i, c, two, quote) {
    if (FNR == 1) in_comment = 0
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; i++; out = out " " }
        } else if (two == "/*") {
            in_comment = 1
            i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            quote = c
            out = out c
            for (i++; i <= length(line) && substr(line, i, 1) != quote; i++)
                if (substr(line, i, 1) == "\\") i++
            out = out c
        } else {
            out = out c
        }
    }
    return out
}

function fault(text) { printf "%s:%d: %s\n", FILENAME, FNR, text }

# folder_of("model/key.c") is model, of tests/model/test_key.c it is model too.
function folder_of(path,    part) {
    split(path, part, "/")
    return part[1] == "tests" ? part[2] : part[1]
}
function is_test(path) { return path ~ /^tests\// }

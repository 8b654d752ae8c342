# A file is 500 lines (a test 800), a function 70 from brace to brace, a parameter list 6. Leans on clang-format: the
# brace of a function stands alone in the first column. A callback whose list a library fixes says so above it: "lint:
# the library's signature".
function max_lines(path) { return is_test(path) ? 800 : 500 }

# params(TEXT): the longest of the outer parameter lists in a declaration.
function params(text,    i, c, depth, n, most, inside) {
    most = 0
    depth = 0
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c ~ /[({[]/) { if (++depth == 1 && c == "(") { n = 1; inside = 0 } }
        else if (c ~ /[])}]/) { if (--depth == 0 && c == ")" && inside && n > most) most = n }
        else if (depth == 1 && c == ",") n++
        else if (depth > 0 && c !~ /[ \t]/) inside = 1
    }
    return most
}

function check_params() {
    sub(/^[ \t;}]*/, "", said)
    if (!fixed && said !~ /=/ && said !~ /^(#|typedef|enum|struct [a-z0-9_]+ \{)/ && params(said) > 6)
        fault("more than 6 parameters: make an options struct")
    said = ""
    fixed = 0
}

FNR == 1 { said = ""; fixed = 0; inside_function = 0; directive = 0 }
FNR == max_lines(FILENAME) + 1 { fault("more than " max_lines(FILENAME) " lines: is it one noun?") }

/lint: the library.s signature/ { fixed = 1 }

{
    line = code($0)
    was_directive = directive
    directive = (line ~ /^[ \t]*#/ || was_directive) && line ~ /\\$/
    if (line ~ /^[ \t]*#/ || was_directive) next

    if (inside_function) {
        if (line ~ /^}/) {
            if (FNR - start + 1 > 70) fault("a function of " (FNR - start + 1) " lines, 70 are the limit")
            inside_function = 0
        }
        next
    }
    if (line ~ /^\{/) {
        check_params()
        inside_function = 1
        start = FNR
        next
    }
    said = said " " line
    # Declarations, and the members of a struct, end with a semicolon; a brace begins something new.
    if (line ~ /;[ \t]*$/) check_params()
    else if (line ~ /\{[ \t]*$/ || line ~ /^[ \t]*$/) said = ""
}

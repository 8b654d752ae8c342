# How a file begins and ends: a header has a guard named after its path, a source opens with a comment, and the
# file's own name says something.
function guard_of(path,    name) {
    name = toupper(path)
    gsub(/[^A-Z0-9]/, "_", name)
    return name
}
function end_of_file() {
    if (previous == "") return
    if (previous ~ /\.h$/ && guard == "") printf "%s:1: no include guard\n", previous
    if (previous ~ /\.h$/ && last !~ /^#endif/) printf "%s:1: the include guard does not end the file\n", previous
}

FNR == 1 {
    end_of_file()
    previous = FILENAME
    guard = ""
    if (!is_test(FILENAME) && $0 !~ /^\/\*/) fault("opens without a comment that says what this is")
    base = FILENAME
    sub(/.*\//, "", base)
    if (base ~ /^(util|utils|helper|helpers|common|manager|misc)[._]/ || base ~ /_(util|utils|helper|helpers|common|manager|misc)\./)
        fault("a file name that says nothing: which noun lives here?")
}
FILENAME ~ /\.h$/ && guard == "" && /^[ \t]*#/ {
    guard = $2
    want = guard_of(FILENAME)
    short = want
    sub(/^TESTS_/, "", short)
    if ($1 != "#ifndef" || (guard != want && guard != short)) fault("the include guard should be " want)
}
/./ { last = $0 }
END { end_of_file() }

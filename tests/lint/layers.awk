# Includes point down: to the folder itself or to one that DEPS_<folder> of the Makefile names, and every external
# library is named in one folder only. The Makefile is the first file read.
BEGIN {
    # header or folder of headers, as a pattern : who may include it
    owner["^microhttpd\\.h$"] = "http"
    owner["^curl/"] = "s3 client agent"
    owner["^(elfutils/.*|dwarf\\.h)$"] = "agent"
    owner["^re2/"] = "base"
    owner["^libxml/"] = "s3"
    owner["^yaml\\.h$"] = "scrape"
    owner["^sqlite3\\.h$"] = "index"
    owner["^jansson\\.h$"] = "base"
    owner["^libdeflate\\.h$"] = "base"
    owner["^zlib\\.h$"] = "base agent tests"
    owner["^openssl/"] = "base"
    owner["^xxhash\\.h$"] = "base"
    owner["^cmocka\\.h$"] = "tests"
    owner["^brazier\\.h$"] = "tests" # the agent's, as it is installed
    owner["^[a-z_]+$"] = "base tests" # C++'s own
    # what libc and the kernel bring
    system_header = "^((assert|complex|ctype|dirent|dlfcn|elf|err|errno|fcntl|fenv|fnmatch|ftw|getopt|glob|grp|ifaddrs|inttypes" \
        "|iso646|libgen|limits|link|locale|malloc|math|mntent|netdb|poll|pthread|pwd|resolv|sched|semaphore|setjmp|signal|spawn" \
        "|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|syslog|termios|threads" \
        "|time|uchar|ucontext|unistd|utime|wchar|wctype)\\.h|(arpa|net|netinet|sys|linux|sanitizer)/[a-z0-9_/]+\\.h)$"
}

FILENAME ~ /Makefile$/ {
    if ($0 ~ /^DEPS_[a-z0-9]+ *:=/) {
        name = substr($1, 6)
        for (i = 3; i <= NF; i++) {
            if ($i ~ /^\$\(DEPS_/) deps[name] = deps[name] " " deps[substr($i, 8, length($i) - 8)]
            else deps[name] = deps[name] " " $i
        }
        deps[name] = deps[name] " "
    }
    next
}

/^[ \t]*#[ \t]*include/ {
    line = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
    form = substr(line, 1, 1)
    sub(/^["<]/, "", line)
    sub(/[">].*/, "", line)
    folder = folder_of(FILENAME)
    if (form == "\"") ours(line, folder)
    else theirs(line, folder)
}

function ours(header, folder,    to) {
    to = header
    sub(/\/.*/, "", to)
    if (header ~ /\.\./ || header !~ /\//) {
        fault("include \"" header "\": name it from the top, as \"folder/file.h\"")
    } else if (to == "tests") {
        if (!is_test(FILENAME)) fault("the product includes a test's header, \"" header "\"")
    } else if (!(to in deps)) {
        fault("include \"" header "\": no such folder in the Makefile's DEPS_")
    } else if (is_test(FILENAME) && folder == "support") {
        fault("tests/support needs libc only, but includes \"" header "\"")
    } else if ((folder in deps) && index(deps[folder], " " to " ") == 0) {
        fault(folder "/ may not include " to "/ (\"" header "\"): see DEPS_" folder " in the Makefile")
    } else if (!(folder in deps) && !is_test(FILENAME)) {
        fault("folder " folder "/ has no DEPS_ in the Makefile")
    }
    if (header == "base/log.h" && !is_test(FILENAME) && folder !~ /^(base|collector|cli)$/)
        fault(folder "/ logs: below collector/ return the error instead")
}

function theirs(header, folder,    pattern, found) {
    found = header ~ system_header
    for (pattern in owner) {
        if (header !~ pattern) continue
        found = 1
        if (index(" " owner[pattern] " ", " " folder " ") > 0) continue
        # Tests of no single folder (end to end, benchmarks, fuzzing) may use what they like.
        if (is_test(FILENAME) && (owner[pattern] ~ /tests/ || !(folder in deps)) && folder != "support") continue
        fault("<" header "> is named in " owner[pattern] "/ only")
    }
    if (!found) fault("<" header "> is not in the table of tests/lint/layers.awk: which folder owns that library?")
}

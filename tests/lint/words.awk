# What may not be called, named or written in C sources.
BEGIN {
    call["strcpy strcat sprintf vsprintf stpcpy gets strncat"] = "has no bound: use struct buf or snprintf"
    call["strtok atoi atol atoll atof"] = "cannot tell an error from a result: see base/slice.h"
    call["alloca"] = "is bounded by luck only"
    call["system popen"] = "starts a shell"
    call["tmpnam tempnam mktemp"] = "races: use mkstemp"
    call["setjmp longjmp sigsetjmp siglongjmp"] = "is hidden control flow: return the error"
    for (names in call) {
        n = split(names, name, " ")
        for (i = 1; i <= n; i++) why[name[i]] = call[names]
    }
    split("sleep usleep nanosleep clock_nanosleep", name, " ")
    for (i in name) sleeps[name[i]] = 1
    split("printf vprintf puts putchar perror", name, " ")
    for (i in name) speaks[name[i]] = 1
}

{
    # In comments too. Taken apart here, so that this file does not find itself.
    if ($0 ~ /(^|[^A-Za-z0-9_])(TO[D]O|FIX[M]E|X[X]X|HA[C]K)([^A-Za-z0-9_]|$)/)
        fault("unfinished work: finish it, or open an issue")

    line = code($0)
    if (line ~ /(^|[^A-Za-z0-9_])goto[ \t]/) fault("goto: CLEANUP() makes an early return safe")
    if (line ~ /(^|[^A-Za-z0-9_])[A-Za-z0-9_]*(util|utils|helper|helpers|manager|misc)(_[A-Za-z0-9_]*)?[ \t]*[(;{]/)
        fault("a name that says nothing (util, helper, manager): what does it do?")

    rest = line
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
        word = substr(rest, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", word)
        rest = substr(rest, RSTART + RLENGTH)
        if (before ~ /[A-Za-z0-9_.>]/) continue
        if (word in why) fault(word "() " why[word])
        if ((word in sleeps) && FILENAME ~ /^tests\/[a-z0-9_]+\/test_/) fault(word "() in a test: move its clock instead")
        if ((word in speaks) && FILENAME ~ /^(model|pprof|http|store|s3|index)\//)
            fault(word "() below collector/: return the error instead")
    }
    if (line ~ /(^|[^A-Za-z0-9_])(stderr|stdout)([^A-Za-z0-9_]|$)/ && FILENAME ~ /^(model|pprof|http|store|s3|index)\//)
        fault("writes to a standard stream below collector/: return the error instead")
}

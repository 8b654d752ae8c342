# Nothing in the project names one machine: a home folder, a place outside the checkout, an unfinished thought. The
# patterns are taken apart so that this file does not find itself.
/(^|[^A-Za-z0-9_.$}])\/(home\/[a-z]|roo[t]\/|wor[k]\/)|\.\.\/share[d]/ {
    fault("a path of one machine")
}
FILENAME !~ /\.[ch]$/ && /(^|[^A-Za-z0-9_])(TO[D]O|FIX[M]E|X[X]X)([^A-Za-z0-9_]|$)/ {
    fault("unfinished work: finish it, or open an issue")
}

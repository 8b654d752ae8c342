#!/bin/bash
# Everything that must hold, on Debian 12 or Ubuntu 22.04 and later: installs what is missing, builds with both
# compilers, runs every check and every test. One line at the end, "N passed, N failed", over all of them.
#   ./test.sh            all steps
#   ./test.sh unit e2e   these steps only; ./test.sh --list names them
set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=tests/support/packages.sh
. tests/support/packages.sh

# clang compiles everything in the steps asan and fuzz. clang-tidy takes ten minutes on two cores: `make lint`, or
# `./test.sh tidy`.
steps=(build lint unit asan tsan fuzz s3 e2e)
[ "${1:-}" != --list ] || { echo "${steps[*]}"; exit 0; }
[ $# -eq 0 ] || steps=("$@")

# What someone has set up for a brazier or a bucket of their own must not reach the tests; BRAZIER_TEST_S3_URL
# points them at another bucket on purpose, and then its AWS variables stay.
for name in $(compgen -e BRAZIER_); do
    case $name in BRAZIER_TEST_*) ;; *) unset "$name" ;; esac
done
if [ -z "${BRAZIER_TEST_S3_URL:-}" ]; then
    for name in $(compgen -e AWS_); do unset "$name"; done
fi
export LC_ALL=C.UTF-8 no_proxy='*' NO_PROXY='*'

jobs=$(nproc)
begin=$SECONDS passed=0 failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# step NAME COMMAND...: runs it and counts. A step that counts its own tests says so in lines "N passed, N failed";
# one that does not is itself a test. A step that fails without a failed test is one failure.
step() {
    local name=$1 start=$SECONDS code good bad
    shift
    case " ${steps[*]} " in *" $name "*) ;; *) return 0 ;; esac
    printf '\n== %s\n' "$name"
    timeout -k 60 "${STEP_TIMEOUT:-900}" "$@" </dev/null 2>&1 | tee "$log"
    code=${PIPESTATUS[0]}
    good=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    bad=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    if [ "$code" -eq 0 ] && [ $((good + bad)) -eq 0 ]; then good=1; fi
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
    printf '== %s: %d passed, %d failed, %d s\n' "$name" "$good" "$bad" $((SECONDS - start))
}

need_packages "${packages_build[@]}" "${packages_run[@]}" "${packages_test[@]}" "${packages_ceph[@]}" \
    "${packages_swift[@]}" && need_clang_runtime || { echo "0 passed, 1 failed"; exit 1; }

need_packages "${packages_page[@]}" || echo "skip  the page's time chart: ${packages_page[*]} cannot be installed"
need_packages "${packages_browser[@]}" || echo "skip  pictures in a browser: ${packages_browser[*]} cannot be installed"

step build make -s -j"$jobs" all test-programs
step lint make -s -k -j"$jobs" lint-quick lint-cppcheck
step unit make -s test
step asan make -s -j"$jobs" CC=clang asan
step tsan make -s -j"$jobs" tsan
step fuzz make -s -j"$jobs" fuzz FUZZ_SECONDS=2
step s3 make -s s3
step e2e make -s e2e
step tidy make -s -k -j"$jobs" lint-tidy

printf '\n%d s\n%d passed, %d failed\n' $((SECONDS - begin)) "$passed" "$failed"
[ "$failed" -eq 0 ]

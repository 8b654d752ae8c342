# shellcheck shell=bash disable=SC2034
# need_packages PACKAGE...: sees to it that Debian packages are there. Sourced by run.sh, test.sh and the scripts
# that start real servers; bash. Asks apt only for what is missing, says what it installs, never removes a
# package and never lets an installation start a service. Works as root, with sudo, or says what to install.

# has_package NAME: installed, or what it is wanted for is there from elsewhere.
has_package() {
    case $1 in
    golang-go) command -v go >/dev/null && return ;;
    nginx-light) PATH=$PATH:/usr/sbin command -v nginx >/dev/null && return ;;
    libcurl4-openssl-dev) pkg-config --exists libcurl 2>/dev/null && return ;;
    nodejs) command -v node >/dev/null && return ;;
    npm | chromium) command -v "$1" >/dev/null && return ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# root COMMAND...: as root, however we get there.
root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt_quiet() {
    root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -y -o Dpkg::Use-Pty=0 \
        -o DPkg::Lock::Timeout=600 "$@" </dev/null
}

# Maintainer scripts ask policy-rc.d whether they may start a service: 101 is no. A machine's own policy is moved
# aside and comes back.
services_stay_down() {
    local policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || root mv "$policy" "$policy.before-brazier"
    printf '#!/bin/sh\n# of a running installation by brazier\nexit 101\n' | root tee "$policy" >/dev/null
    root chmod 755 "$policy"
}
services_as_before() {
    local policy=/usr/sbin/policy-rc.d
    root rm -f "$policy"
    [ ! -e "$policy.before-brazier" ] || root mv "$policy.before-brazier" "$policy"
}

need_packages() (
    missing=()
    for package in "$@"; do
        has_package "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || exit 0

    if ! command -v apt-get >/dev/null; then
        echo "These Debian packages, or what they are called here, are needed: ${missing[*]}" >&2
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "Not root and no sudo. Install this first: apt-get install ${missing[*]}" >&2
        exit 1
    fi

    echo "Installing with apt: ${missing[*]}" >&2
    log=$(mktemp) || exit 1
    trap 'services_as_before; rm -f "$log"' EXIT
    trap 'exit 130' INT TERM
    services_stay_down
    # Package lists may be absent (a fresh image) or too old (a 404): then once more with new ones.
    if ! apt_quiet --no-install-recommends --no-remove install "${missing[@]}" >"$log" 2>&1; then
        echo "Updating the package lists" >&2
        if ! { apt_quiet update && apt_quiet --no-install-recommends --no-remove install "${missing[@]}"; } >"$log" 2>&1; then
            tail -n 40 "$log" >&2
            echo "apt could not install: ${missing[*]}" >&2
            exit 1
        fi
    fi
)

# What ./run.sh needs, and what ./test.sh needs on top.
packages_build=(gcc g++ libc6-dev make pkg-config libmicrohttpd-dev libcurl4-openssl-dev libxml2-dev libdeflate-dev
    zlib1g-dev libxxhash-dev libsqlite3-dev libjansson-dev libssl-dev libre2-dev libyaml-dev libdw-dev)
packages_run=(ca-certificates curl)
packages_test=(libcmocka-dev clang lld clang-format clang-tidy cppcheck llvm shellcheck nginx-light haproxy python3 python3-yaml
    golang-go graphviz openssl procps util-linux protobuf-c-compiler libprotobuf-c-dev
    libjemalloc2 libtcmalloc-minimal4)
# The page's time chart. Ubuntu 22.04 has no such package: without it the page shows tables in its place.
packages_page=(libjs-dygraphs)
# For what is looked at in a browser. Not every system has them as packages: without them that is skipped.
packages_browser=(chromium nodejs npm)
packages_ceph=(radosgw ceph-mon ceph-osd)
packages_swift=(swift-proxy swift-account swift-container swift-object memcached)

# The sanitizers of clang are a package named after its version: asked for once clang is known.
need_clang_runtime() {
    local version
    version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
    [ -z "$version" ] || [ -e "$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a")" ] ||
        need_packages "libclang-rt-$version-dev"
}

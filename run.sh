#!/bin/bash
# From a checkout to a running brazier, on Debian 12 or Ubuntu 22.04 and later: installs what is missing, builds,
# serves. Arguments are passed on to `brazier serve`; BRAZIER_* variables work as they do there.
set -eu
top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/packages.sh
. "$top/tests/support/packages.sh"

case " $* " in
*' --help '* | *' -h '*)
    echo "usage: ./run.sh [ARGUMENT OF brazier serve]...   installs what is missing, builds, serves"
    [ ! -x "$top/build/brazier" ] || exec "$top/build/brazier" serve --help
    exit 0
    ;;
esac

need_packages "${packages_build[@]}" "${packages_run[@]}"
need_packages "${packages_page[@]}" || echo "The page will have no time chart: ${packages_page[*]} cannot be installed" >&2

echo "Building" >&2
jobs=$(nproc)
# A compiler newer than any that we tried may know new warnings: they stop us, not you.
make -s -C "$top" -j"$jobs" || { echo "Once more, warnings allowed" >&2; make -s -C "$top" -j"$jobs" WERROR=; }

export BRAZIER_LISTEN=${BRAZIER_LISTEN:-127.0.0.1:10100}
export BRAZIER_STORE=${BRAZIER_STORE:-file:$top/brazier-data}
export BRAZIER_INDEX=${BRAZIER_INDEX:-$top/brazier-index}
# The first profiles are its own: at once, then every minute.
export BRAZIER_SELF_PROFILE=${BRAZIER_SELF_PROFILE:-on} BRAZIER_JITTER=${BRAZIER_JITTER:-0}

# Where it will listen and store, for the text below: an argument wins over the environment.
listen=$BRAZIER_LISTEN store=$BRAZIER_STORE before=
for argument in "$@"; do
    case $before in
    --listen) listen=$argument ;;
    --store) store=$argument ;;
    esac
    case $argument in
    --listen=*) listen=${argument#*=} ;;
    --store=*) store=${argument#*=} ;;
    esac
    before=$argument
done
url=http://$listen
case $listen in
:*) url=http://127.0.0.1$listen ;;
0.0.0.0:* | '[::]:'* | '*:'*) url=http://127.0.0.1:${listen##*:} ;;
esac

cat >&2 <<TEXT

brazier serves on $url and keeps profiles in $store. Look at it in a browser; it
profiles itself, as service brazier, as soon as it has something to do. Three things to try:

  curl -sS --data-binary @$top/tests/data/go/cpu-000.pb.gz '$url/api/0/profiles?service=shop&type=cpu&labels=region=fra'
  curl -sS '$url/api/0/profiles?service=shop&type=cpu&from=2020-01-01T00:00:00&to=now'
  curl -sS -o merged.pb.gz '$url/api/0/profiles/merge?service=shop&type=cpu&from=2020-01-01T00:00:00&to=now'

Any program that writes pprof can send; 'go tool pprof URL' opens what is listed or merged. Ctrl-C stops.

TEXT
exec "$top/build/brazier" serve "$@"

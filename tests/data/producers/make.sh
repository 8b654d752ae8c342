#!/bin/bash
# make.sh [OUT]: makes the profiles of tests/data/{gperftools,jemalloc,perf,folded} anew, into OUT (tests/data).
# Wants gcc, g++, python3-venv and the Debian packages libgoogle-perftools-dev, libjemalloc-dev, linux-perf; perf must be allowed to
# sample (root, or kernel.perf_event_paranoid <= 1). The numbers differ from run to run, the tests ask none of them
# but those that they compute from the files themselves.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "${1:-$here/..}" && pwd)
lib=$(dirname "$(ldconfig -p | sed -n 's/.*=> \(.*libc\.so\.6\)$/\1/p' | head -n 1)")
work=/tmp/burn
rm -rf "$work"
mkdir -p "$work" "$out"/{gperftools,jemalloc,perf,folded}
cd "$work"
gcc -O1 -g -fno-omit-frame-pointer -o burn "$here/burn.c"
g++ -O1 -g -o growth "$here/growth.cc" -ltcmalloc

CPUPROFILE=$work/cpu.prof CPUPROFILE_FREQUENCY=250 LD_PRELOAD=libprofiler.so.0 ./burn 60
HEAPPROFILE=$work/heap LD_PRELOAD=libtcmalloc.so.4 ./burn 1
TCMALLOC_SAMPLE_PARAMETER=1000000 ./growth sample >heap-sample.txt
./growth growth >heap-growth.txt
cp cpu.prof "$out/gperftools/cpu.prof"
cp heap.0001.heap "$out/gperftools/heap.txt"
cp heap-sample.txt heap-growth.txt "$out/gperftools/"

jemalloc() { # NAME OPTION TYPE
    MALLOC_CONF=prof:true,prof_final:true,lg_prof_sample:14,prof_prefix:$work/je-$1$2 LD_PRELOAD=libjemalloc.so.2 ./burn 1
    cp "$work/je-$1".*.heap "$out/jemalloc/$1.heap"
    jeprof --text --show_bytes "--$3" burn "$out/jemalloc/$1.heap" 2>/dev/null | head -n 1 >"$out/jemalloc/$1.jeprof"
}
jemalloc heap '' inuse_space
jemalloc accum ,prof_accum:true alloc_space

perf record -q -e cpu-clock -F 399 -g -o clock.data ./burn 30
perf script -i clock.data >"$out/perf/cpu-clock.txt"
perf record -q -e cpu-clock,task-clock -F 199 --call-graph dwarf,2048 -o two.data ./burn 6
perf script -i two.data >"$out/perf/two-events-inlined.txt"
perf script -i two.data -F +srcline,+pid >"$out/perf/two-events-srcline.txt"
perf record -q -e cpu-clock -F 199 -a -o flat.data ./burn 6
perf script -i flat.data --comms burn >"$out/perf/no-chains.txt"
cp clock.data perf.data
perf script report stackcollapse >"$out/folded/perf.folded"
perf report -i clock.data --stdio --no-children -g none --percent-limit 0 -F sample,symbol 2>/dev/null |
    sed -n 's/^ *\([0-9][0-9]*\)  *\[.\] \([^ ]*\).*/\1 \2/p' >"$out/perf/cpu-clock.leaves"

python3 -m venv venv
venv/bin/pip -q install py-spy
venv/bin/py-spy record -r 100 -f raw -o "$out/folded/py-spy.folded" -- python3 "$here/work.py" >/dev/null
rm -rf "$work"

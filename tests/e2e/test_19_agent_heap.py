#!/usr/bin/env python3
"""libbrazier-full finds leaks of known size, by whatever function and allocator they were made, preloaded and linked;
what is freed is in use no more, also when threads free each other's and children come and go. Time that was waited
for locks is that of the program's own clock. Where it cannot work it says so, and the program goes on."""
import glob
import json
import os

from harness import TOP, go_pprof, main, which
from programs import Pprof

SOURCES = os.path.join(TOP, "tests", "e2e", "agent")
MIB = 1 << 20
LEAKS = {"by_malloc": 24 * MIB, "by_calloc": 16 * MIB, "by_new": 12 * MIB, "by_aligned": 8 * MIB, "by_realloc": 8 * MIB}
TOLERANCE = 0.1  # at 4 KiB a sample the least of them has 2,000: four times their spread


class Programs:
    def __init__(self, stage, replica):
        self.stage, self.api, self.url = stage, replica.api(), replica.url
        self.full = os.path.join(stage.build, "libbrazier-full.so")
        self._build("g++", "memory.cc", "memory", [])
        self._build("gcc", "waits.c", "waits", [])
        linked = ["-DLINKED", "-I" + os.path.join(TOP, "agent"), "-L" + stage.build]
        self._build("g++", "memory.cc", "archive", linked + ["-l:libbrazier-full.a"])

    def _build(self, compiler, source, name, words):
        code, _, err = self.stage.run([which(compiler), "-O2", "-g", "-pthread", os.path.join(SOURCES, source), "-o",
                                       self.path(name)] + words, self.stage.env(), seconds=100)
        self.stage.check(code == 0, "%s: %s", source, err.decode())

    def path(self, name):
        return os.path.join(self.stage.dir, name)

    def run(self, name, service, *words, profiles="heap", preload=()):
        env = self.stage.env(BRAZIER_COLLECTOR=self.url, BRAZIER_SERVICE=service, BRAZIER_PROFILES=profiles,
                             BRAZIER_HEAP_RATE="4KiB", BRAZIER_JITTER="0", LD_PRELOAD=" ".join(preload))
        code, out, err = self.stage.run([self.path(name)] + list(words), env, seconds=90)
        self.stage.check(code == 0, "%s %s: exit %d, %s%s", service, words, code, out.decode(), err.decode())
        return out.decode(), err.decode()

    def files(self, service, kind):
        """All its profiles, the oldest first."""
        paths = []
        for item in self.api.list(service, kind).json()["body"]:
            paths.append(self.path("%s.%s.%d.pb.gz" % (service, kind, len(paths))))
            with open(paths[-1], "wb") as file:
                file.write(self.api.get(item["id"]).body)
        self.stage.check(paths, "no %s profile of %s", kind, service)
        return paths

    def last(self, service, kind):
        """That of the end."""
        return self.files(service, kind)[-1]

    def allocated(self, service, function):
        """Each profile says what was allocated since the one before."""
        return sum(self.top(path, "alloc_space")[1].get(function, 0) for path in self.files(service, "heap"))

    def top(self, path, index):
        """(total, {function: cumulative value})"""
        code, out, err = self.stage.run([self.stage.brazier, "query", "top", "--json", "--nodecount", "10000",
                                         "--sample-index", index, path])
        self.stage.check(code == 0, "query top %s: %s", path, err.decode())
        top = json.loads(out)
        return top["total"], {item["name"]: item["cum"] for item in top["items"]}


def leaks_are_found(stage, programs, service, name, preload):
    _, err = programs.run(name, service, "leak", preload=preload)
    stage.equal(err, "", "what %s says" % service)
    path = programs.last(service, "heap")
    _, top = programs.top(path, "inuse_space")
    for function, size in LEAKS.items():
        got = top.get(function, 0)
        stage.check(abs(got - size) < TOLERANCE * size, "%s: %s has %d bytes instead of %d", service, function, got, size)
    _, objects = programs.top(path, "inuse_objects")
    stage.check(abs(objects["by_malloc"] - 24 * 1024) < TOLERANCE * 24 * 1024, "%s: objects: %s", service, objects)
    return path


def what_is_freed_is_not_in_use(stage, programs, service, preload):
    programs.run("memory", service, "churn", preload=preload)
    _, used = programs.top(programs.last(service, "heap"), "inuse_space")
    for function, size in LEAKS.items():
        got = programs.allocated(service, function)
        stage.check(got > (1 - TOLERANCE) * size, "%s: %s allocated %d bytes instead of %d", service, function, got, size)
        stage.equal(used.get(function, 0), 0, "%s: in use of %s" % (service, function))


def threads_pass_on(stage, programs, service, preload):
    out, err = programs.run("memory", service, "threads", "6", preload=preload, profiles="heap,contention")
    stage.equal((out, err), ("done 1\n", ""), "what %s says" % service)
    path = programs.last(service, "heap")
    allocated, top = programs.top(path, "alloc_space")
    stage.check(top["passes_on"] > 0.9 * allocated, "%s: allocated: %s", service, top)
    _, used = programs.top(path, "inuse_space")
    stage.equal(used.get("passes_on", 0), 0, "%s: in use at the end" % service)


def waits_are_the_programs(stage, programs):
    out, err = programs.run("waits", "waits", profiles="contention", preload=[programs.full])
    stage.equal(err, "", "what it says")
    path = programs.last("waits", "block")
    total, delays = programs.top(path, "delay")
    _, counts = programs.top(path, "contentions")
    for line in out.splitlines():
        function, said = line.split()[0], int(line.split()[1])
        got = delays.get(function, 0)
        stage.check(abs(got - said) < 0.05 * said + 2e6, "%s: %d ns instead of %d", function, got, said)
        if function != "waits_for_signal":
            stage.check(18 <= counts[function] <= 22, "%s: %d times", function, counts[function])
    stage.check(delays.get("never_waits", 0) < 0.02 * total, "a free lock is waited for: %s", delays)


def it_says_what_it_cannot(stage, programs, allocators):
    plain = os.path.join(stage.build, "libbrazier.so")
    _, err = programs.run("memory", "plain", "leak", preload=[plain])
    stage.check("needs libbrazier-full" in err, "without the functions: %s", err)
    for allocator in allocators[:1]:
        _, err = programs.run("memory", "behind", "leak", preload=[allocator, programs.full])
        stage.check("comes before libbrazier-full" in err, "behind another allocator: %s", err)


def names_are_pprofs(stage, path):
    command = go_pprof()
    if not command:
        stage.note("no Go: `go tool pprof` is not tried")
        return
    table = Pprof(stage, command).table("-sample_index=inuse_space", path)
    for function in LEAKS:
        stage.check(function in table, "pprof has no %s: %s", function, table)


def scenario(stage):
    replica = stage.replica("collector", "file:" + os.path.join(stage.dir, "data"))
    replica.wait_ready()
    programs = Programs(stage, replica)
    allocators = [path for name in ("libjemalloc.so.2", "libtcmalloc_minimal.so.4")
                  for path in glob.glob("/usr/lib/*/" + name)[:1]]
    if len(allocators) < 2:
        stage.note("only %s are here", allocators)
    names_are_pprofs(stage, leaks_are_found(stage, programs, "archive", "archive", ()))
    for allocator in [None] + allocators:
        name = os.path.basename(allocator).split(".")[0] if allocator else "glibc"
        preload = [programs.full] + ([allocator] if allocator else [])
        leaks_are_found(stage, programs, name, "memory", preload)
        what_is_freed_is_not_in_use(stage, programs, name + "-churn", preload)
        threads_pass_on(stage, programs, name + "-threads", preload)
    waits_are_the_programs(stage, programs)
    it_says_what_it_cannot(stage, programs, allocators)


if __name__ == "__main__":
    main(scenario, limit=150)

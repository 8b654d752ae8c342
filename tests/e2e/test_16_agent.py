#!/usr/bin/env python3
"""Programs are profiled by libbrazier as it is installed, linked statically, linked dynamically and preloaded: shares of
CPU time are right within three points, names and lines are those of `go tool pprof`, whatever the program does with
threads, children, libraries and signals goes on as without us, and profiles reach a collector that was away, once."""
import json
import os
import re
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import TOP, go_pprof, main, which
from profiles import read
from programs import Pprof

SOURCES = os.path.join(TOP, "tests", "e2e", "agent")
EXPECTED = {"takes_seventy": 70, "takes_twenty": 20, "takes_ten": 10}
ATTEMPTS = 6


class Programs:
    """libbrazier as `make install` leaves it, and programs that pkg-config says how to build."""

    def __init__(self, stage, collector):
        self.stage, self.collector = stage, collector
        root = os.path.join(stage.dir, "root")
        self._do(["make", "-s", "-C", TOP, "install", "BUILD=" + stage.build, "DESTDIR=" + root, "MAKEFLAGS="])
        self.lib = os.path.join(root, "usr/local/lib")
        self.preload = os.path.join(self.lib, "libbrazier.so")
        found = stage.env(PKG_CONFIG_SYSROOT_DIR=root, PKG_CONFIG_PATH=os.path.join(self.lib, "pkgconfig"))
        shared = self._do(["pkg-config", "--cflags", "--libs", "brazier"], found).split()
        archive = self._do(["pkg-config", "--static", "--cflags", "--libs", "brazier"], found).split()
        archive = ["-l:libbrazier.a" if word == "-lbrazier" else word for word in archive]
        self._build("work.c", "plain", ["-pthread"])
        self._build("work.c", "shared", ["-DLINKED", "-Wl,-rpath," + self.lib] + shared)
        self._build("work.c", "archive", ["-DLINKED"] + archive)
        self._build("plugin.c", "plugin.so", ["-shared", "-fPIC"])
        self._build("shapes.cc", "shapes", [], which("g++"))
        self._build(os.path.join(TOP, "docs", "example.c"), "example", ["-Wl,-rpath," + self.lib] + shared + ["-lm"])

    def _do(self, argv, env=None):
        code, out, err = self.stage.run(argv, env, seconds=200)
        self.stage.check(code == 0, "%s: exit %d, %s", " ".join(argv), code, err.decode())
        return out.decode()

    def _build(self, source, name, words, compiler="gcc"):
        self._do([compiler, "-O2", "-g", "-Wall", "-Wextra", "-Werror", os.path.join(SOURCES, source), "-o", self.path(name)] + words)

    def path(self, name):
        return os.path.join(self.stage.dir, name)

    def env(self, service, **more):
        env = {"COLLECTOR": self.collector, "SERVICE": service, "CPU_DURATION": "1s", "INTERVAL": "0", "JITTER": "0"}
        env.update((name, value) for name, value in more.items() if name.isupper() and not name.startswith("LD_"))
        env = {"BRAZIER_" + name: value for name, value in env.items()}
        env.update((name, value) for name, value in more.items() if name.startswith("LD_"))
        return self.stage.env(**env)

    def run(self, kind, service, *words, **more):
        """(stdout, stderr) of a program that has to end well."""
        if kind in ("plain", "shapes"):
            more["LD_PRELOAD"] = self.preload
        code, out, err = self.stage.run([self.path(kind)] + list(words), self.env(service, **more), seconds=90)
        self.stage.check(code == 0, "%s %s: exit %d, %s%s", kind, " ".join(words), code, out.decode(), err.decode())
        return out.decode(), err.decode()


def top_of(stage, collector, service):
    """(total in seconds, {name: cumulative seconds}) of all CPU profiles of a service, or of a file."""
    where = [service] if os.path.exists(service) else ["--service", service, "--type", "cpu", "--collector", collector]
    code, out, err = stage.run([stage.brazier, "query", "top", "--json", "--nodecount", "10000"] + where)
    stage.check(code == 0, "query top %s: %s", service, err.decode())
    top = json.loads(out)
    return top["total"] / 1e9, {item["name"]: item["cum"] / 1e9 for item in top["items"]}


def shares_are_right(stage, programs, kind):
    """A processor that others use as well gives few and clumsy samples: then they are added to until they say enough."""
    for attempt in range(ATTEMPTS):
        out = programs.run(kind, kind, "shares", "1", CPU_RATE="400", CPU_DURATION="30s", LABELS="region=fra,how=a%2Cb")
        stage.equal(out, ("", ""), "what it says")
        total, top = top_of(stage, programs.collector, kind)
        stage.check(total > 2.5 * (attempt + 1), "of %d s of CPU time %.2f are reported", 3 * (attempt + 1), total)
        stage.check(top["share"] > 0.9 * total, "only %.2f of %.2f s reach the thread's beginning", top["share"], total)
        seen = sum(top[name] for name in EXPECTED)
        shares = {name: 100 * top[name] / seen for name in EXPECTED}
        stage.note("%s: %s", kind, shares)
        if all(abs(shares[name] - EXPECTED[name]) <= 3 for name in EXPECTED):
            return
    stage.check(False, "%s: shares of %s", kind, shares)


def short_threads_are_seen(stage, programs):
    out, _ = programs.run("plain", "many", "many", "1", CPU_DURATION="20s")
    stage.check(int(re.match(r"made (\d+)", out).group(1)) >= 3000, "threads: %s", out)
    total, top = top_of(stage, programs.collector, "many")
    stage.check(top.get("short_life", 0) > 0.3 * total, "threads of 0.3 ms are not seen: %s", top)


def a_program_that_soon_ends_is_seen(stage, programs):
    """Chance delays later profiles, not the first."""
    programs.run("plain", "soon", "shares", "1", JITTER="90s", CPU_DURATION="10s")
    total, _ = top_of(stage, programs.collector, "soon")
    stage.check(total > 1, "of 3 s of work %.2f s are seen", total)


def children_are_left_alone(stage, programs):
    out, err = programs.run("archive", "forks", "forks", "1")
    stage.check(out.startswith("bad 0") and not err, "children end badly: %s%s", out, err)
    programs.run("plain", "follow", "child", "1", FORK="on")
    _, top = top_of(stage, programs.collector, "follow")
    stage.check(top["child"] > 0.5, "with BRAZIER_FORK=on a child is not profiled: %s", top)


def the_example_works(stage, programs):
    programs.run("example", "ours", "2")
    total, top = top_of(stage, programs.collector, "example")
    stage.check(top.get("total", 0) > 0.8 * total, "the example of the documentation: %s", top)


def libraries_come_and_go(stage, programs):
    programs.run("shared", "libraries", "libraries", "1", programs.path("plugin.so"), CPU_DURATION="20s")
    total, top = top_of(stage, programs.collector, "libraries")
    stage.check(top.get("in_the_library", 0) > 0.8 * total, "an unloaded library has no name: %s", top)


def signals_stay_the_programs(stage, programs):
    out, _ = programs.run("plain", "own", "own", "1")
    found = re.match(r"own (\d+), kept 1, before 1", out)
    stage.check(found and int(found.group(1)) >= 50, "a program's own SIGPROF timer: %s", out)
    _, top = top_of(stage, programs.collector, "own")
    stage.check(top["own_profiler"] > 0.6, "beside it we see nothing: %s", top)
    out, _ = programs.run("shared", "blocked", "blocked", "1")
    stage.equal(out, "broken 0\n", "system calls that were broken off")
    out, err = programs.run("archive", "reset", "reset", "1")
    stage.equal(out, "alive\n", "a program that resets SIGPROF with a raw system call")
    stage.equal(err.count("past sigaction()"), 1, "lines about it")


def names_are_pprofs(stage, programs, api):
    programs.run("shapes", "shapes", "1", CPU_DURATION="20s")
    item = api.list("shapes", "cpu").json()["body"][-1]
    path = os.path.join(stage.dir, "shapes.pb.gz")
    with open(path, "wb") as file:
        file.write(api.get(item["id"]).body)
    _, top = top_of(stage, programs.collector, path)
    total = "shop::Basket<unsigned long>::total(int) const"
    stage.check(top["main"] >= top[total] > 0.5 and top["mix"] > 0.3, "names of C++: %s", top)
    command = go_pprof()
    if not command:
        stage.note("no Go: `go tool pprof` is not tried")
        return
    pprof = Pprof(stage, command)
    table = pprof.table(path)
    stage.check(any(name.startswith(("shop::Basket::total", total)) for name in table), "pprof's names: %s", table)
    stage.check("shop::mix (inline)" in table or "mix (inline)" in table, "no inlined function: %s", table)
    with open(os.path.join(SOURCES, "shapes.cc")) as file:
        lines = file.read().split("\n")
    places = set(re.findall(r"shapes\.cc:(\d+)", pprof.run("-top", "-lines", "-nodecount=1000", path)))
    stage.check(any("mix(sum + item)" in lines[int(n) - 1] for n in places) and
                any("return x ^" in lines[int(n) - 1] or "x ^= x" in lines[int(n) - 1] for n in places),
                "lines: %s", places)
    mapping = pprof.run("-raw", path)
    stage.check(re.search(r"/shapes [0-9a-f]{40} \[FN\]", mapping), "mappings: %s",
                mapping[mapping.find("Mappings"):])


# --- delivery ---------------------------------------------------------------------------------------------------


def a_collector_that_was_away(stage, programs, replica):
    """Answers are lost on their way, then the collector is away, then it is back."""
    proxy = stage.proxy("between", replica.port)
    proxy.set("pass", lose=1.0)
    out = {}

    def body():
        out["said"] = programs.run("plain", "away", "shares", "1", COLLECTOR=proxy.url, INTERVAL="30s")

    done = stage.go(1, lambda i: body())
    stage.wait_for("an attempt whose answer is lost", lambda: proxy.count()["lost"] > 0, 60)
    proxy.set("refuse")
    time.sleep(1)  # one or two attempts find nobody
    proxy.set("pass")
    done()
    stage.equal(len(replica.api().list("away", "cpu").json()["body"]), 1, "profiles after a collector was away")


class Recorder(ThreadingHTTPServer):
    """Answers what it is told to; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, answers, context=None):
        self.asked, self.answers, self.lock = [], list(answers), threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def next(self, headers, body):
        with self.lock:
            self.asked.append((headers.get("Idempotency-Key"), body, headers.get("Authorization")))
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.next(self.headers, body)
        self.send_response(answer)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"words")

    def log_message(self, *args):
        pass


def answers_are_heeded(stage, programs):
    busy = Recorder([503, 500, 200])
    stage.at_end(busy.shutdown)
    programs.run("plain", "busy", "shares", "2", COLLECTOR="http://127.0.0.1:%d" % busy.port, CPU_DURATION="700ms",
                 INTERVAL="1h", TOKEN="some-token-of-16-bytes")
    stage.check(len(busy.asked) == 3 and len(set(busy.asked)) == 1, "attempts: %s",
                [(key, len(body)) for key, body, _ in busy.asked])
    stage.equal(busy.asked[0][2], "Bearer some-token-of-16-bytes", "the token")
    strict = Recorder([403])
    stage.at_end(strict.shutdown)
    _, err = programs.run("plain", "strict", "shares", "1", COLLECTOR="http://127.0.0.1:%d" % strict.port,
                          CPU_DURATION="700ms", INTERVAL="1h")
    stage.equal(err, "brazier: the cpu profile is dropped: the collector answers 403: words\n", "what a refusal says")
    stage.equal(len(strict.asked), 1, "attempts at what is refused")


def the_last_profile_over_tls(stage, programs):
    """exit() sends the profile under way, though OpenSSL clears up at exit() too."""
    key, cert = programs.path("key.pem"), programs.path("cert.pem")
    code, _, err = stage.run([which("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert,
                              "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"])
    stage.check(code == 0, "openssl: %s", err.decode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = Recorder([200], context)
    stage.at_end(server.shutdown)
    for kind in ("plain", "archive"):
        before = len(server.asked)
        _, err = programs.run(kind, "tls", "shares", "1", COLLECTOR="https://127.0.0.1:%d" % server.port, CA_FILE=cert,
                              CPU_DURATION="700ms")
        stage.equal(err, "", "what it says")
        stage.check(len(server.asked) - before >= 2, "%s: %d profiles over TLS", kind, len(server.asked) - before)
        path = programs.path("last.pb.gz")
        with open(path, "wb") as file:
            file.write(server.asked[-1][1])
        stage.check(top_of(stage, "", path)[0] > 0, "the last profile is empty")


def a_privileged_program(stage, programs):
    """Who runs a setuid program must not choose what it reads and where it sends it."""
    if os.geteuid() != 0 or not os.path.exists("/usr/bin/setpriv"):
        stage.note("not root: no setuid program is tried")
        return
    path = programs.path("archive-setuid")
    subprocess.run(["cp", programs.path("archive"), path], check=True)
    os.chown(path, 1, 1)
    os.chmod(path, 0o6755)
    code, _, err = stage.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", path, "shares", "0"],
                             programs.env("setuid"))
    stage.check(code == 1 and b"BRAZIER_COLLECTOR" in err, "a setuid program heeds the environment: %d %s", code, err)


def the_collector_profiles_itself(stage):
    """Into its own store, also where tokens are needed; the last profile comes in before it ends."""
    tokens = os.path.join(stage.dir, "tokens")
    with open(tokens, "w") as file:
        file.write("ingest,read some-token-of-16-bytes test\n")
    timing = {"BRAZIER_CPU_DURATION": "500ms", "BRAZIER_INTERVAL": "0", "BRAZIER_JITTER": "0"}
    replica = stage.replica("itself", "file:" + os.path.join(stage.dir, "itself-data"),
                            ["--self-profile", "--token-file", tokens], env=timing)
    replica.wait_ready()
    api, key, body = replica.api(), {"Authorization": "Bearer some-token-of-16-bytes"}, read("go/cpu-000.pb.gz")

    def seen():
        for i in range(20):
            api.post(body, "shop%d" % i, "cpu", headers=key)
        return api.list("brazier", "cpu", headers=key).status == 200

    stage.wait_for("a profile of the collector", seen)
    stage.check("who=self" in replica.log(), "its own token is not used")
    stage.equal(replica.stop(), 0, "exit status")
    stage.check("not profiled" not in replica.log() and "dropped" not in replica.log(), "its log has complaints")


def scenario(stage):
    replica = stage.replica("collector", "file:" + os.path.join(stage.dir, "data"))
    programs = Programs(stage, replica.url)
    replica.wait_ready()
    begin = time.monotonic()
    waiting = stage.go(1, lambda i: (answers_are_heeded(stage, programs), a_collector_that_was_away(stage, programs, replica)))
    for kind in ("archive", "shared", "plain"):
        shares_are_right(stage, programs, kind)
    short_threads_are_seen(stage, programs)
    a_program_that_soon_ends_is_seen(stage, programs)
    children_are_left_alone(stage, programs)
    the_example_works(stage, programs)
    libraries_come_and_go(stage, programs)
    signals_stay_the_programs(stage, programs)
    names_are_pprofs(stage, programs, replica.api())
    the_last_profile_over_tls(stage, programs)
    a_privileged_program(stage, programs)
    the_collector_profiles_itself(stage)
    waiting()
    stage.note("everything after %.1f s", time.monotonic() - begin)


if __name__ == "__main__":
    main(scenario, limit=380)

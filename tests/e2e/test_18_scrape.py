#!/usr/bin/env python3
"""`brazier scrape` brings in what real Go programs serve, however they are found and guarded, while they are restarted and
killed; differences of their totals add up; what was spooled on disk survives everything; two hundred targets, some of them
dead or silent, do not hold each other up."""
import http.server
import json
import os
import re
import shutil
import socket
import socketserver
import struct
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from client import Api, labels_of
from harness import main
from process import Skip
from profiles import ProfileMaker, read
from programs import built_go

ALL = ["allocs", "block", "cpu", "goroutine", "heap", "mutex", "threadcreate"]
RECENT = {"from_": "-1h", "to": "now"}


class Scraper:
    """How it is run here."""

    def __init__(self, stage, collector_port):
        self.stage, self.collector = stage, "http://127.0.0.1:%d" % collector_port

    def argv(self, *words):
        return [self.stage.brazier, "scrape", "--collector", self.collector] + list(words)

    def once(self, *words, code=0):
        got, out, err = self.stage.run(self.argv("--once", *words))
        self.stage.check(got == code, "scrape %s: exit %d instead of %d: %s%s", " ".join(words), got, code, out, err)
        return err.decode()

    def start(self, name, config, *words):
        """A process that goes on, with .port for its pages."""
        path = os.path.join(self.stage.dir, name + ".yaml")
        with open(path, "w") as file:
            json.dump(config, file)
        port = self.stage.port()
        process = self.stage.spawn(name, self.argv("--config", path, "--listen", "127.0.0.1:%d" % port, *words))
        process.port = port
        return process


def page(process, path="/api/0/targets"):
    """What it says of itself; None while it does not answer."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (process.port, path), timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return None
    return json.loads(text)["body"] if path.startswith("/api") else text


def states(process):
    return sorted(target["state"] for target in (page(process) or {"targets": []})["targets"])


class Target:
    """A Go program."""

    def __init__(self, stage, program, name, *words):
        self.port, self.host = stage.port(), "127.0.0.1"
        self.address = "127.0.0.1:%d" % self.port
        self.process = stage.spawn(name, [program, "-listen", self.address] + list(words))
        self.stage = stage
        self.wait()

    def wait(self):
        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0
        self.stage.wait_for("a Go program listens", listens)

    def has(self, kind):
        """Has it something to say in this profile?"""
        with urllib.request.urlopen("http://%s/debug/pprof/%s?debug=1" % (self.address, kind), timeout=20) as answer:
            return b" @ " in answer.read()

    def work(self, n):
        with urllib.request.urlopen("http://%s/work?n=%d" % (self.address, n), timeout=20) as answer:
            answer.read()


def types_of(api, service):
    return sorted({profile["type"] for profile in api.pages(service)})


def once(stage, api, scraper, program):
    target, dead = Target(stage, program, "plain"), stage.port()
    url = "http://" + target.address
    stage.wait_for("it has contended", lambda: target.has("mutex") and target.has("block"))
    text = scraper.once("--target", url, "--service", "once", "--label", "dc=a,b", "--seconds", "1")
    stage.check("7 profiles delivered" in text, "it says %r", text)
    stage.equal(types_of(api, "once"), ALL, "types")
    stage.equal(labels_of(api.pages("once")[0]), {"dc": "a,b", "instance": target.address}, "labels")
    top = api.merge("once", "cpu", format="top.txt", **RECENT).body.decode()
    stage.check("main.burnForTest" in top, "the profile shows %s", top)

    text = scraper.once("--target", url, "--target", "http://127.0.0.1:%d" % dead, "--service", "half", "--profile", "heap",
                        code=1)
    stage.check("does not answer" in text and "1 failed" in text, "it says %r", text)
    stage.equal(types_of(api, "half"), ["heap"], "types of the half that lives")
    text = scraper.once("--target", url + "/debug/pprof/../nowhere/pprof", "--service", "none", "--profile", "heap", code=1)
    stage.check("404" in text, "it says %r", text)

    away = Scraper(stage, dead)
    spool = os.path.join(stage.dir, "spool-once")
    text = away.once("--target", url, "--service", "later", "--profile", "heap", "--drain", "300ms", "--spool", spool, code=3)
    stage.check("they wait in the spool" in text, "it says %r", text)
    scraper.once("--target", url, "--service", "later", "--profile", "goroutine", "--spool", spool)
    stage.equal(types_of(api, "later"), ["goroutine", "heap"], "what an earlier process left is delivered")
    for words, part in [(["--target", url], "--service"), ([], "--target URL or --config"),
                        (["--target", "localhost:6060", "--service", "s"], "begins with http"),
                        (["--config", "nowhere.yaml"], "nowhere.yaml")]:
        stage.check(part in scraper.once(*words, code=2), "%r says nothing of %s", words, part)


def collector_itself(stage, api, scraper):
    """Any path that answers pprof is a target: here what the collector merges."""
    api.request("POST", "/api/0/profiles", {"service": "source", "type": "cpu"}, read("go/cpu-000.pb.gz"))
    path = "/api/0/profiles/merge?service=source&type=cpu&from=2026-01-01T00:00:00&to=now"
    config = written(stage, "itself.yaml", json.dumps({"scrape_configs": [{
        "job_name": "itself", "profiles": {"all": {"path": path, "type": "cpu"}},
        "static_configs": [{"targets": [scraper.collector[7:]]}]}]}))
    stage.check("scraped 1 target: 1 profile delivered" in scraper.once("--config", config), "it says something else")
    totals = [api.merge(name, "cpu", format="top", from_="2026-01-01T00:00:00").json()["total"] for name in ("source", "itself")]
    stage.check(totals[0] == totals[1] and totals[0], "totals are %s", totals)


# --- how targets are found and guarded ------------------------------------------------------------------------------


class Discovery(http.server.BaseHTTPRequestHandler):
    """An http_sd server, and the API of a cluster with one page for each pod."""

    groups, pods, token, page_size = [], [], "cluster-token", 1

    def do_GET(self):  # pylint: disable=invalid-name
        url = urllib.parse.urlparse(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/groups":
            self.answer(self.groups)
        elif url.path != "/api/v1/namespaces/shop/pods" or query["labelSelector"] != "tier=back" or \
                self.headers["Authorization"] != "Bearer " + self.token:
            self.send_error(403)
        else:
            at = int(query.get("continue", "0"))
            more = {"continue": str(at + 1)} if at + 1 < len(self.pods) else {}
            self.answer({"kind": "PodList", "metadata": more, "items": self.pods[at:at + 1]})

    def answer(self, value):
        body = json.dumps(value, indent="\t").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):  # pylint: disable=arguments-differ
        pass


class Names(socketserver.BaseRequestHandler):
    """A DNS server that knows one A record and one SRV record."""

    port = 0

    def handle(self):
        data, wire = self.request
        at, labels = 12, []
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode().lower())
            at += 1 + data[at]
        kind = struct.unpack(">H", data[at + 1:at + 3])[0]
        question, answer = data[12:at + 5], b""
        name = ".".join(labels)
        if name == "back.test" and kind == 1:
            answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1")
        elif name == "_pprof._tcp.test" and kind == 33:
            host = b"\x09localhost\x00"
            answer = b"\xc0\x0c" + struct.pack(">HHIHHHH", 33, 1, 60, 6 + len(host), 0, 0, self.port) + host
        code = 0x8180 if answer else 0x8183
        wire.sendto(data[:2] + struct.pack(">HHHHH", code, 1, bool(answer), 0, 0) + question + answer, self.client_address)


def serve(stage, server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stage.at_end(server.shutdown)
    return server.server_address[1]


def pod(name, target, annotations, phase="Running"):
    return {"metadata": {"name": name, "namespace": "shop", "labels": {"app": "pods", "tier": "back"},
                         "annotations": {"profefe.com/" + key: value for key, value in annotations.items()}},
            "status": {"phase": phase, "podIP": target.host},
            "spec": {"containers": [{"name": "main", "ports": [{"containerPort": 80}]}]}}


def certificates(stage):
    """A CA, a server's certificate and a client's, in <stage>/tls."""
    here = os.path.join(stage.dir, "tls")
    os.makedirs(here)

    def openssl(*words):
        done = subprocess.run(["openssl"] + list(words), cwd=here, capture_output=True, timeout=60, check=False)
        stage.check(done.returncode == 0, "openssl: %s", done.stderr)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca", "-days", "2")
    for name in ("server", "client"):
        openssl("req", *curve, "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name, "-addext",
                "subjectAltName=DNS:target.test")
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-copy_extensions", "copy", "-out", name + ".pem")
    return here


def written(stage, name, text):
    path = os.path.join(stage.dir, name)
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)
    return path


def every_way(stage, api, scraper, program):
    tls = certificates(stage)
    plain = Target(stage, program, "found")
    secret = Target(stage, program, "secret", "-user", "prof", "-password", "pass word")
    bearer = Target(stage, program, "bearer", "-token", "0123456789abcdef")
    sealed = Target(stage, program, "sealed", "-cert", tls + "/server.pem", "-key", tls + "/server.key", "-ca",
                    tls + "/ca.pem")
    Discovery.groups = [{"targets": [plain.address], "labels": {"__service__": "by-http", "zone": "b"}}]
    Discovery.pods = [
        pod("one", plain, {"enable": "true", "port": str(plain.port), "service": "by-pod", "path": "/debug/pprof/"}),
        pod("two", plain, {"enable": "true", "port": str(plain.port)}),
        pod("off", plain, {"enable": "false", "port": str(plain.port), "service": "wrong"}),
        pod("gone", plain, {"enable": "true", "port": str(plain.port), "service": "wrong"}, phase="Succeeded")]
    web = serve(stage, http.server.ThreadingHTTPServer(("127.0.0.1", 0), Discovery))
    Names.port = plain.port
    dns = "127.0.0.1:%d" % serve(stage, socketserver.ThreadingUDPServer(("127.0.0.1", 0), Names))
    written(stage, "password", "pass word\n")
    written(stage, "bearer-token", "0123456789abcdef\n")
    written(stage, "cluster-token", Discovery.token)
    files = written(stage, "groups.yaml", "- targets: ['%s']\n  labels: {__service__: by-file, keep: 'yes'}\n"
                    "- targets: ['127.0.0.1:1']\n  labels: {keep: 'no'}\n" % plain.address)

    def job(name, **keys):
        return dict({"job_name": name, "scrape_interval": "1s", "profiles": ["goroutine"]}, **keys)

    def service(name):
        return [{"target_label": "__service__", "replacement": name}]

    static = [{"targets": [secret.address]}]
    config = {"scrape_configs": [
        job("static", static_configs=static, basic_auth={"username": "prof", "password_file": "password"}),
        job("token", static_configs=[{"targets": [bearer.address]}], authorization={"credentials_file": "bearer-token"}),
        job("tls", scheme="https", static_configs=[{"targets": [sealed.address]}],
            tls_config={"ca_file": "tls/ca.pem", "cert_file": "tls/client.pem", "key_file": "tls/client.key",
                        "server_name": "target.test"}),
        job("files", file_sd_configs=[{"files": ["group*.yaml"], "refresh_interval": "1s"}],
            relabel_configs=[{"source_labels": ["keep"], "regex": "yes|maybe", "action": "keep"},
                             {"regex": "(ke)(.*)", "action": "labelmap", "replacement": "${1}pt"}]),
        job("web", http_sd_configs=[{"url": "http://127.0.0.1:%d/groups" % web, "refresh_interval": "1s"}]),
        job("srv", dns_sd_configs=[{"names": ["_pprof._tcp.test"], "server": dns}], relabel_configs=service("by-srv")),
        job("a", dns_sd_configs=[{"names": ["back.test", "nobody.test"], "type": "A", "port": plain.port, "server": dns}],
            relabel_configs=service("by-a")),
        job("pods", kubernetes_sd_configs=[{"api_server": "http://127.0.0.1:%d/" % web, "namespaces": ["shop"],
                                            "label_selector": "tier=back", "bearer_token_file": "cluster-token"}]),
        job("refused", static_configs=[{"targets": [secret.address]}]),
    ]}
    process = scraper.start("ways", config)
    expected = ["static", "token", "tls", "by-file", "by-http", "by-srv", "by-a", "by-pod", "pods"]
    stage.wait_for("every way brings a profile", lambda: set(expected) <= set(api.services()), 30)
    stage.equal(labels_of(api.pages("by-file")[0]), {"instance": plain.address, "job": "files", "keep": "yes", "kept": "yes"},
                "labels of a file")
    stage.equal(labels_of(api.pages("by-pod")[0]),
                {"instance": plain.address, "job": "pods", "namespace": "shop", "pod": "one"}, "labels of a pod")
    stage.wait_for("a target that wants a password is told", lambda: "failing" in states(process))
    refused = [target for target in page(process)["targets"] if target["job"] == "refused"][0]
    stage.check("401" in refused["error"], "its error is %r", refused["error"])
    stage.check("wrong" not in api.services() and "127.0.0.1:1/debug" not in page(process, "/"), "something is asked that is not to")

    written(stage, "groups.yaml", "[{\"targets\": [\"%s\"], \"labels\": {\"__service__\": \"by-json\", \"keep\": \"maybe\"}}]"
            % plain.address)
    stage.wait_for("a changed file counts", lambda: "by-json" in api.services())
    written(stage, "groups.yaml", "- targets: [")
    Discovery.groups = []
    stage.wait_for("a target that is named no more is gone",
                   lambda: not [t for t in page(process)["targets"] if t["service"] == "by-http"])
    stage.wait_for("a broken file is told", lambda: "targets cannot be found" in process.log())
    stage.check([t for t in page(process)["targets"] if t["service"] == "by-json"], "a broken file takes targets away")

    metrics = page(process, "/metrics")
    for name in ("target_up", "target_last_seconds", "target_duration_seconds", "target_bytes"):
        stage.check(re.search(r'brazier_scrape_%s\{scrape_job="tls",url="https://%s",.*\} [0-9.]*[1-9]' % (name, sealed.address),
                              metrics), "metrics have no %s of a target", name)
    lines = [line.rsplit(" ", 1)[0] for line in metrics.splitlines() if not line.startswith("#")]
    stage.equal(len(lines), len(set(lines)), "different lines of metrics")
    stage.equal(process.stop(), 0, "exit status")


# --- restarts, kills, differences ------------------------------------------------------------------------------------


def allocated(api, id):
    """Blocks of 64 KB that /work has allocated, by this profile. (The runtime's own few bytes on the way are left out.)"""
    answer = api.request("GET", "/api/0/profiles/" + id, {"format": "top", "sample_index": "alloc_space", "nodecount": 0,
                                                           "show": "allocateForTest"})
    return sum(item["flat"] for item in answer.json()["items"] if item["name"] == "main.allocateForTest") >> 16


def killed_targets(stage, api, scraper, program):
    target = Target(stage, program, "mortal")
    config = {"scrape_configs": [{"job_name": "mortal", "scrape_interval": "2s", "static_configs": [{"targets": [target.address]}],
                                  "profiles": {"allocs": {"delta": True}, "cpu": {"seconds": 1}}}]}
    process = scraper.start("mortal-scraper", config)

    def rounds(name="allocs"):
        return sum(p["good"] for t in page(process)["targets"] for p in t["profiles"] if p["name"] == name)

    def wait_round():
        before = rounds()
        stage.wait_for("one more round", lambda: rounds() > before)

    target.work(1000)
    stage.wait_for("the first round", lambda: page(process) and rounds() >= 1)
    target.work(300)
    wait_round()
    target.work(20)
    wait_round()
    before = len(api.pages("mortal", "cpu"))
    stage.wait_for("a CPU profile is under way", lambda: "brazier_scrape_running 1" in page(process, "/metrics"))
    target.process.kill()
    stage.wait_for("a killed target is told", lambda: "down" in states(process) or "failing" in states(process))
    target.process.start()
    target.wait()
    target.work(50)
    wait_round()
    stage.wait_for("it is up again", lambda: states(process) == ["up"])
    stage.wait_for("its CPU profiles come again", lambda: len(api.pages("mortal", "cpu")) > before)
    target.work(7)
    wait_round()
    wait_round()
    stage.equal(process.stop(), 0, "exit status")
    counts = [allocated(api, profile["id"]) for profile in api.pages("mortal", "allocs")]
    stage.equal(sorted(n for n in counts if n), [7, 20, 50, 300], "differences of a target that was killed once")


# --- the collector is away -------------------------------------------------------------------------------------------


def spooled(stage, replica, scraper, simulation):
    """A profile has a number in it, so each can be followed from the target to the collector."""
    api = Api(replica.port)
    config = {"scrape_configs": [{"job_name": "spooled", "scrape_interval": "1s", "profiles": ["heap"], "static_configs": [
        {"targets": ["127.0.1.%d:%d" % (i, simulation.port) for i in range(1, 6)]}]}]}
    spool = os.path.join(stage.dir, "spool")
    process = scraper.start("spooler", config, "--spool", spool)
    stage.wait_for("profiles come", lambda: len(api.pages("spooled")) >= 5)
    replica.stop()
    stage.wait_for("profiles wait", lambda: page(process)["spool"]["profiles"] >= 10)
    stage.check(not page(process)["collector"]["up"] and "wait" in page(process, "/"), "the page says nothing of it")
    stage.equal(process.stop(), 0, "exit status")
    left = sorted(name for name in os.listdir(spool) if name.endswith(".profile"))
    stage.check(len(left) >= 10, "%d files are left", len(left))
    process.start()
    stage.wait_for("what was left waits again", lambda: (page(process) or {"spool": {"profiles": 0}})["spool"]["profiles"] >=
                   len(left))
    process.kill()
    replica.start()
    replica.wait_ready()
    process.start()
    stage.wait_for("all is delivered", lambda: page(process) and page(process)["spool"]["profiles"] < 3 and not
                   [name for name in os.listdir(spool) if name in left])
    stage.equal(process.stop(), 0, "exit status")
    stage.equal([name for name in os.listdir(spool) if name != "lock"], [], "what is left in the spool")
    stored = Api(replica.port).pages("spooled")
    stage.equal(len({profile["id"] for profile in stored}), len(stored), "profiles stored once")
    stage.check(len(stored) >= 5 + len(left), "%d profiles are stored, %d were left", len(stored), len(left))


# --- many ------------------------------------------------------------------------------------------------------------


class Simulation(http.server.ThreadingHTTPServer):
    """Programs at every address of loopback; some never answer. Notes when a CPU profile of one overlaps another."""

    daemon_threads, request_queue_size = True, 1024

    def __init__(self):
        super().__init__(("0.0.0.0", 0), Simulated)
        self.port, self.lock, self.busy, self.overlaps, self.asked = self.server_address[1], threading.Lock(), set(), 0, {}
        self.heaps, self.cpu = ProfileMaker("go/heap-000.pb.gz"), read("go/cpu-000.pb.gz")
        self.count = 0

    def handle_error(self, request, client_address):
        pass


class Simulated(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        sim, host = self.server, self.connection.getsockname()[0]
        if host.startswith("127.0.9."):
            time.sleep(60)
            return
        url = urllib.parse.urlparse(self.path)
        if url.path == "/debug/pprof/profile":
            with sim.lock:
                sim.overlaps += host in sim.busy
                sim.busy.add(host)
                sim.asked[host] = sim.asked.get(host, 0) + 1
            time.sleep(int(urllib.parse.parse_qs(url.query)["seconds"][0]))
            body = sim.cpu
            with sim.lock:
                sim.busy.discard(host)
        else:
            with sim.lock:
                sim.count += 1
                number = sim.count
            body = sim.heaps.make(number)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):  # pylint: disable=arguments-differ
        pass


def many(stage, api, scraper, simulation):
    good = ["127.0.2.%d:%d" % (i, simulation.port) for i in range(1, 201)]
    bad = ["127.0.9.%d:%d" % (i, simulation.port) for i in range(1, 21)] + \
          ["127.0.3.%d:%d" % (i, stage.port()) for i in range(1, 21)]
    job = {"scrape_interval": "4s", "scrape_timeout": "10s", "static_configs": [{"targets": good + bad}]}
    config = {"scrape_configs": [dict(job, job_name="many", profiles={"cpu": {"seconds": 1}}),
                                 dict(job, job_name="again", profiles={"cpu": {"seconds": 2}})]}
    process = scraper.start("many-scraper", config, "--at-once", "256")

    def sum_of(state, name):
        return sum(t["job"] == name and t["state"] == state for t in page(process)["targets"])

    stage.wait_for("all that live are asked", lambda: page(process) and sum_of("up", "many") == 200 and
                   sum_of("up", "again") == 200, 40)
    resident = process.rss()[0]
    stage.equal(simulation.overlaps, 0, "CPU profiles of a target that overlap")
    stage.wait_for("all is stored", lambda: len(api.pages("many", "cpu")) >= 200)
    stage.check(len(simulation.asked) >= 200 and sum_of("up", "many") == 200, "%d were asked", len(simulation.asked))
    stage.check(resident < 200 << 20 or "asan" in stage.build or "tsan" in stage.build, "it takes %d MB", resident >> 20)
    stage.note("440 targets of 400 programs: %d MB", resident >> 20)
    stage.equal(process.stop(), 0, "exit status")


def one_process(stage, api, scraper, program):  # pylint: disable=unused-argument
    """The scraper in the collector, behind tokens."""
    target = Target(stage, program, "near")
    tokens = written(stage, "tokens", "read 0123456789abcdef-read\n")
    config = written(stage, "near.yaml", json.dumps({"scrape_configs": [
        {"job_name": "near", "scrape_interval": "1s", "profiles": ["heap"], "static_configs": [{"targets": [target.address]}]}]}))
    replica = stage.replica("one", "file:" + os.path.join(stage.dir, "one-store"),
                            ["--token-file", tokens, "--scrape-config", config])
    replica.wait_ready()
    headers = {"Authorization": "Bearer 0123456789abcdef-read"}

    def ask(path, params=None):
        return Api(replica.port).request("GET", path, params, headers=headers)

    stage.wait_for("a profile is kept", lambda: ask("/api/0/profiles", {"service": "near"}).status == 200)
    stage.equal(ask("/api/0/targets").json()["body"]["targets"][0]["state"], "up", "its target")
    stage.check("near" in ask("/targets").body.decode() and "brazier_scrape_targets 1" in ask("/metrics").body.decode(),
                "the pages know nothing of it")
    stage.check("frame-ancestors 'none'" in ask("/targets").header("Content-Security-Policy"), "the page may be framed")
    stage.equal(Api(replica.port).request("GET", "/targets").status, 401, "targets without a token")
    stage.equal(replica.stop(), 0, "exit status")
    broken = written(stage, "broken.yaml", "scrape_configs:\n- job_name: x\n  scrape_intervall: 1s\n")
    code, _, err = stage.run([stage.brazier, "serve", "--scrape-config", broken, "--index", stage.dir + "/broken-index"])
    stage.check(code == 2 and b"broken.yaml:3: there is no key 'scrape_intervall' here; did you mean" in err, "%d: %s", code, err)


def scenario(stage):
    replica = stage.replica("collector", "file:" + os.path.join(stage.dir, "store"))
    replica.wait_ready()
    api, scraper = Api(replica.port), Scraper(stage, replica.port)
    simulation = Simulation()
    serve(stage, simulation)
    many(stage, api, scraper, simulation)
    spooled(stage, replica, scraper, simulation)
    collector_itself(stage, Api(replica.port), scraper)
    program = built_go(stage, "gotarget") if shutil.which("openssl") else None
    if not program:
        raise Skip("no Go program to scrape")
    parts = [once, every_way, killed_targets, one_process]
    stage.threads(len(parts), lambda i: parts[i](stage, Api(replica.port), scraper, program))


if __name__ == "__main__":
    main(scenario)

#!/usr/bin/env python3
"""What a person does on the page, done in Chromium on a real collector with real profiles: finding, the timeline, comparing,
exploring, files of one's own, links, keys, hostile names, slow and failing servers, logging in, an empty store, no fault that
axe-core finds. Numbers are those of `go tool pprof`. The scenarios are browser/app_*.mjs."""
import http.server
import json
import os
import shutil
import threading
import time
import urllib.error
import urllib.request

from harness import HERE, TOP, go_pprof, main
from process import Skip
from profiles import ProfileMaker, path_of
from programs import Pprof
from test_15_pictures import HOSTILE, install_playwright
from tiny_profile import FUNCTION, LOCATION, SAMPLE, SAMPLE_TYPE, STRING, message

CPU, OTHER, HEAP = "go/cpu-000.pb.gz", "go/cpu-009.pb.gz", "go/heap-000.pb.gz"
TOKEN, UNKNOWN = "people-1234567890abcdef", "nobody-1234567890abcdef"
PREFIX = "/behind/a/proxy"
MORE_HOSTILE = ["<img src=x onerror=alert(%d)>" % i for i in range(12)] + ["<svg/onload=alert(1)>", "\"><script>alert(1)</script>",
    "'-alert(1)-'", "</textarea><script>alert(1)</script>", "<iframe srcdoc='<script>alert(1)</script>'>", "<a href=javascript:alert(1)>x",
    "<math><mtext><style><img src onerror=alert(1)>", "<body onload=alert(1)>", "<style>*{display:none}</style>", "</style><b>", "<base href=//evil>",
    "<meta http-equiv=refresh content=0>", "<form action=//evil>", "<object data=//evil>", "<embed src=//evil>", "<link rel=stylesheet href=//evil>",
    "<template><script>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "&lt;script&gt;", "&#x3c;b&#x3e;", "\\u003cb\\u003e",
    "__proto__", "constructor", "toString", "hasOwnProperty", "%3Cscript%3E", "a;b;c", "a\\;b", "?service=x&type=y#z", "  ", "\t\n\r"]


def hostile_profile():
    """Each name as a function, a file of its own, and one deep stack of all."""
    names = [name if isinstance(name, bytes) else name.encode() for name in list(HOSTILE) + MORE_HOSTILE]
    strings = [b"", b"cpu", b"nanoseconds"] + names
    fields = [(SAMPLE_TYPE, message((1, 1), (2, 2)))]
    for i in range(1, len(names) + 1):
        fields += [(FUNCTION, message((1, i), (2, i + 2), (4, i + 2))), (LOCATION, message((1, i), (4, message((1, i), (2, i))))),
                   (SAMPLE, message((1, i), (2, 1000 + i))), (SAMPLE, message(*[(1, j) for j in range(i, 0, -1)], (2, 50)))]
    return message(*fields, *[(STRING, text) for text in strings]), len(names)


class Shop:
    """What is stored: an hour of two data centres with a gap, the hour before, the week before, a heap."""

    def __init__(self, stage, api):
        self.stage, self.api = stage, api
        self.now = int(time.time()) // 60 * 60
        self.count = 0

    def put(self, name, service, type, labels, at):
        self.count += 1
        body = ProfileMaker(name, begin=at).make(self.count)
        answer = self.api.post(body, service, type, labels)
        self.stage.check(answer.status == 200, "%s of %s: %s", type, service, answer)
        return answer.json()["body"]["id"]

    def fill(self):
        for minute in range(2, 52, 2):
            at = self.now - minute * 60
            if 20 <= minute <= 28:
                continue
            self.put(CPU, "checkout", "cpu", {"dc": "fra", "version": "1.4", "instance": "checkout-0"}, at)
            if minute % 4 == 0:
                self.put(OTHER, "checkout", "cpu", {"dc": "ams", "version": "1.5", "instance": "checkout-1"}, at)
        for minute in (62, 70, 80):
            self.put(OTHER, "checkout", "cpu", {"dc": "fra", "version": "1.4", "instance": "checkout-0"}, self.now - minute * 60)
            self.put(CPU, "checkout", "cpu", {"dc": "fra", "version": "1.3"}, self.now - 7 * 86400 - minute * 60 + 3600)
        self.put(HEAP, "checkout", "heap", {"dc": "fra"}, self.now - 600)
        for minute in (5, 15):
            self.put("go/compile-5.pb.gz", "search", "cpu", {"dc": "fra"}, self.now - minute * 60)
        hostile, count = hostile_profile()
        labels = {"<b>k</b>": "</script><script>alert(1)</script>", "onclick=alert(1)": "<img src=x onerror=alert(1)>"}
        answer = self.api.post(hostile, "<img src=x onerror=alert(1)>", "cpu", labels)
        self.stage.check(answer.status == 200, "hostile: %s", answer)
        return count


class Prefixed(http.server.BaseHTTPRequestHandler):
    """A reverse proxy that serves the collector below a path, and nothing beside it."""
    protocol_version, upstream = "HTTP/1.1", None

    def log_message(self, *args):  # pylint: disable=arguments-differ
        pass

    def do_GET(self):  # pylint: disable=invalid-name
        if not self.path.startswith(PREFIX + "/"):
            self.answer(404, [], b"not below the prefix")
            return
        names = ("Accept", "If-None-Match", "X-Brazier-Page")
        request = urllib.request.Request(self.upstream + self.path[len(PREFIX):], headers={name: self.headers[name] for name in names if self.headers[name]})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                self.answer(response.status, response.getheaders(), response.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.headers.items(), error.read())

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def prefixed(stage, upstream):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Prefixed,), {"upstream": upstream}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage.at_end(server.shutdown)
    return "http://127.0.0.1:%d%s/" % (server.server_address[1], PREFIX)


def pprofs_numbers(stage, url, shop):
    """{question: {function: [flat, cum]}} in nanoseconds, by go tool pprof; {} without it."""
    command = go_pprof()
    if not command:
        stage.note("no Go: no number is compared with `go tool pprof`")
        return {}
    pprof = Pprof(stage, command)
    until = "to=" + time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(shop.now))
    merge = url + "/api/0/profiles/merge?service=checkout&type=cpu&from=-1h&" + until

    def rows(*args):
        return {name.replace(" (inline)", "").replace(" (partial-inline)", ""): [int(value[:-2]) if value != "0" else 0 for value in values] for name, values in pprof.table(*args).items()}

    return {"to": until[3:], "all": rows(merge), "diff": rows("-diff_base", merge + "&labels=version=1.4", merge + "&labels=version=1.5")}


def scenario(stage):
    chromium, node = shutil.which("chromium"), shutil.which("node")
    if not chromium or not node:
        raise Skip("chromium or node is not installed")
    modules = install_playwright(stage)
    tokens = os.path.join(stage.dir, "tokens")
    with open(tokens, "w") as file:
        file.write("read %s people\n" % TOKEN)
    os.chmod(tokens, 0o600)
    stores = {"shop": (), "empty": (), "closed": ("--token-file", tokens)}
    replicas = {name: stage.replica(name, "file:" + os.path.join(stage.dir, name + ".store"), flags) for name, flags in stores.items()}
    for replica in replicas.values():
        replica.wait_ready()
    shop = Shop(stage, replicas["shop"].api())
    hostile = shop.fill()
    stage.note("filled")
    facts = {name: replica.url + "/" for name, replica in replicas.items()}
    facts.update(prefixed=prefixed(stage, replicas["shop"].url), token=TOKEN, unknown=UNKNOWN, now=shop.now, hostile=hostile,
                 pprof=pprofs_numbers(stage, replicas["shop"].url, shop), ui=os.path.join(TOP, "ui"),
                 files={"cpu": path_of(CPU), "other": path_of(OTHER), "perf": path_of("perf/cpu-clock.txt"), "bad": os.path.abspath(__file__)},
                 shots=os.environ.get("BRAZIER_TEST_SHOTS", ""))
    path = os.path.join(stage.dir, "facts.json")
    with open(path, "w") as file:
        json.dump(facts, file)
    code, out, err = stage.run([node, os.path.join(HERE, "browser", "app.mjs"), chromium, path, *os.environ.get("BRAZIER_TEST_SCENARIOS", "").split(",")],
                               env=stage.env(NODE_PATH=modules), seconds=350)
    stage.note("%s", out.decode().strip().replace("\n", "\n              "))
    stage.check(code == 0, "in Chromium: %s", err.decode())


if __name__ == "__main__":
    main(scenario, limit=380)

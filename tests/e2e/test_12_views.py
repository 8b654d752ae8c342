#!/usr/bin/env python3
"""Views: what `go tool pprof` shows for our URLs is what we show, with every option of its that we know, of one profile, of
merges and of differences; every format is what it says it is."""
import json
import os
import re
import shutil
import urllib.parse
import xml.etree.ElementTree

from harness import go_pprof, main
from profiles import inflate, path_of, read, totals
from programs import Curl, Pprof, said_alike

CPU = ["go/%s.pb.gz" % name for name in ("cpu-000", "cpu-009", "compile-1", "compile-2")]
HEAP = "go/heap-000.pb.gz"
HEAP_TYPES = ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")
BASE = "/api/0/profiles"
SINCE = {"from": "2000-01-01T00:00:00"}
TYPES = {"pprof": "application/octet-stream", "top": "application/json", "top.txt": "text/plain; charset=utf-8",
         "peek": "application/json", "peek.txt": "text/plain; charset=utf-8", "tree": "text/plain; charset=utf-8",
         "dot": "text/vnd.graphviz; charset=utf-8", "flamegraph": "application/json", "svg": "image/svg+xml",
         "folded": "text/plain; charset=utf-8", "speedscope": "application/json", "raw": "text/plain; charset=utf-8"}

# Flags of pprof, and the same as options here.
SAME = [
    ([], {}),
    (["-nodecount=10"], {"nodecount": 10}),
    (["-nodefraction=0.05"], {"nodefraction": 0.05}),
    (["-cum"], {"sort": "cum"}),
    (["-trim=false"], {"trim": 0}),
    (["-sample_index=samples"], {"sample_index": "samples"}),
    (["-focus=regexp"], {"focus": "regexp"}),
    (["-ignore=runtime[.]"], {"ignore": "runtime[.]"}),
    (["-hide=^runtime"], {"hide": "^runtime"}),
    (["-show=regexp|mallocgc"], {"show": "regexp|mallocgc"}),
    (["-show_from=gcBgMarkWorker$"], {"show_from": "gcBgMarkWorker$"}),
    (["-focus=regexp", "-ignore=mallocgc", "-cum"], {"focus": "regexp", "ignore": "mallocgc", "sort": "cum"}),
    (["-tagfocus=endpoint=/re"], {"tagfocus": "endpoint=/re"}),
    (["-tagignore=/tpl,/json"], {"tagignore": "/tpl,/json"}),
    (["-tagroot=endpoint,pkg"], {"tagroot": "endpoint,pkg"}),
    (["-tagroot=endpoint"], {"group_by": "endpoint"}),
    (["-tagleaf=pkg"], {"tagleaf": "pkg"}),
    (["-filefunctions"], {"granularity": "filefunctions"}),
    (["-files"], {"granularity": "files"}),
    (["-lines"], {"granularity": "lines"}),
    (["-addresses", "-nodecount=50"], {"granularity": "addresses", "nodecount": 50}),
    (["-focus=no such function"], {"focus": "no such function"}),
]
FILTERS = slice(6, 17)  # of them, those that take something away


def url_of(replica, path, *params):
    query = {}
    for more in params:
        query.update(more)
    return replica.url + BASE + path + ("?" + urllib.parse.urlencode(query) if query else "")


class Shop:
    """CPU profiles of two versions and a heap profile."""

    def __init__(self, stage, replica):
        api = replica.api()
        self.replica, self.ids = replica, []
        for i, name in enumerate(CPU):
            self.ids.append(api.post(read(name), "shop", "cpu", {"version": "1.%d" % (i % 2)}).json()["body"]["id"])
        self.heap = api.post(read(HEAP), "shop", "heap").json()["body"]["id"]
        self.merge = dict(SINCE, service="shop", type="cpu")
        self.old, self.new = dict(self.merge, labels="version=1.0"), dict(self.merge, labels="version=1.1")
        self.diff = dict(self.new, base_labels="version=1.0")

    def url(self, path, *params):
        return url_of(self.replica, path, *params)


def as_lines(text):
    """Without spaces at the ends of lines."""
    return [line.rstrip() for line in text.split("\n")]


def compare(stage, ours, theirs, what):
    ours, theirs = map(as_lines, said_alike(ours, theirs))
    if ours == theirs:
        return
    for i in range(max(len(ours), len(theirs))):
        one, other = ours[i] if i < len(ours) else "(end)", theirs[i] if i < len(theirs) else "(end)"
        stage.check(one == other, "%s, line %d of %d: %r instead of %r", what, i + 1, len(theirs), one, other)


def tables_are_pprofs(stage, shop, curl, pprof):
    merge, one, ids = shop.url("/merge", shop.merge), shop.url("/" + shop.ids[0]), shop.url("/" + "+".join(shop.ids[:2]))
    for flags, options in SAME:
        text = curl.run("-f", shop.url("/merge", shop.merge, options, {"format": "top.txt"}))
        compare(stage, text.decode(), pprof.run("-top", *flags, merge), "top.txt of a merge with %s" % options)
    for what, ours, theirs in (("one profile", one, one), ("two ids", ids, ids)):
        text = curl.run("-f", ours + "?format=top.txt").decode()
        compare(stage, text, pprof.run("-top", theirs), "top.txt of " + what)
    heap = shop.url("/" + shop.heap)
    for flags, query in [(["-sample_index=" + index], "sample_index=" + index) for index in HEAP_TYPES] + \
            [([], ""), (["-tagfocus=4kb:64kb"], "tagfocus=4kb:64kb"), (["-tagignore=bytes=:1kb"], "tagignore=bytes=:1kb"),
             (["-tagleaf=bytes", "-lines"], "tagleaf=bytes&granularity=lines")]:
        text = curl.run("-f", heap + "?format=top.txt&" + query).decode()
        compare(stage, text, pprof.run("-top", *flags, heap), "top.txt of a heap with " + query)
    peek = curl.run("-f", shop.url("/merge", shop.merge, {"format": "peek.txt", "function": "mallocgc$"}))
    compare(stage, peek.decode(), pprof.run("-peek=mallocgc$", merge), "peek.txt")
    views = ["tree", "raw", "dot"]
    if pprof.is_older(merge):
        stage.note("this pprof numbers locations as older ones did: raw is not compared")
        views.remove("raw")
    for view in views:
        text = curl.run("-f", shop.url("/merge", shop.merge, {"format": view})).decode()
        theirs = pprof.run("-" + view, merge)
        compare(stage, text, re.sub(r"(\\l)+See https://\S+ for how to read the graph", "", theirs), view)


def filtered_pprof_is_pprofs(stage, shop, curl, pprof):
    """A filtered profile holds what pprof's own filters leave."""
    for flags, options in SAME[FILTERS]:
        file = os.path.join(stage.dir, "filtered.pb.gz")
        curl.run("-f", "-o", file, shop.url("/merge", shop.merge, options))
        got = pprof.table(file)
        stage.check(len(got) > 5, "%s leaves %d functions", options, len(got))
        stage.check(got == pprof.table(*flags, shop.url("/merge", shop.merge)), "the profile with %s is another", options)


def differences_are_pprofs(stage, shop, curl, pprof):
    base, source = "-diff_base=" + shop.url("/merge", shop.old), shop.url("/merge", shop.new)
    named = {"ids": "+".join(shop.ids[1::2]), "base_ids": ",".join(shop.ids[0::2])}
    for flags, options in (([], {}), (["-normalize"], {"normalize": 1}), (["-cum", "-nodecount=20"],
                           {"sort": "cum", "nodecount": 20}), (["-focus=runtime"], {"focus": "runtime"}),
                           (["-lines"], {"granularity": "lines"})):
        theirs = pprof.run("-top", *flags, base, source)
        for what, params in (("by labels", shop.diff), ("by ids", named)):
            text = curl.run("-f", shop.url("/diff", params, options, {"format": "top.txt"})).decode()
            compare(stage, text, theirs, "top.txt of a difference %s with %s" % (what, options))
    # pprof knows a difference when it sees one.
    compare(stage, pprof.run("-top", shop.url("/diff", shop.diff)), pprof.run("-top", base, source), "-top of /diff")
    stage.check(pprof.table(shop.url("/diff", shop.diff, {"normalize": 1})) == pprof.table("-normalize", base, source),
                "-top of /diff with normalize")
    same = pprof.table(shop.url("/diff", shop.merge, {"base_labels": "version=1.1", "labels": "version=1.1"}))
    stage.check(all(flat == "0" and cum == "0" for flat, cum in same.values()), "equal sides differ: %s", same)


def heads(text):
    """Status and headers of what `curl -D -` prints."""
    head = text.split(b"\r\n\r\n", 1)[0].decode().split("\r\n")
    return int(head[0].split(" ")[1]), {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in head[1:]}


def read_as(stage, name, body, total):
    """Is it what it says, and all of it? `total`: of the second sample type, CPU nanoseconds."""
    text = body.decode(errors="replace")
    if name == "pprof":
        stage.check(totals(inflate(body))[1] == total, "pprof: total")
    elif TYPES[name] == "application/json":
        stage.check(isinstance(json.loads(text), dict), "%s: no object", name)
    elif name == "svg":
        root = xml.etree.ElementTree.fromstring(text)
        stage.check(root.tag == "{http://www.w3.org/2000/svg}svg", "svg: root %s", root.tag)
        links = [value for element in root.iter() for key, value in element.attrib.items()
                 if key.split("}")[-1] in ("href", "src")]
        stage.check(not [link for link in links if not link.startswith("#")], "svg: it loads %s", links[:3])
    elif name == "folded":
        sums = sum(int(line.rsplit(" ", 1)[1]) for line in text.splitlines())
        stage.equal(sums, total, "folded: sum")
    elif name == "dot" and shutil.which("dot"):
        code, out, err = stage.run([shutil.which("dot"), "-Tsvg"], data=body)
        stage.check(code == 0 and b"</svg>" in out, "dot: Graphviz says %s", err.decode()[:300])
    if name in ("top", "flamegraph", "speedscope"):
        stage.check(str(total) in text, "%s: the total %d is not in it", name, total)


def formats_are_what_they_say(stage, shop, curl):
    total = sum(totals(inflate(read(name)))[1] for name in CPU)
    for name, kind in TYPES.items():
        url = shop.url("/merge", shop.merge, {"format": name, "function": "mallocgc"})
        status, head = heads(curl.run("-D", "-", "-o", os.path.join(stage.dir, "body"), url))
        with open(os.path.join(stage.dir, "body"), "rb") as file:
            body = file.read()
        stage.equal((status, head.get("content-type")), (200, kind), "status and type of " + name)
        stage.equal(head.get("x-content-type-options"), "nosniff", name)
        stage.equal(head.get("x-brazier-profiles"), str(len(CPU)), name + ": X-Brazier-Profiles")
        stage.equal("content-security-policy" in head, name == "svg", name + ": Content-Security-Policy")
        disposition = head.get("content-disposition")
        stage.check(name == "pprof" or re.match(r'(inline|attachment); filename="shop-cpu\.[a-z.]+"$', disposition),
                    "%s: %s", name, disposition)
        read_as(stage, name, body, total)
        stage.equal(curl.run("-f", "--compressed", url), body, name + ", packed")
        stage.equal(curl.run("-f", url), body, name + ", once more")
    stage.note("%d formats", len(TYPES))


def mistakes_are_named(stage, shop, curl):
    for params, words in (({"format": "png"}, "one of pprof, top, top.txt"), ({"focus": "(", "format": "svg"}, "focus"),
                          ({"nodecount": "x"}, "nodecount"), ({"format": "top", "sample_index": "nothing"}, "nothing"),
                          ({"format": "svg", "granularity": "pages"}, "granularity")):
        answer = curl.json("-H", "Accept: application/json", shop.url("/merge", shop.merge, params), code=400)
        stage.check(words in answer, "%s: %s", params, answer)
    answer = curl.json("-H", "Accept: application/json", shop.url("/diff", shop.merge), code=400)
    stage.check("base_labels" in answer, "no base: %s", answer)
    for side, params in (("labels", {"base_labels": "version=1.0", "labels": "version=9"}),
                         ("base", {"base_labels": "version=9", "labels": "version=1.0"})):
        answer = curl.json("-H", "Accept: application/json", shop.url("/diff", shop.merge, params), code=404)
        stage.check("version=9" in answer and ("for the base" in answer) == (side == "base"), "%s: %s", side, answer)


def scenario(stage):
    replica = stage.replica("replica", "file:" + os.path.join(stage.dir, "store"))
    replica.wait_ready()
    shop, curl = Shop(stage, replica), Curl(stage)
    formats_are_what_they_say(stage, shop, curl)
    mistakes_are_named(stage, shop, curl)
    command = go_pprof()
    if not command:
        stage.note("no Go: nothing is compared with `go tool pprof`")
        return
    pprof = Pprof(stage, command)
    tables_are_pprofs(stage, shop, curl, pprof)
    filtered_pprof_is_pprofs(stage, shop, curl, pprof)
    differences_are_pprofs(stage, shop, curl, pprof)
    stage.note("%d kinds of options are as pprof has them", len(SAME))


if __name__ == "__main__":
    main(scenario, limit=180)

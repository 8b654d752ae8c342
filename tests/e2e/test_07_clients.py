#!/usr/bin/env python3
"""Real clients: curl in the forms that people use it, `go tool pprof` on our URLs (what it shows for a merge is what it
shows for the same files; our errors are what it says), and a Go program that sends its own profiles as profefe's agent
does."""
import os
import re
import urllib.parse

from client import labels_of
from harness import go_pprof, main
from profiles import path_of, read
from programs import Curl, Pprof, built_go

CPU = ["go/compile-%d.pb.gz" % i for i in (1, 2, 3, 4, 5)]
HEAP = "go/heap-000.pb.gz"
TOKEN = "c2f1c7b0e9e14d0c8a70"
HOSTILE = {"comma": "x,y", "plus": "1.0+b7", "slash": "eu/west", "equals": "a=b", "percent": "100%", "space": "a b",
           "twice": "%2C", "empty": "", "umlaut": "\u00fc\u4e16"}


def curl_forms(stage, replica):
    """As profefe's README and its users' scripts have it."""
    curl, url = Curl(stage), replica.url + "/api/0/profiles"
    first = curl.json("--data-binary", "@" + path_of(CPU[0]),
                      url + "?service=readme&type=cpu&labels=region=europe-west3,dc=fra,version=1.4")
    stage.equal(labels_of(first), {"region": "europe-west3", "dc": "fra", "version": "1.4"}, "labels")
    curl.json("-XPOST", "--data-binary", "@-", url + "?service=readme&type=cpu&labels=,a=1,", data=read(CPU[1]))
    curl.json("-XPOST", "-T", "-", "-H", "Transfer-Encoding: chunked", url + "/?service=readme&type=cpu",
              data=read(CPU[2]))
    curl.json("-H", "Expect: 100-continue", "-H", "Content-Type: application/octet-stream", "--data-binary",
              "@" + path_of(HEAP), url + "?service=readme&type=heap&created_at=2026-01-02T03:04:05")
    curl.json("-H", "Content-Encoding: gzip", "--data-binary", "@" + path_of(CPU[3]),
              replica.url + "//api/0/profiles?service=readme&type=cpu")
    curl.json("-0", "--data-binary", "@" + path_of("legacy/go-goroutine-debug1.txt"),
              url + "?service=readme&type=goroutine")
    text = curl.json("--data-binary", "@" + path_of(CPU[0]), url + "?service=readme&type=heap", code=400)
    stage.check("looks like cpu" in text, "a CPU profile as heap: %s", text)

    span = ["-G", "-d", "service=readme", "-d", "from=2000-01-01T00:00:00", "--data-urlencode",
            "to=2099-01-01T00:00:00+00:00"]
    stage.equal(len(curl.json(*span, url)), 6, "profiles of readme")
    stage.equal(len(curl.json(*span, "-d", "type=cpu", url)), 4, "CPU profiles of readme")
    found = curl.json(*span, "-d", "type=cpu", "-d", "labels=dc=fra,region=europe-west3", url)
    stage.equal([profile["id"] for profile in found], [first["id"]], "profiles in fra")
    stage.equal(curl.json("-G", "--compressed", *span[1:], url), curl.json(*span, url), "the list, packed")
    stage.equal(curl.run(url + "/" + first["id"]), read(CPU[0]), "one profile")
    stage.equal(curl.run("-r", "0-1", url + "/" + first["id"]), b"\x1f\x8b", "its first two bytes")
    stage.check(b"content-length: %d\r\n" % len(read(CPU[0])) in curl.run("-I", url + "/" + first["id"]).lower(),
                "HEAD of a profile")
    merged = os.path.join(stage.dir, "merged.pb.gz")
    curl.run("-f", "-o", merged, *span, "-d", "type=cpu", url + "/merge")
    stage.equal(curl.json(*span, "-d", "type=mutex", url, code=404)[:13], "nothing found", "no such profiles")
    stage.equal(curl.json(replica.url + "/api/0/services"), ["readme"], "services")
    stage.check("version" in curl.json(replica.url + "/api/0/version"), "version")
    replica.api().post(read(CPU[0]), "hostile", "cpu", HOSTILE)
    stage.equal(labels_of(replica.api().pages("hostile")[0]), HOSTILE, "labels with everything")
    return merged


def pprof_shows(stage, replica, guarded, merged):
    command = go_pprof()
    if not command:
        stage.note("no Go: `go tool pprof` is not tried")
        return
    pprof = Pprof(stage, command)
    api, files = replica.api(), [path_of(name) for name in CPU]
    ids = []
    for i, name in enumerate(CPU):
        ids.append(api.post(read(name), "shop", "cpu", {"version": "1.%d" % (i % 2)}).json()["body"]["id"])
    heap = api.post(read(HEAP), "shop", "heap").json()["body"]["id"]
    base = "/api/0/profiles"
    merge = base + "/merge?service=shop&type=cpu&from=2000-01-01T00:00:00"

    table, samples = pprof.table(*files), pprof.samples(*files)
    stage.check(len(table) > 100 and len(samples) > 100, "go tool pprof shows %d rows, %d samples of the files",
                len(table), len(samples))
    for what, url in (("merge", merge), ("ids", base + "/" + "+".join(ids))):
        stage.check(pprof.table(replica.url + url) == table, "-top of %s is unlike that of the files", what)
        stage.check(pprof.samples(replica.url + url) == samples, "-traces of %s are unlike those of the files", what)
    stage.check(pprof.table(*[replica.url + base + "/" + id for id in ids]) == table, "-top of five URLs")
    stage.check(pprof.samples(merged) == pprof.samples(*files[:4]), "-traces of what curl has merged")
    stage.equal(pprof.samples(replica.url + base + "/" + heap, "-sample_index=alloc_space"),
                pprof.samples(path_of(HEAP), "-sample_index=alloc_space"), "a heap profile's samples")

    function = max(table, key=len).split(" ")[0]
    peek = "-peek=" + re.escape(function[:40])
    stage.equal(pprof.run(peek, replica.url + merge).split("flat%", 1)[-1], pprof.run(peek, *files).split("flat%", 1)[-1],
                "-peek")
    raw = [pprof.run("-raw", source).split("Mappings")[0] for source in (replica.url + base + "/" + ids[0], files[0])]
    stage.check(raw[0] == raw[1] and len(raw[0]) > 1000, "-raw of one profile")
    old, new = merge + "&labels=version=1.0", merge + "&labels=version=1.1"
    stage.check(pprof.table("-diff_base=" + replica.url + old, replica.url + new) ==
                pprof.table("-diff_base=" + proto(pprof, files[0::2]), proto(pprof, files[1::2])), "-diff_base")
    same = pprof.table("-diff_base=" + replica.url + merge, replica.url + merge)
    stage.check(all(flat == "0" and cum == "0" for flat, cum in same.values()), "a profile differs from itself: %s", same)

    with_token = guarded.url.replace("http://", "http://any:%s@" % TOKEN) + merge
    stage.check(pprof.table(with_token) == table, "-top with a token as password")
    for url, words in ((guarded.url + merge, "token"), (replica.url + base + "/merge?service=none&type=cpu", "nothing found"),
                       (replica.url + base + "/" + ids[0][:-1] + ("0" if ids[0][-1] != "0" else "4"), "nothing found"),
                       (replica.url + base + "/%s+%s" % (ids[0], heap), "cannot merge"),
                       (replica.url + base + "/merge?service=shop&type=blah", "cpu, heap"),
                       (replica.url + merge + "&labels=a%25=1", "labels")):
        said = pprof.run("-top", url, ok=False)
        stage.check(words in said, "go tool pprof does not say %r of %s: %s", words, url, said)
    stage.note("go tool pprof: %d functions, %d samples", len(table), len(samples))


def proto(pprof, files):
    """Merged by go tool pprof."""
    path = os.path.join(pprof.stage.dir, "reference-%d.pb.gz" % len(files))
    pprof.run("-proto", "-output=" + path, *files)
    return path


ROUND = ["cpu", "heap", "block", "mutex", "goroutine", "threadcreate"]


def go_agent(stage, replica, guarded):
    """A program with profefe's agent, as far as the wire can tell: two rounds of six types with hostile labels, through
    a collector that comes late, and one that refuses."""
    program = built_go(stage, "goclient")
    if not program:
        return
    words = [word for pair in HOSTILE.items() for word in pair]
    fast = dict(GOCLIENT_SECOND="2ms", GOCLIENT_ROUNDS="2")
    code, out, err = stage.run([program, replica.url + "/", "go service/x+y"] + words, stage.env(**fast))
    stage.equal((code, err), (0, b""), "what the Go program says of a slash too many")
    stage.equal([line.split()[0] for line in out.decode().splitlines()], 2 * ROUND, "profiles that were taken in")
    listed = replica.api().pages("go service/x+y")
    stage.equal(sorted(profile["type"] for profile in listed),
                sorted(ROUND + ["cpu", "heap", "goroutine", "threadcreate"]),
                "types of the Go program (block and mutex were empty at first)")
    for profile in listed:
        stage.equal(labels_of(profile), HOSTILE, "labels from Go")
    for type in ROUND:
        query = urllib.parse.urlencode({"service": "go service/x+y", "type": type})
        answer = replica.api().request("GET", "/api/0/profiles/merge?" + query)
        stage.equal(answer.status, 200, "merge of the Go program's %s" % type)

    code, out, err = stage.run([program, guarded.url, "refused"], stage.env(GOCLIENT_SECOND="1ms"))
    stage.equal(out, b"", "what is taken in without a token")
    stage.equal([line[:52] for line in err.decode().splitlines() if line],
                6 * ["[FAIL] unable to send profiles: bad request: collect"], "one line for each refusal, and no second try")

    late = stage.replica("late", "file:" + os.path.join(stage.dir, "late"), start=False)
    sending = stage.spawn("goclient", [program, late.url, "late"] + words, stage.env(GOCLIENT_SECOND="40ms"))
    stage.wait_for("a first try that fails", lambda: "[RETRY]" in sending.log())
    late.start()
    late.wait_ready()
    stage.wait_for("all six, though late", lambda: "threadcreate" in sending.log(), seconds=60)
    stage.check("[FAIL]" not in sending.log(), "a profile was given up: %s", sending.log())
    for profile in late.api().pages("late"):
        stage.equal(labels_of(profile), HOSTILE, "labels from Go")


def scenario(stage):
    bucket = stage.bucket()
    tokens = os.path.join(stage.dir, "tokens")
    with open(tokens, "w") as file:
        file.write("read %s people\n" % TOKEN)
    os.chmod(tokens, 0o600)
    replica = stage.replica("replica", bucket)
    guarded = stage.replica("guarded", bucket, ("--token-file", tokens))
    replica.wait_ready()
    guarded.wait_ready()
    merged = curl_forms(stage, replica)
    stage.note("curl is served")
    pprof_shows(stage, replica, guarded, merged)
    go_agent(stage, replica, guarded)


if __name__ == "__main__":
    main(scenario, limit=180)

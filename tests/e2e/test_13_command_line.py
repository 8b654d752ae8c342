#!/usr/bin/env python3
"""`brazier query` shows the same of files and of a collector; `brazier diff` lets through what may pass. Pipes get plain
text and terminals colours; what is wrong is told in a sentence, with the exit code that it deserves."""
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import fcntl
import http.server
import threading
import time

from client import Client, Unanswered
from harness import go_pprof, main
from profiles import path_of, read
from programs import said_alike
from tiny_profile import SAMPLE, STRING, good, message

TOKEN = "read-5b1d0c77aa93e2f1"
OLD, NEW = "go/cpu-000.pb.gz", "go/cpu-009.pb.gz"
FROM = ["--from", "2026-11-23T00:00:00", "--to", "2026-11-24T00:00:00"]
VIEWS = [["top"], ["top", "--sort", "cum", "--nodecount", "7"], ["top", "--json"], ["top", "--focus", "regexp"],
         ["top", "--sample-index", "samples"], ["top", "--granularity", "lines"], ["tree"], ["peek", "onepass|step"],
         ["peek", "step", "--json"], ["folded"], ["dot"], ["raw"], ["speedscope"], ["flame"], ["flame", "--json"],
         ["merge"], ["merge", "--ignore", "runtime"]]
DIFFS = [[], ["--sort", "cum"], ["--normalize"], ["--limit", "0", "--min-share", "0%"], ["--markdown"], ["--json"],
         ["--format", "svg"], ["--format", "top.txt"], ["--format", "pprof"], ["--format", "folded", "--normalize"]]
COMMANDS = ["list", "merge", "top", "peek", "tree", "flame", "folded", "diff", "timeline", "dot", "raw", "speedscope"]


class Runner:
    def __init__(self, stage, replica):
        self.stage = stage
        self.env = stage.env(BRAZIER_COLLECTOR="http://127.0.0.1:%d" % replica.port, BRAZIER_TOKEN=TOKEN, TERM="xterm")

    def run(self, *words, code=0, data=None, **more):
        """(stdout, stderr) as bytes; the exit code has to be as told."""
        got, out, err = self.stage.run([self.stage.brazier] + list(words), dict(self.env, **more), data=data)
        self.stage.check(got == code, "%s: exit %d instead of %d: %s%s", " ".join(words), got, code, out[-300:], err[-600:])
        return out, err

    def fails(self, code, part, *words, **more):
        """It says so on stderr, in one line, and nothing on stdout."""
        out, err = self.run(*words, code=code, **more)
        self.stage.equal(out, b"", "%r prints" % (words,))
        self.stage.check(part in err.decode(), "%s: %r says nothing of %r", " ".join(words), err, part)

    def at_terminal(self, *words, columns=100, **more):
        """What a terminal of so many columns is sent."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen([self.stage.brazier] + list(words), stdin=slave, stdout=slave, stderr=subprocess.PIPE,
                                   env=dict(self.env, **more), cwd=self.stage.dir)
        os.close(slave)
        text, end = b"", time.monotonic() + 60
        while time.monotonic() < end and select.select([master], [], [], 60)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(master)
        err = process.stderr.read()
        process.stderr.close()
        self.stage.check(process.wait(60) == 0, "%s: exit %d: %s", " ".join(words), process.returncode, err[-600:])
        return text.decode().replace("\r\n", "\n")


    def shows_nothing_that_steers(self, *words):
        text = self.at_terminal(*words, NO_COLOR="1")
        _, err = self.run(*words)
        found = re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text + err.decode())
        self.stage.check(text and not found, "%r shows %r: %r", words, found, text[:400])


def width_of(line):
    return len(re.sub(r"\x1b\[[0-9;]*m", "", line))


def both_ways_print_the_same(stage, run):
    files = [path_of(OLD), path_of(NEW)]
    chosen = ["--service", "shop", "--type", "cpu"] + FROM
    for view in VIEWS:
        of_files, _ = run.run("query", *view, *files)
        of_collector, _ = run.run("query", *view, *chosen)
        stage.check(len(of_files) > 100, "%r prints %r", view, of_files)
        stage.check(of_files == of_collector, "%r differs between files and collector", view)
        stage.check(view[0] in ("merge",) or b"\x1b" not in of_files, "%r: colours in a pipe", view)
    for more in DIFFS:
        of_files, _ = run.run("query", "diff", *more, *files)
        of_collector, _ = run.run("diff", *more, *chosen, "--label", "version=2", "--base-label", "version=1")
        stage.check(len(of_files) > 100, "diff %r prints %r", more, of_files)
        stage.check(of_files == of_collector, "diff %r differs between files and collector", more)
    stage.equal(run.run("query", "diff", "--nodecount", "3", *files)[0],
                run.run("query", "diff", "--limit", "3", *files)[0], "pprof's word for the number of rows")


def what_is_made_can_be_read_again(stage, run):
    old, new = path_of(OLD), path_of(NEW)
    merged, _ = run.run("query", "merge", old, new)
    expected, _ = run.run("query", "top", old, new)
    stage.equal(run.run("query", "top", "-", data=merged)[0], expected, "top of a merge on standard input")
    run.run("query", "merge", old, new, "-o", "both.pb.gz")
    with open(os.path.join(stage.dir, "both.pb.gz"), "rb") as file:
        stage.equal(file.read(), merged, "-o and standard output")
    # A difference that was written down is one still.
    run.run("diff", old, new, "--format", "pprof", "-o", "diff.pb.gz")
    stage.equal(run.run("query", "top", "diff.pb.gz")[0], run.run("diff", old, new, "--format", "top.txt")[0],
                "top of a written difference")
    os.remove(os.path.join(stage.dir, "diff.pb.gz"))
    # Another collector's, or a program's own.
    url = run.env["BRAZIER_COLLECTOR"] + "/api/0/profiles/merge?service=shop&type=cpu&from=2026-11-23T00:00:00"
    stage.equal(run.run("query", "top", url)[0], expected, "top of a URL")
    pprof = go_pprof()
    if pprof:
        _, out, _ = stage.run(pprof + ["-top", "both.pb.gz"], stage.env(PATH=os.environ["PATH"], HOME=os.environ["HOME"]))
        stage.equal(*said_alike(expected.decode(), out.decode()), "top, piped, and go tool pprof -top")


def lists_and_timelines(stage, run, collector):
    chosen = ["--service", "shop"] + FROM
    out, _ = run.run("query", "list", *chosen, "--json")
    answer = Client(collector.port).request("GET", "/api/0/profiles?service=shop&from=2026-11-23T00:00:00",
                                            headers={"Authorization": "Bearer " + TOKEN})
    stage.equal(json.loads(out)["body"], json.loads(answer.body)["body"], "list --json and the API's list")
    ids = [item["id"] for item in json.loads(out)["body"]]
    stage.equal(len(ids), 3, "profiles listed")
    text, _ = run.run("query", "list", *chosen)
    stage.equal([line.split()[-1] for line in text.decode().splitlines()[1:]], ids, "ids listed")
    text, err = run.run("query", "list", *chosen, "--limit", "2")
    stage.equal([line.split()[-1] for line in text.decode().splitlines()[1:]], ids[1:], "the newest two")
    stage.check(b"newest 2 of 3" in err, "a cut list says nothing: %r", err)
    stage.equal(run.run("query", "list")[0], b"service\nshop\n", "services")
    one = [id for id, item in zip(ids, json.loads(out)["body"]) if {"key": "version", "value": "2"} in item["labels"]][0]
    stage.equal(run.run("query", "top", "--id", one)[0], run.run("query", "top", path_of(NEW))[0], "top of an id")
    files = json.loads(run.run("query", "list", path_of(OLD), path_of("go/heap-000.pb.gz"), "--json")[0])["body"]
    stage.equal([[t["type"] for t in file["sample_types"]] for file in files],
                [["samples", "cpu"], ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"]], "types of files")

    step = ["--step", "1m", "--json"]
    here = json.loads(run.run("query", "timeline", path_of(OLD), path_of(NEW), *step)[0])["body"]
    there = json.loads(run.run("query", "timeline", "--service", "shop", "--type", "cpu", *FROM, *step)[0])["body"]
    for name in ("sample_type", "unit", "kind", "step_ms", "total", "total_profiles"):
        stage.equal(here[name], there[name], "timeline's " + name)
    stage.equal([v for v in here["groups"][0]["values"] if v is not None],
                [v for v in there["groups"][0]["values"] if v is not None], "values of timelines")
    text, _ = run.run("query", "timeline", "--service", "shop", "--type", "cpu", "--group-by", "version", *FROM)
    stage.equal(sorted(line.split()[-1] for line in text.decode().splitlines()[1:]), ["1", "2"], "groups")


def gates(stage, run):
    for name, text in (("base", "main;parse 100\nmain;run 900\n"), ("same", "main;run 900\nmain;parse 100\n"),
                       ("worse", "main;parse 120\nmain;run 900\nmain;fresh 3\n")):
        with open(os.path.join(stage.dir, name + ".folded"), "w") as file:
            file.write(text)
    base, same, worse = "base.folded", "same.folded", "worse.folded"
    rules = ["--fail-on", "parse:+5%", "--fail-on", "total:+10%"]
    out, err = run.run("diff", *rules, base, same)
    stage.equal((out.count(b"\n"), err), (1, b""), "a passed gate says one line")
    stage.check(out.startswith(b"within 2 rules"), "a passed gate says %r", out)
    out, _ = run.run("diff", *rules, base, worse, code=1)
    table = [line for line in out.decode().splitlines() if line.startswith("|")]
    stage.equal(len(table), 3, "rows of the table")
    stage.equal([cell.strip() for cell in table[2].split("|")][1:7], ["`parse`", "cum", "100", "120", "+20", "+20.0%"],
                "what grew")
    found = json.loads(run.run("diff", "--json", "--fail-on", "/./:+1%", base, worse, code=1)[0])
    stage.equal([(b["name"], b["base"], b["new"]) for b in found["broken"]], [("main", 1000, 1023), ("parse", 100, 120)],
                "what grew, as JSON")
    run.run("diff", "--fail-on", "parse:+20%", base, worse)
    run.run("diff", "--fail-on", "fresh:+5%", base, worse)
    run.run("diff", "--fail-on", "fresh:+5%", "--min-share", "0", base, worse, code=1)
    run.run("diff", "--fail-on", "parse:+1pp", "--fail-on", "flat:main:+0%", base, worse, code=1)
    _, err = run.run("diff", "--fail-on", "pares:+5%", base, worse)
    stage.check(b"pares:+5%" in err, "a rule about nothing says %r", err)
    _, err = run.run("diff", "--fail-on", "pars:+5%", base, worse)
    stage.check(b"did you mean parse" in err, "a misspelt rule says %r", err)
    run.fails(2, "parse+5%", "diff", "--fail-on", "parse+5%", base, worse)
    run.fails(2, "parse:+5ms", "diff", "--fail-on", "parse:+5ms", base, worse)
    run.fails(2, "--normalize", "diff", "--normalize", "--fail-on", "total:+5%", base, worse)
    run.fails(2, "BASE", "diff", base)
    # Directories and a collector's URLs are sides like files.
    for name in ("base", "same", "worse"):
        os.makedirs(os.path.join(stage.dir, name + ".d"))
        shutil.copy(os.path.join(stage.dir, name + ".folded"), os.path.join(stage.dir, name + ".d"))
    os.makedirs(os.path.join(stage.dir, "empty.d"))
    url = run.env["BRAZIER_COLLECTOR"] + "/api/0/profiles/merge?service=%s&type=cpu&from=2026-11-23T00:00:00"
    run.run("diff", *rules, "base.d", "same.d")
    run.run("diff", *rules, "base.d", "worse.d", code=1)
    run.run("diff", "--fail-on", "total:+5%", url % "shop", url % "shop")
    run.fails(1, "base: nothing found", "diff", *rules, "empty.d", "worse.d")
    run.fails(1, "base: ", "diff", *rules, url % "nosuch", url % "shop")
    run.fails(1, "nosuch", "diff", *rules, url % "shop", url % "nosuch")
    run.fails(2, "nosuch.d", "diff", *rules, "base.d", "nosuch.d")
    run.fails(2, "types", "diff", *rules, "base.d", url % "shop")
    run.fails(3, "127.0.0.1:1", "diff", *rules, "base.d", "http://127.0.0.1:1/x")
    run.fails(3, "base: ", "diff", *rules, "http://127.0.0.1:1/x", "base.d")
    run.fails(2, "--base-from", "diff", "--service", "shop", "--type", "cpu")


def faults(stage, run, collector):
    os.makedirs(os.path.join(stage.dir, "mixed", "deep"))
    for name, body in (("a.pb.gz", read(OLD)), ("deep/b.pb.gz", read(NEW)), ("notes.txt", b"Nothing to see.\n")):
        with open(os.path.join(stage.dir, "mixed", name), "wb") as file:
            file.write(body)
    out, err = run.run("query", "top", "mixed")
    stage.equal(out, run.run("query", "top", path_of(OLD), path_of(NEW))[0], "top of a directory")
    stage.check(b"skipped mixed/notes.txt" in err and b"1 of 3 files" in err, "what was skipped: %r", err)
    run.fails(2, "mixed/notes.txt", "query", "top", "mixed/notes.txt")
    run.fails(2, "nosuch.pb.gz", "query", "top", "nosuch.pb.gz")
    run.fails(2, "heap-000", "query", "top", path_of(OLD), path_of("go/heap-000.pb.gz"))
    run.fails(2, "missing )", "query", "top", "--focus", "(", path_of(OLD))
    run.fails(2, "'--focus'", "query", "top", "--fokus", "x", path_of(OLD))
    run.fails(2, "not both", "query", "top", "--service", "shop", path_of(OLD))
    run.fails(2, "'nosuch'", "query", "nosuch")
    run.fails(2, "sample_index", "query", "top", "--sample-index", "nosuch", path_of(OLD))
    run.fails(2, "--type", "query", "top", "--service", "shop")
    run.fails(2, "BRAZIER_TOKEN", "query", "top", "--collector", "http://any:secret@127.0.0.1/", "--service", "s", "--type", "cpu")
    run.fails(1, "nosuch", "query", "top", "--service", "nosuch", "--type", "cpu")
    run.fails(2, "unknown profile type", "query", "top", "--service", "shop", "--type", "nosuch", *FROM)
    run.fails(3, "token", "query", "list", "--service", "shop", BRAZIER_TOKEN="wrong-token-000")
    with open(os.path.join(stage.dir, "token"), "w") as file:
        file.write(TOKEN + "\n")
    run.run("query", "list", "--bearer-file", "token", BRAZIER_TOKEN="")
    run.fails(2, "nosuch", "query", "list", "--bearer-file", "nosuch")
    open(os.path.join(stage.dir, "no-token"), "w").close()
    for words in (["query", "list"], ["push", "--service", "s", "mixed"],
                  ["scrape", "--once", "--service", "s", "--target", "http://127.0.0.1:1"]):
        run.fails(2, "no-token", *words, "--bearer-file", "no-token")
        run.fails(2, "--collector: 'foo'", *words, "--collector", "foo")
    run.fails(2, "2006-01-02T15:04:05", "query", "list", "--service", "shop", "--from", "1d")
    run.fails(2, "--function REGEX", "diff", path_of(OLD), path_of(NEW), "--format", "peek")
    with open(os.path.join(stage.dir, "mixed", "heap.pb.gz"), "wb") as file:
        file.write(read("go/heap-000.pb.gz"))
    _, err = run.run("query", "timeline", "mixed", code=2)
    last = err.decode().splitlines()[-1]
    stage.check(last.count("heap.pb.gz") == 1 and last.count("--type") == 1 and "inuse_space" in last and "cpu" in last,
                "two types in a timeline: %r", last)
    _, err = run.run("query", "top", "mixed", "--type", "cpu")
    stage.check(b"1 of 4 files" in err, "what was skipped, of some of a type: %r", err)
    port = collector.port
    collector.kill()
    run.fails(3, "127.0.0.1:%d" % port, "query", "list", "--service", "shop")


class NotFound(http.server.BaseHTTPRequestHandler):
    """Some other program."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"404 page not found\n")

    do_POST = do_GET

    def log_message(self, *args):
        pass


def other_programs(stage, run):
    """Their 404 is not "nothing found"."""
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), NotFound)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d" % other.server_port
    for words in (["query", "list"], ["query", "list", "--service", "s"], ["query", "top", "--service", "s", "--type", "cpu"],
                  ["query", "timeline", "--service", "s", "--type", "cpu"]):
        run.fails(3, "does not look like a brazier collector", *words, "--collector", url)
        run.fails(3, url + "/api/0/", *words, "--collector", url)
    run.fails(3, url + "/api/0/profiles", "push", "--service", "s", path_of(OLD), "--collector", url)
    run.fails(1, url + "/nosuch", "query", "top", url + "/nosuch")
    other.shutdown()
    other.server_close()


def answers(port):
    try:
        return Client(port).request("GET", "/healthz").status == 200
    except Unanswered:
        return False


def what_an_answer_lacks(stage, run):
    """Of a bucket that cannot be listed nobody knows that nothing is there."""
    replica = stage.replica("blind", "s3://profiles", ["--s3-endpoint", "http://127.0.0.1:1"],
                            env=dict(AWS_ACCESS_KEY_ID="any", AWS_SECRET_ACCESS_KEY="any"))
    stage.wait_for("it listens", lambda: answers(replica.port))
    for words in (["list"], ["list", "--service", "s"], ["top", "--service", "s", "--type", "cpu"],
                  ["timeline", "--service", "s", "--type", "cpu"]):
        _, err = run.run("query", *words, "--collector", "http://127.0.0.1:%d" % replica.port, code=1)
        for part in (b"nothing found", b"what came in lately may be missing", b"the index is being rebuilt"):
            stage.check(part in err, "%r says nothing of %r: %r", words, part, err)
    replica.stop()


def terminals(stage, run):
    old, new = path_of(OLD), path_of(NEW)
    for words in (["top", old], ["tree", old], ["peek", "step", old], ["diff", old, new], ["list", old, new],
                  ["timeline", old, new]):
        text = run.at_terminal("query", *words)
        stage.check("\x1b[" in text, "query %s: no colours on a terminal", words)
        wide = [line for line in text.splitlines() if width_of(line) > 100]
        stage.check(not wide or words[0] == "list", "query %s: wider than the terminal: %r", words, wide)
        stage.check("\x1b" not in run.at_terminal("query", *words, NO_COLOR="1"), "query %s: colours against NO_COLOR", words)
        stage.check("\x1b" not in run.at_terminal("query", *words, "--color", "never"), "query %s: --color never", words)
    stage.check("…" in run.at_terminal("query", "top", new, columns=60), "long names are not cut")
    stage.check("…" not in run.at_terminal("query", "top", new, "--wide", columns=60), "--wide cuts names")
    stage.check("█" in run.at_terminal("query", "timeline", old, new), "no plot on a terminal")
    out, _ = run.run("query", "list", old, "--color", "always")
    stage.check(b"\x1b[" in out, "--color always has none")
    for words in (["top", old], ["tree", old], ["peek", "step", old]):
        out, _ = run.run("query", *words, "--color", "always")
        stage.check(b"\x1b[" in out, "query %s: --color always has none", words)
    for words in (["top", old], ["list", old]):
        run.at_terminal("query", *words, "-o", "of-a-terminal")
        with open(os.path.join(stage.dir, "of-a-terminal"), "rb") as file:
            stage.equal(file.read(), run.run("query", *words)[0], "a file written at a terminal")
    for words in (["flame", old], ["merge", old], ["diff", old, new, "--format", "svg"]):
        try:
            run.at_terminal("query", *words)
            stage.check(False, "query %s prints to a terminal", words)
        except AssertionError as why:
            stage.check("exit 2" in str(why) and "-o" in str(why), "%s", why)

    # What stands in profiles and answers gives it no orders, and turns nothing around.
    steering = "\x1b[2J\x9b\u202e"
    for name, value in (("before.pb", 10), ("after.pb", 20)):
        changed = {STRING: lambda text: text + steering.encode() if text else text}
        with open(os.path.join(stage.dir, name), "wb") as file:
            file.write(message(*[(number, changed[number](content) if number in changed else content)
                                 for number, content in good() if number != SAMPLE] + [(SAMPLE, message((1, 1), (2, value)))]))
    for words in ([], ["--json"], ["--markdown"], ["--fail-on", "nothing%s:+5%%" % steering],
                  ["--json", "--fail-on", "nothing:+5%"]):
        run.shows_nothing_that_steers("diff", *words, "before.pb", "after.pb")
    for words in (["top"], ["top", "--json"], ["tree"], ["raw"], ["dot"], ["list"], ["list", "--json"], ["timeline"],
                  ["timeline", "--json"]):
        run.shows_nothing_that_steers("query", *words, "before.pb")

    # A reader that leaves is no fault.
    process = subprocess.Popen([stage.brazier, "query", "raw", old], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=run.env)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    stage.equal((process.wait(60), err), (0, b""), "after its reader left")


def helps(stage, run):
    for words in [["query"], ["diff"]] + [["query", name] for name in COMMANDS]:
        out, err = run.run(*words, "--help")
        text = out.decode()
        stage.check(text.startswith("usage: brazier " + " ".join(words)), "%s --help begins %r", words, text[:60])
        for part in ("Examples:", "BRAZIER_COLLECTOR", "Exit status"):
            stage.check(part in text, "%s --help says nothing of %s", words, part)
        stage.equal(err, b"", "%s --help on stderr" % words)
        wide = [line for line in text.splitlines() if len(line) > 110]
        stage.check(not wide, "%s --help is wide: %r", words, wide)
    out, _ = run.run("query", "--help")
    for name in COMMANDS:
        stage.check(re.search(r"^  %s +\S" % name, out.decode(), re.M), "query --help lacks %s", name)


def scenario(stage):
    with open(os.path.join(stage.dir, "tokens"), "w") as file:
        file.write("ingest,read %s people\n" % TOKEN)
    collector = stage.replica("collector", "file:" + os.path.join(stage.dir, "store"),
                              ["--token-file", os.path.join(stage.dir, "tokens")])
    collector.wait_ready()
    client = Client(collector.port)
    for name, kind, version in ((OLD, "cpu", "1"), (NEW, "cpu", "2"), ("go/heap-000.pb.gz", "heap", "1")):
        answer = client.request("POST", "/api/0/profiles?service=shop&type=%s&labels=version=%s" % (kind, version),
                                body=read(name), headers={"Authorization": "Bearer " + TOKEN})
        stage.equal(answer.status, 200, "POST")
    run = Runner(stage, collector)
    both_ways_print_the_same(stage, run)
    what_is_made_can_be_read_again(stage, run)
    lists_and_timelines(stage, run, collector)
    gates(stage, run)
    helps(stage, run)
    terminals(stage, run)
    other_programs(stage, run)
    what_an_answer_lacks(stage, run)
    faults(stage, run, collector)


if __name__ == "__main__":
    main(scenario, limit=120)

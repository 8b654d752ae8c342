#!/usr/bin/env python3
"""What is drawn from the call tree is what a reader of it expects: the JSON of flame graphs and speedscope's has the
shape that is promised, all forms have the same sums, and the SVG does in Chromium what a person wants of it."""
import collections
import json
import os
import shutil
import xml.dom.minidom

from harness import HERE, main
from process import Skip
from profiles import path_of
from tiny_profile import FUNCTION, LOCATION, SAMPLE, SAMPLE_TYPE, STRING, message

CPU, BASE, HEAP = "go/cpu-000.pb.gz", "go/cpu-009.pb.gz", "go/heap-000.pb.gz"
ROOT, REMAINDER = -1, -2
UNITS = {"bytes", "microseconds", "milliseconds", "nanoseconds", "none", "seconds"}

HOSTILE = [b"<script>alert(1)</script>", b"]]>", b'"onload="alert(1)', b"&amp;&", b"a\0b\nc\td", b"bad\xff\xfeutf\xc3",
           "\u202egnp.exe".encode(), b"x" * 5000, "日本語の関数名前がここにあります".encode(), "مرحبا بالعالم".encode(),
           b"e\xcc\x81" * 40, b"'><img src=x onerror=alert(1)>", b"</title><script>alert(2)</script>", b"javascript:alert(1)",
           b"std::map<std::pair<int,int>, foo>::operator[](int const&)", "\ufffe\uffff\u2028".encode(), b"${alert(1)}",
           "😀".encode() * 30, b"<!--", b"<![CDATA[", b"{{constructor.constructor('alert(1)')()}}", b"%s%n", b"&#0;"]


def hostile_profile():
    """Each name as a frame of its own, and all of them above each other."""
    strings = [b"", b"cpu<b>", b"nano&\"seconds"] + HOSTILE + [b"/src/<i>.c"]
    fields = [(SAMPLE_TYPE, message((1, 1), (2, 2)))]
    for i in range(1, len(HOSTILE) + 1):
        fields += [(FUNCTION, message((1, i), (2, i + 2), (4, len(strings) - 1))),
                   (LOCATION, message((1, i), (4, message((1, i), (2, i))))),
                   (SAMPLE, message((1, i), (2, 100))),
                   (SAMPLE, message(*[(1, j) for j in range(i, 0, -1)], (2, 60)))]
    return message(*fields, *[(STRING, text) for text in strings])


class Renderer:
    def __init__(self, stage):
        self.stage, self.program = stage, os.path.join(stage.build, "tests", "e2e", "render")

    def render(self, form, *words):
        code, out, err = self.stage.run([self.program, form] + [path_of(word) if word.endswith(".gz") else word
                                                                for word in words])
        self.stage.check(code == 0, "%s of %s: %s", form, words, err.decode())
        return out


def folded_sums(text):
    """(source, base) by lines; a profile that is no diff has no base."""
    sums = [0, 0]
    for line in text.decode(errors="replace").splitlines():
        words = line.split(" ")
        sums[0] += int(words[-1])
        sums[1] += int(words[-2]) if len(words) > 2 and words[-2].lstrip("-").isdigit() else 0
    return sums


def check_columns(stage, doc):
    """Parallel arrays, indexes that exist, depth first; every total is its self and its children's totals."""
    nodes, frames = doc["nodes"], doc["frames"]
    count = len(nodes["depth"])
    stage.check(count == len(nodes["frame"]) == len(nodes["inlined"]), "columns of nodes differ in length")
    stage.equal({len(column) for column in frames.values()}, {len(frames["name"])}, "lengths of columns of frames")
    stage.check(all(0 <= n < len(doc["strings"]) for key in ("name", "file", "module") for n in frames[key]), "strings")
    stage.check(nodes["frame"][0] == ROOT and ROOT not in nodes["frame"][1:], "the root")
    stage.check(all(REMAINDER <= n < len(frames["name"]) for n in nodes["frame"]), "frames")
    stage.equal([i for i, frame in enumerate(nodes["frame"]) if frame == REMAINDER], doc["remainders"]["node"], "remainders")
    stage.equal(sum(doc["remainders"]["count"]), doc["pruned"], "pruned")
    parents, path = [], []
    for i, depth in enumerate(nodes["depth"]):
        stage.check(depth <= len(path) and (depth > 0 or i == 0), "node %d at depth %d below %d", i, depth, len(path))
        del path[depth:]
        parents.append(path[-1] if path else None)
        path.append(i)
    for values in doc["values"]:
        for own, total in (("self", "total"), ("base_self", "base_total")):
            if own not in values:
                continue
            stage.equal(len(values[own]), count, "values")
            sums = list(values[own])
            for i in range(count - 1, 0, -1):
                sums[parents[i]] += values[total][i]
            stage.equal(sums, values[total], "totals")


def check_speedscope(stage, doc):
    """What its schema asks of a file of sampled profiles; {name: sum of the weights}."""
    stage.equal(doc["$schema"], "https://www.speedscope.app/file-format-schema.json", "$schema")
    frames = doc["shared"]["frames"]
    for frame in frames:
        stage.check(isinstance(frame["name"], str) and set(frame) <= {"name", "file", "line", "col"}, "frame %r", frame)
        stage.check(isinstance(frame.get("file", ""), str) and isinstance(frame.get("line", 1), int), "frame %r", frame)
    stage.check(0 <= doc["activeProfileIndex"] < len(doc["profiles"]), "activeProfileIndex")
    sums = {}
    for profile in doc["profiles"]:
        stage.equal(set(profile), {"type", "name", "unit", "startValue", "endValue", "samples", "weights"}, "a profile")
        stage.check(profile["type"] == "sampled" and profile["unit"] in UNITS, "%r", profile["unit"])
        stage.equal(len(profile["samples"]), len(profile["weights"]), "weights")
        stage.check(all(weight >= 0 for weight in profile["weights"]), "a negative weight")
        stage.check(all(0 <= i < len(frames) for sample in profile["samples"] for i in sample), "frames of samples")
        stage.equal(profile["endValue"] - profile["startValue"], sum(profile["weights"]), "endValue")
        sums[profile["name"]] = sum(profile["weights"])
    return sums


def check_forms(stage, renderer, *words):
    """All forms of one view agree, whatever is pruned from it."""
    source, base = folded_sums(renderer.render("folded", *words))
    scope = check_speedscope(stage, json.loads(renderer.render("speedscope", *words)))
    pruned = 0
    for prune in ((), ("min_fraction=0.01",), ("max_nodes=40",)):
        doc = json.loads(renderer.render("flamegraph", *prune, *words))
        check_columns(stage, doc)
        values, name = doc["values"][doc["shown"]], doc["types"][doc["shown"]]["type"]
        stage.equal(values["total"][0], source, "total of %r %r" % (words, prune))
        if doc["diff"]:
            stage.equal((values["base_total"][0], doc["source"], doc["base"]), (base, source, base), "sides of the diff")
            stage.equal((scope[name + " (source)"], scope[name + " (base)"]), (source, base), "sides in speedscope")
        else:
            stage.equal((doc["total"], scope[name]), (source, source), "total and speedscope")
        stage.check("max_nodes=40" not in prune or len(doc["nodes"]["depth"]) <= 40, "more than 40 nodes")
        pruned += doc["pruned"]
    stage.check(pruned > 0, "nothing was pruned")
    xml.dom.minidom.parseString(renderer.render("svg", *words))


def install_playwright(stage):
    """The directory of node modules; once for a build directory."""
    home, listed = os.path.join(stage.build, "browser"), os.path.join(HERE, "browser", "package.json")
    with open(listed) as file:
        wanted = json.load(file)["dependencies"]
    if not all(os.path.exists(os.path.join(home, "node_modules", name, "package.json")) for name in wanted):
        npm = shutil.which("npm")
        if not npm:
            raise Skip("npm is not installed")
        os.makedirs(home, exist_ok=True)
        shutil.copy(listed, home)
        code, _, err = stage.run([npm, "install", "--prefix", home, "--no-audit", "--no-fund", "--no-package-lock",
                                  "--ignore-scripts", "--fetch-retries=1"], env=dict(os.environ), seconds=100)
        if code != 0:
            raise Skip("playwright-core cannot be installed: " + err.decode(errors="replace").strip()[-300:])
    return os.path.join(home, "node_modules")


def draw(stage, renderer):
    """The pictures that browser/svg.js looks at."""
    hostile = os.path.join(stage.dir, "hostile.pb")
    with open(hostile, "wb") as file:
        file.write(hostile_profile())
    pictures = {"cpu.svg": ("svg", CPU), "cpu.folded": ("folded", CPU), "heap.svg": ("svg", HEAP),
                "node.svg": ("svg", "sample_index=sample", "node/time_0.pb.gz"),
                "diff.svg": ("svg", "min_fraction=0.002", CPU, "--base", BASE, "--normalise"),
                "tiny.svg": ("svg", "go/threadcreate-005.pb.gz"), "empty.svg": ("svg", "go/cpu-empty.pb.gz"),
                "hostile.svg": ("svg", hostile)}
    for name, words in pictures.items():
        with open(os.path.join(stage.dir, name), "wb") as file:
            file.write(renderer.render(*words))


def same_whatever_the_order(stage, renderer):
    for form in ("flamegraph", "speedscope", "svg", "folded"):
        stage.check(renderer.render(form, CPU, BASE) == renderer.render(form, BASE, CPU), "%s: the order shows", form)


def lines_are_distinct(stage, renderer):
    lines = renderer.render("folded", CPU).splitlines()
    stacks = [line.rpartition(b" ")[0] for line in lines]
    stage.equal(stacks, sorted(stacks), "order of stacks")
    stage.equal([stack for stack, n in collections.Counter(stacks).items() if n > 1], [], "stacks that come twice")


def scenario(stage):
    renderer = Renderer(stage)
    for words in ([CPU], [HEAP], ["sample_index=inuse_space", HEAP], ["node/heap_0.pb.gz"], [CPU, "--base", BASE],
                  [CPU, "--base", BASE, "--normalise"], ["granularity=lines", CPU]):
        if all(not word.endswith(".gz") or os.path.exists(path_of(word)) for word in words):
            check_forms(stage, renderer, *words)
    same_whatever_the_order(stage, renderer)
    lines_are_distinct(stage, renderer)
    stage.note("forms agree")

    draw(stage, renderer)
    chromium, node = shutil.which("chromium"), shutil.which("node")
    if not chromium or not node:
        raise Skip("chromium or node is not installed")
    modules = install_playwright(stage)
    code, out, err = stage.run([node, os.path.join(HERE, "browser", "svg.js"), chromium, stage.dir],
                               env=stage.env(NODE_PATH=modules), seconds=200)
    stage.note("%s", out.decode().strip().replace("\n", "\n              "))
    stage.check(code == 0, "in Chromium: %s", err.decode())


if __name__ == "__main__":
    main(scenario, limit=300)

#!/usr/bin/env python3
"""The page's views of call trees: their sums are the engine's, and they do in Chromium what a person wants of them. Pure
parts are tested by node, without a page; the others are mounted as the collector serves them."""
import json
import os
import shutil

from harness import HERE, TOP, main
from process import Skip
from profiles import path_of
from test_15_pictures import hostile_profile, install_playwright

CPU, BASE, HEAP, MUTEX, EMPTY = "cpu-000", "cpu-009", "heap-000", "mutex-005", "cpu-empty"
WHOLE = ("--trim", "0", "--nodecount", "0")


def query(stage, name, *words):
    """The answer of `brazier query ... --json`, and as NAME.json."""
    code, out, err = stage.run([stage.brazier, "query", *words, "--json"])
    stage.check(code == 0, "%s: %s", words, err.decode())
    with open(os.path.join(stage.dir, name + ".json"), "wb") as file:
        file.write(out)
    return json.loads(out)


def make_data(stage):
    path = {name: path_of("go/%s.pb.gz" % name) for name in (CPU, BASE, HEAP, MUTEX, EMPTY)}
    hostile = os.path.join(stage.dir, "hostile.pb")
    with open(hostile, "wb") as file:
        file.write(hostile_profile())
    for name, file in (("cpu", path[CPU]), ("heap", path[HEAP]), ("mutex", path[MUTEX]), ("empty", path[EMPTY])):
        query(stage, name, "flame", file)
        query(stage, name + ".top", "top", *WHOLE, file)
    query(stage, "hostile", "flame", hostile)
    stage.check(query(stage, "pruned", "flame", "--min-fraction", "0.001", path[HEAP])["pruned"] > 0, "nothing was pruned")
    query(stage, "diff", "diff", "--format", "flamegraph", path[BASE], path[CPU])
    query(stage, "diff.top", "diff", "--format", "top", *WHOLE, path[BASE], path[CPU])


def pure_parts(stage, node):
    """node takes modules by their package's word."""
    ui = os.path.join(stage.dir, "ui")
    shutil.copytree(os.path.join(TOP, "ui"), ui)
    with open(os.path.join(ui, "package.json"), "w") as file:
        file.write('{"type": "module"}')
    code, out, err = stage.run([node, os.path.join(TOP, "tests", "ui", "run.mjs"), ui, stage.dir], seconds=100)
    stage.check(code == 0, "%s", err.decode())
    stage.note("pure parts: %s", out.decode().strip())


def scenario(stage):
    chromium, node = shutil.which("chromium"), shutil.which("node")
    if not node:
        raise Skip("node is not installed")
    make_data(stage)
    pure_parts(stage, node)
    if not chromium:
        raise Skip("chromium is not installed")
    modules = install_playwright(stage)
    replica = stage.replica("one", "file:" + os.path.join(stage.dir, "store"))
    replica.wait_ready()
    code, out, err = stage.run([node, os.path.join(HERE, "browser", "flame.mjs"), chromium, replica.url + "/", stage.dir],
                               env=stage.env(NODE_PATH=modules), seconds=200)
    stage.note("%s", out.decode().strip().replace("\n", "\n              "))
    stage.check(code == 0, "in Chromium: %s", err.decode())


if __name__ == "__main__":
    main(scenario, limit=300)

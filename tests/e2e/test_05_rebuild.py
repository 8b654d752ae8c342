#!/usr/bin/env python3
"""The index is deleted: the same answers as before, byte for byte, with 100,000 profiles in a directory and 10,000 in a
real bucket; the same after ten kills during the rebuild, and when `brazier reindex` made the index, killed in between
too."""
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

from bucket import Bucket
from client import Unanswered
from harness import main
from history import DAY, History
from process import Failure
from profiles import Counter

IN_DIRECTORY, IN_BUCKET = 100000, 10000
KILLS = 10
PUTTERS = 8
MEMORY = "/dev/shm"  # a hundred thousand empty files are made in seconds there


def rebuilt(stage, replica, seconds=60):
    replica.wait_ready(seconds)
    stage.wait_for("the rebuild ends", lambda: replica.api().status()["rebuild"]["state"] == "done", seconds)


def dump(replica, profiles=None):
    """All that can be asked for, as it is answered; the profiles are added to a list."""
    api, parts = replica.api(), []

    def ask(path, **params):
        answer = api.request("GET", "/api/0/" + path, params)
        for header in ("X-Brazier-Stale", "X-Brazier-Horizon"):
            if answer.status != 200 or answer.header(header):
                raise Failure("%s %s: %s, %s" % (path, params, answer.status, answer.header(header)))
        parts.append(answer.body)
        return answer

    for service in ask("services").json()["body"]:
        ask("types", service=service)
        for label in ask("labels", service=service).json()["body"]:
            ask("labels/%s/values" % urllib.parse.quote(label["name"], safe=""), service=service)
        cursor = {}
        while cursor is not None:
            page = ask("profiles", **{"service": service, "limit": 10000, "from": 0}, **cursor)
            parts.append((page.header("X-Brazier-Total") or "").encode())
            if profiles is not None:
                profiles += page.json()["body"]
            cursor = {"cursor": page.header("X-Brazier-Next")} if page.header("X-Brazier-Next") else None
    return b"\n".join(parts)


def start_anew(replica):
    replica.kill()
    replica.delete_index()
    replica.start()


def kill_during_rebuild(stage, replica, seed):
    """Ten times; each goes on where the one before was killed. Most of them must hit a rebuild under way."""
    chance, hits = random.Random(seed), 0
    start_anew(replica)
    for _ in range(KILLS):
        state, end = "done", time.monotonic() + chance.random() * 0.12
        while True:
            try:
                state = replica.api(5).status()["rebuild"]["state"]
                if time.monotonic() >= end or state == "done":
                    break
            except Unanswered:
                stage.check(replica.running(), "it has ended")
        hits += state != "done"
        replica.kill()
        if state == "done":
            replica.delete_index()
        replica.start()
    stage.note("%d of %d kills hit the rebuild", hits, KILLS)
    stage.check(hits >= KILLS / 3, "only %d of %d kills hit the rebuild", hits, KILLS)


def same_again(stage, store, history, name):
    """One replica through all of it; gives the dump."""
    replica = stage.replica(name, store, ("--log-level", "warn"))
    rebuilt(stage, replica)
    profiles = []
    first = dump(replica, profiles)
    history.check(stage, profiles, name)
    stage.note("%s: %d keys, %d profiles, a dump of %d bytes", name, len(history.keys), len(history.listed), len(first))
    stage.equal(replica.stop(), 0, "exit status")
    replica.start()
    replica.wait_ready()
    stage.check(dump(replica) == first, "other answers after a restart")
    start_anew(replica)
    rebuilt(stage, replica)
    stage.check(dump(replica) == first, "other answers after rm of the index")
    kill_during_rebuild(stage, replica, 5)
    rebuilt(stage, replica)
    stage.check(dump(replica) == first, "other answers after the kills")
    return replica, first


def reindex(stage, store, index, *flags, env=None):
    """(exit code, stderr)"""
    code, out, err = stage.run([stage.brazier, "reindex", "--store", store, "--index", index] + list(flags),
                               env=env or stage.env())
    stage.equal(out, b"", "stdout of reindex")
    return code, err.decode()


def reindex_killed(stage, store, index):
    """kill -9 in the middle, three times. How often there was a middle."""
    hits = 0
    for i in range(3):
        process = subprocess.Popen([stage.brazier, "reindex", "--store", store, "--index", index], env=stage.env(),
                                   stderr=subprocess.DEVNULL)
        time.sleep(0.04 + 0.04 * i)
        hits += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    return hits


def reindex_all(stage, store, history, replica, expected):
    index = os.path.join(stage.dir, "reindexed")
    code, text = reindex(stage, store, replica.index)
    stage.check(code == 2 and "is used by another process" in text and text.count("\n") == 1,
                "reindex of an index in use: %d %s", code, text)
    stage.check(reindex_killed(stage, store, index) > 0, "reindex was too quick to be killed")
    code, text = reindex(stage, store, index)
    stage.equal(code, 0, "exit status of reindex: %s" % text)
    done = re.search(r"^reindex: done: (\d+) keys in [\d.]+ s; the index holds (\d+) profiles in \d+ series; skipped: "
                     r"(\d+) foreign, (\d+) malformed$", text, re.M)
    stage.check(done and re.search(r"^reindex \d+ of \d+ tasks, \d+ keys, \d+ keys/s", text, re.M), "reindex says: %s",
                text)
    stage.equal(int(done.group(2)), len(history.listed), "profiles that reindex counts")
    replica.kill()
    shutil.rmtree(replica.index)
    shutil.move(index, replica.index)
    replica.start()
    replica.wait_ready()
    stage.equal(replica.api().status()["rebuild"]["keys"], 0, "keys that the replica had to read itself")
    stage.check(dump(replica) == expected, "other answers after reindex")
    replica.kill()
    shutil.rmtree(replica.index)

    nowhere = os.path.join(stage.dir, "no", "store")
    code, text = reindex(stage, "file:" + nowhere, os.path.join(stage.dir, "no-index"))
    stage.check(code == 2 and text.count("\n") == 1 and nowhere in text, "reindex of no directory: %d %s", code, text)
    stage.check(not os.path.exists(os.path.dirname(nowhere)), "reindex made the directory of a store")
    code, text = reindex(stage, store, replica.index, "--since", "2d")
    stage.equal(code, 0, "exit status of reindex --since: %s" % text)
    some = int(re.search(r"the index holds (\d+) profiles", text).group(1))
    newest = sum(created > time.time() * 1000 - 2 * DAY for created in history.created)
    stage.check(newest <= some < len(history.listed), "reindex --since 2d: %d profiles, at least %d of %d are so new", some,
                newest, len(history.listed))
    replica.start()
    rebuilt(stage, replica)
    stage.check(dump(replica) == expected, "other answers after reindex --since and the rest")
    for flags, words in ((("--since", "soon"), "--since"), (("--nonsense",), "--nonsense"), (("--index", "/dev/null/x"),
                                                                                              "index directory")):
        code, text = reindex(stage, store, index, *flags)
        stage.check(code == 2 and words in text and text.count("\n") == 1, "reindex %s: %d %s", flags, code, text)
    nobody = dict(Bucket("s3://nothing", "http://127.0.0.1:%d" % stage.port(), "a", "b").env())
    code, text = reindex(stage, "s3://nothing", index, env=stage.env(**nobody))
    stage.check(code == 1 and text.startswith(("reindex: ", "brazier reindex: ")), "reindex without a bucket: %d %s", code,
                text)


def fill_bucket(stage, bucket, history):
    counter = Counter(len(history.keys))

    def put(_):
        mine = bucket.at(bucket.root)
        for i in counter:
            mine.put(history.keys[i], b"x")

    stage.threads(PUTTERS, put)


def scenario(stage):
    now_ms = int(time.time() * 1000)
    history = History(stage.rounds(IN_DIRECTORY, 20000), now_ms)
    tree = tempfile.mkdtemp(prefix="brazier-e2e-tree-", dir=MEMORY if os.access(MEMORY, os.W_OK) else stage.dir)
    stage.at_end(lambda: shutil.rmtree(tree, ignore_errors=True))
    history.write_tree(tree)
    stage.note("the tree is there")
    replica, expected = same_again(stage, "file:" + tree, history, "directory")
    reindex_all(stage, "file:" + tree, history, replica, expected)
    stage.note("reindex gives the same")
    replica.kill()
    bucket, history = stage.bucket(), History(stage.rounds(IN_BUCKET, 2000), now_ms, seed=2)
    fill_bucket(stage, bucket, history)
    stage.note("the bucket is filled")
    same_again(stage, bucket, history, "bucket")
    if "malformed" in replica.log():
        raise Failure("keys were taken for malformed: " + replica.log()[-1000:])


if __name__ == "__main__":
    main(scenario, limit=200)

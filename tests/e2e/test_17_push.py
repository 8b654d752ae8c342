#!/usr/bin/env python3
"""`brazier push` brings in files, directories, standard input and a copied bucket of profefe's: everything keeps its
time, a second push adds nothing, what is refused is named, and a collector that is away is waited for or told."""
import os
import shutil
import threading

from client import Api
from harness import main
from profiles import path_of, read

KEYS = {"P0.svc1/1/bpc00mript33iv4net01,k1=v1,k2=a%2Cb": ("svc1", "cpu", {"k1": "v1", "k2": "a,b"}),
        "P0.team/a/2/bpc00mript33iv4net02": ("team/a", "heap", {}),
        "P0.svc1/128/bpc00mript33iv4net03": ("svc1", "trace", {})}
DAY = {"from": "2020-01-01T00:00:00", "to": "2030-01-01T00:00:00"}


class Pusher:
    def __init__(self, stage, port):
        self.stage = stage
        self.env = stage.env(BRAZIER_COLLECTOR="http://127.0.0.1:%d" % port)

    def run(self, *words, code=0, data=None):
        """(stdout, stderr); the exit code has to be as told."""
        got, out, err = self.stage.run([self.stage.brazier, "push"] + list(words), self.env, data=data)
        self.stage.check(got == code, "push %s: exit %d instead of %d: %s%s", " ".join(words), got, code, out, err)
        return out.decode(), err.decode()


def labels_of(item):
    return {label["key"]: label["value"] for label in item.get("labels", [])}


def files_and_directories(stage, api, push):
    tree = os.path.join(stage.dir, "tree")
    os.makedirs(os.path.join(tree, "deep"))
    shutil.copy(path_of("go/cpu-000.pb.gz"), tree)
    shutil.copy(path_of("go/heap-000.pb.gz"), os.path.join(tree, "deep", "heap.pb.gz"))
    with open(os.path.join(tree, "notes.txt"), "w") as notes:
        notes.write("no profile\n")

    out, err = push.run("--service", "shop", "--dry-run", tree, code=1)
    stage.check("heap.pb.gz: shop heap 2026-11-23T03:44:00Z" in out, "a dry run says %r", out)
    stage.check("notes.txt" in err and "refused 1" in err, "what is refused is not named: %r", err)
    stage.equal(api.list("shop", **DAY).status, 404, "a dry run stores")

    out, err = push.run("--service", "shop", "--label", "dc=fra", "--label", "v=1,0", tree, code=1)
    stage.check("stored 2 of 3 profiles" in err, "the summary is %r", err)
    items = api.list("shop", **DAY).json()["body"]
    stage.equal([item["type"] for item in items], ["cpu", "heap"], "types")
    stage.equal(items[0]["created_at"], "2026-11-23T03:43:52Z", "the time of the profile")
    stage.equal(labels_of(items[0]), {"dc": "fra", "v": "1,0"}, "labels")
    stage.equal(api.get(items[0]["id"]).body, read("go/cpu-000.pb.gz"), "what is stored")

    push.run("--service", "shop", "--label", "dc=fra", "--label", "v=1,0", tree, code=1)
    stage.equal(len(api.list("shop", **DAY).json()["body"]), 2, "profiles after a second push")
    push.run("--service", "piped", "-", data=read("go/goroutine-005.pb.gz"))
    push.run("--service", "globbed", os.path.join(tree, "*.pb.gz"))
    stage.equal(len(api.list("globbed", **DAY).json()["body"]), 1, "profiles of a pattern")


def a_bucket_of_profefe(stage, api, push):
    copy = os.path.join(stage.dir, "profefe")
    for key in KEYS:
        path = os.path.join(copy, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(path_of("go/heap-000.pb.gz" if "/2/" in key else "go/cpu-000.pb.gz"), path)
    push.run("--profefe", copy)
    for service, type, labels in KEYS.values():
        items = api.list(service, type, **DAY).json()["body"]
        stage.equal([labels_of(item) for item in items], [labels], "labels of %s %s" % (service, type))
    stage.equal(api.list("svc1", "trace", **DAY).json()["body"][0]["created_at"], "2020-02-27T17:46:03Z",
                "the time of a key")


def many_at_once(stage, api, push):
    many = os.path.join(stage.dir, "many")
    os.makedirs(many)
    for i in range(300):
        with open(os.path.join(many, "%03d.folded" % i), "w") as file:
            file.write("main;run;step%d %d\n" % (i, i + 1))
    out, err = push.run("--service", "many", "--type", "other", "--at-once", "16", many)
    stage.check("stored 300 of 300" in err and "and 280 more" in out, "%r %r", out[-300:], err)
    stage.equal(len(api.list("many", **DAY).json()["body"]), 300, "profiles of many files")


def a_collector_that_is_away(stage, replica, push):
    replica.stop()
    _, err = push.run("--service", "late", "--retry-for", "300ms", path_of("go/cpu-000.pb.gz"), code=3)
    stage.check("1 not sent" in err, "an unsent file is not told: %r", err)
    starting = threading.Thread(target=replica.start)
    starting.start()
    push.run("--service", "late", "--retry-for", "30s", path_of("go/cpu-000.pb.gz"))
    starting.join()
    replica.wait_ready()


def wrong_usage(stage, push):
    for words, part in [(["--service", "s"], "name files or directories"),
                        ([path_of("go/cpu-000.pb.gz")], "say --service"),
                        (["--service", "s", "/nowhere/x"], "no such file"),
                        (["--service", "s", "--label", "x", "f"], "a label is KEY=VALUE"),
                        (["--service", "s", "--type", "cup", "f"], "unknown profile type")]:
        _, err = push.run(*words, code=2)
        stage.check(part in err and err.count("\n") == 1, "%r says %r", words, err)


def scenario(stage):
    replica = stage.replica("a", "file:" + os.path.join(stage.dir, "store"))
    replica.wait_ready()
    api, push = Api(replica.port), Pusher(stage, replica.port)
    files_and_directories(stage, api, push)
    a_bucket_of_profefe(stage, api, push)
    many_at_once(stage, api, push)
    wrong_usage(stage, push)
    a_collector_that_is_away(stage, replica, push)


if __name__ == "__main__":
    main(scenario)

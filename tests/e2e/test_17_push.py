#!/usr/bin/env python3
"""`brazier push` brings in files, directories, standard input and profefe's bucket, copied or as it stands: everything
keeps its time, a second push adds nothing, what is refused is named, and a collector that is away is waited for or
told."""
import os
import shutil
import threading

from client import Api
from harness import main
from profiles import path_of, read

KEYS = {"P0.svc1/1/bpc00mript33iv4net01,k1=v1,k2=a%2Cb": ("svc1", "cpu", {"k1": "v1", "k2": "a,b"}),
        "P0.team/a/2/bpc00mript33iv4net02": ("team/a", "heap", {}),
        "P0.svc1/128/bpc00mript33iv4net03": ("svc1", "trace", {}),
        "P0.my svc+\u00fc/1/bpc00mript33iv4net04,a+b=1%2F2%3D,v=1.0%2Bb": ("my svc+\u00fc", "cpu",
                                                                        {"a b": "1/2=", "v": "1.0+b"})}
DAY = {"from": "2020-01-01T00:00:00", "to": "2030-01-01T00:00:00"}


class Pusher:
    def __init__(self, stage, port, **env):
        self.stage = stage
        self.env = stage.env(BRAZIER_COLLECTOR="http://127.0.0.1:%d" % port, **env)

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
    stage.check("notes.txt" in err and "1 refused" in err, "what is refused is not named: %r", err)
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


def body_of(key):
    return read("go/heap-000.pb.gz" if "/2/" in key else "go/cpu-000.pb.gz")


def is_moved_in(stage, api, **more):
    """Everything of KEYS is there, once, under its name, with its labels, its time and its bytes."""
    for key, (service, type, labels) in KEYS.items():
        items = api.list(service, type, **DAY).json()["body"]
        stage.equal([labels_of(item) for item in items], [dict(labels, **more)], "labels of %s %s" % (service, type))
        stage.equal(api.get(items[0]["id"]).body, body_of(key), "bytes of %s" % key)
    stage.equal(api.list("svc1", "trace", **DAY).json()["body"][0]["created_at"], "2020-02-27T17:46:03Z",
                "the time of a key")


def a_copy_of_profefe(stage, api, push):
    copy = os.path.join(stage.dir, "profefe")
    for key in KEYS:
        path = os.path.join(copy, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(body_of(key))
    push.run("--profefe", copy)
    is_moved_in(stage, api)


def a_bucket_of_profefe(stage, bucket):
    """As it stands, through its S3 server; what lies beside it in the bucket is left alone."""
    replica = stage.replica("b", "file:" + os.path.join(stage.dir, "store-b"))
    replica.wait_ready()
    api, push = Api(replica.port), Pusher(stage, replica.port, **bucket.env())
    url = bucket.url
    for key in KEYS:
        bucket.put(key, body_of(key))
    bucket.put("P0.svc1/9/bpc00mript33iv4net03", b"x")
    bucket.put("notes.txt", b"no profile\n")
    before = sorted(bucket.keys())

    out, err = push.run("--profefe", "--dry-run", url + "/P0.", code=1)
    stage.check("would store 4 of 5 profiles" in err and "no type \"9\"" in err, "a dry run of a bucket: %r %r", out, err)
    stage.equal(api.request("GET", "/api/0/services").status, 404, "services after a dry run")
    journal = os.path.join(stage.dir, "journal")
    words = ["--profefe", "--label", "from=profefe", "--journal", journal]
    push.run(*words, url + "/P0.svc1/1/")
    out, err = push.run(*words, url + "/P0.", code=1)
    stage.check("stored 3 of 5 profiles" in err and "; 1 stored before; 1 refused" in err, "the summary: %r", err)
    out, err = push.run(*words, url + "/P0.", code=1)
    stage.check("stored 0 of 5 profiles" in err and "; 4 stored before; 1 refused" in err, "the summary: %r", err)
    is_moved_in(stage, api, **{"from": "profefe"})
    stage.equal(sorted(bucket.keys()), before, "keys of the bucket")

    push.run("--service", "renamed", "--type", "cpu", "--label", "n=1", url + "/P0.svc1/1/")
    stage.equal(len(api.list("renamed", **DAY).json()["body"]), 1, "profiles of any object")
    whole = bucket.at("")
    whole.put("P0.beside/1/bpc00mript33iv4net01", body_of("/1/"))
    out, _ = push.run("--profefe", "--dry-run", "--verbose", "s3://" + bucket.name)
    whole.delete("P0.beside/1/bpc00mript33iv4net01")
    stage.check(": beside cpu 2026-11-23T03:43:52Z" in out and bucket.root not in out, "the whole bucket: %r", out)
    for target in "s3://nowhere-else", "s3://NO":
        _, err = push.run("--profefe", target, code=2)
        stage.check("bucket" in err, "%s says %r", target, err)
    away = Pusher(stage, replica.port, **dict(bucket.env(), AWS_SECRET_ACCESS_KEY="x" * 20))
    _, err = away.run("--profefe", url, code=3)
    stage.check("stored 0 of 0" in err and "403" in err, "a wrong key says %r", err)
    replica.stop()


def pages_of_a_bucket(stage, bucket, replica):
    """More objects than one page of a listing; broken off in the middle, and taken up again."""
    push = Pusher(stage, replica.port, **bucket.env())
    keys = ["many/%04d.folded" % i for i in range(1010)]
    stage.threads(8, lambda lane: [bucket.via(bucket.endpoint).put(key, b"main;step%s 1\n" % key.encode())
                                   for key in keys[lane::8]])
    words = ["--service", "paged", "--type", "other", "--at-once", "16", bucket.url + "/many/"]
    _, err = push.run(*words)
    stage.check("stored 1010 of 1010" in err, "%r", err[-300:])
    stage.equal(len(Api(replica.port).pages("paged", **DAY)), 1010, "profiles of two pages")


def many_at_once(stage, api, push):
    many = os.path.join(stage.dir, "many")
    os.makedirs(many)
    for i in range(300):
        with open(os.path.join(many, "%03d.folded" % i), "w") as file:
            file.write("main;run;step%d %d\n" % (i, i + 1))
    out, err = push.run("--service", "many", "--type", "other", "--at-once", "16", many)
    stage.check("stored 300 of 300" in err and "and 280 more" in out, "%r %r", out[-300:], err)
    stage.equal(len(api.list("many", **DAY).json()["body"]), 300, "profiles of many files")
    _, err = push.run("--service", "many", many, path_of("go/cpu-000.pb.gz"), "/dev/null", code=1)
    stage.check(err.count("\n") == 23 and "... and 280 more: say --type: its type cannot be told" in err and
                "stored 1 of 302 profiles" in err and "; 301 refused\n" in err, "many refused: %r", err)


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
    for words, part in [(["--service", "s"], "name files, directories"),
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
    a_copy_of_profefe(stage, api, push)
    bucket = stage.bucket()
    a_bucket_of_profefe(stage, bucket)
    pages_of_a_bucket(stage, bucket, replica)
    many_at_once(stage, api, push)
    wrong_usage(stage, push)
    a_collector_that_is_away(stage, replica, push)


if __name__ == "__main__":
    main(scenario)

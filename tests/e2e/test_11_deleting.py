#!/usr/bin/env python3
"""What is deleted through one replica, or past its retention, is gone on all of them at once, and stays gone when an
index is rebuilt; what is posted after it is a new profile. A directory store is swept."""
import os
import time

from harness import main
from keys import digest_of, id_of, kind_of, make_id, profile_key
from profiles import ProfileMaker, totals
from tiny_profile import tiny

COUNT, HOUR = 30, 3600 * 1000


def delete(stage, bucket, replicas):
    maker, ids = ProfileMaker("go/compile-5.pb.gz"), []
    apis = [replica.api() for replica in replicas]
    for n in range(COUNT):
        answer = apis[n % 3].post(maker.make(n), "shop", "cpu", {"n": str(n)})
        ids.append(answer.json()["body"]["id"])
    gone = set(ids[::3])
    doomed = sorted(gone)

    def delete_one(i):
        """It takes a while: until no replica's clock can mint behind the tombstone."""
        id, apis = doomed[i], [replicas[(i + k) % 3].api() for k in range(3)]
        answer = apis[0].delete(id)
        stage.check(answer.status in (200, 204), "DELETE: %s", answer)
        for api in apis:
            stage.equal(api.list("shop", "cpu", {"n": str(ids.index(id))}).status, 404, "list of what was deleted just now")
            stage.equal(api.get(id).status, 404, "get of what was deleted just now")
            stage.equal(api.delete(id).status, 404, "DELETE of what was deleted just now")

    stage.threads(len(doomed), delete_one)
    left = [id for id in ids if id not in gone]

    def check():
        for replica in replicas:
            api = replica.api()
            stage.same_set([profile["id"] for profile in api.pages("shop")], left, "profiles on " + replica.name)
            stage.equal(totals(api.merge("shop", "cpu").body), [len(left) * total for total in maker.totals], "totals")
            for id in sorted(gone):
                stage.equal(api.get(id).status, 404, "get on " + replica.name)

    check()
    keys = bucket.keys("pf1/")
    stage.same_set([id_of(key) for key in keys if kind_of(key) != "x"], left, "objects")
    stage.same_set([digest_of(id_of(key)) for key in keys if kind_of(key) == "x"], {digest_of(id) for id in gone},
                   "tombstones")
    for replica in replicas:
        replica.kill()
        replica.delete_index()
        replica.start()
        replica.wait_ready()
    check()
    # Sent again, after the tombstone: new.
    again = replicas[0].api().post(maker.make(0), "shop", "cpu", {"n": "0"})
    stage.equal(again.status, 200, "POST of what was deleted")
    left.append(again.json()["body"]["id"])
    stage.check(left[-1] not in gone, "the old id came back")
    check()
    stage.note("%d of %d deleted", len(gone), COUNT)


def retain(stage, bucket):
    """Old ones are there in the bucket and nobody shows them; a young one ages."""
    now = int(time.time() * 1000)
    old = [make_id(now - 2 * HOUR - i * 1000) for i in range(20)]
    young = [make_id(now - HOUR // 4 - i * 1000) for i in range(20)]
    for id, ms in zip(old + young, [now - HOUR // 4] * 40):
        bucket.put(profile_key(id, "shop", "cpu", ms, {"i": id}), b"x")
    soon = make_id(now - HOUR + 6000)
    bucket.put(profile_key(soon, "ageing", "cpu", now - HOUR // 4, {}), b"x")
    hides = [stage.replica("hides-%d" % i, bucket, ("--retention", "1h")) for i in range(2)]
    for replica in hides:
        replica.wait_ready()
        stage.same_set([profile["id"] for profile in replica.api().pages("shop")], young, "profiles within retention")
        for id in old[:3]:
            stage.equal(replica.api().get(id).status, 404, "get of what is past its retention")
    for replica in hides:
        stage.wait_for("the one that ages is gone", lambda replica=replica: not replica.api().pages("ageing"), 20, 0.1)
        stage.equal(replica.api().services(), ["shop"], "services")
    for replica in hides:
        replica.kill()
    stage.equal(len(bucket.keys("pf1/")), 41, "objects: a bucket is not swept, it has rules of its own")
    stage.note("retention hides")


def sweep(stage):
    tree, now = os.path.join(stage.dir, "tree"), int(time.time() * 1000)
    ages = [3 * HOUR * i for i in range(1, 60)] + [120000, 180000]
    ids = {make_id(now - age): age for age in ages}
    for id, age in ids.items():
        path = os.path.join(tree, profile_key(id, "shop", "cpu", now - age, {}))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(tiny(now - age))
    other = os.path.join(tree, "pf1", "0", "notes-of-somebody.txt")
    with open(other, "w") as file:
        file.write("not ours")
    replica = stage.replica("sweeper", "file:" + tree, ("--retention", "60s"))  # looked at four times in that span
    replica.wait_ready()
    young = {replica.api().post(tiny(now + i), "shop", "cpu").json()["body"]["id"] for i in range(5)}
    stage.same_set([profile["id"] for profile in replica.api().pages("shop")], young, "profiles within retention")

    def objects():
        return [id_of(os.path.relpath(os.path.join(folder, name), tree)) for folder, _, names in os.walk(tree)
                for name in names if name != os.path.basename(other)]

    stage.wait_for("old files are swept", lambda: len(objects()) <= len(young), 30, 0.1)
    stage.same_set(objects(), young, "files that are left")
    stage.check(os.path.exists(other), "a file that is not ours was swept")
    empty = [folder for folder, below, names in os.walk(os.path.join(tree, "pf1")) if not below and not names]
    stage.check(len(empty) <= 1, "empty directories are left: %s", empty[:5])
    for id in young:
        stage.equal(replica.api().get(id).status, 200, "get of what is left")
    stage.equal(replica.stop(), 0, "exit status")
    stage.note("%d files swept", len(ids))


def scenario(stage):
    sweep(stage)
    bucket = stage.bucket()
    replicas = stage.replicas(3, bucket, ("--allow-delete",))
    delete(stage, bucket, replicas)
    for replica in replicas:
        replica.kill()
    retain(stage, stage.bucket())


if __name__ == "__main__":
    main(scenario, limit=120)

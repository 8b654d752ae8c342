#!/usr/bin/env python3
"""Every way to store a profile twice: three PUT answers of ten are lost on their way back, a balancer sends a POST
again to the next replica when a connection breaks, and each profile is posted five times at once to all replicas. Each
is listed once and counted once on every replica, under whichever id it was acknowledged; also after a rebuild."""
import threading

from client import Api, Unanswered, labels_of
from harness import main
from keys import digest_of, id_of
from profiles import Counter, ProfileMaker, totals

SERVICE = "basket"
AT_ONCE = 5
LOST = 0.3
BROKEN = 0.15


def post_until(stage, api, body, n):
    """As an agent does: again, until it is acknowledged."""
    for _ in range(100):
        try:
            answer = api.post(body, SERVICE, "cpu", {"n": str(n)})
        except Unanswered:
            continue
        if answer.status == 200:
            return answer.json()["body"]["id"]
        stage.check(answer.status == 503 and answer.header("Retry-After"), "POST %d: %s", n, answer)
        stage.stopping.wait(0.2)
    raise AssertionError("POST %d is never acknowledged" % n)


def post_all(stage, count, maker, ports):
    """Each profile AT_ONCE times at the same moment, over all ports; {n: ids that were acknowledged}."""
    ids, lock = {n: set() for n in range(count)}, threading.Lock()
    barrier = threading.Barrier(AT_ONCE, timeout=60)

    def poster(i):
        apis = [Api(port, timeout=30) for port in ports]
        for n in range(count):
            body = maker.make(n)
            barrier.wait()
            id = post_until(stage, apis[(n + i) % len(apis)], body, n)
            with lock:
                ids[n].add(id)

    stage.threads(AT_ONCE, poster)
    return ids


def check_replica(stage, replica, maker, ids, get_every=1):
    api = replica.api()
    listed = api.pages(SERVICE, "cpu")
    stage.same_set([int(labels_of(profile)["n"]) for profile in listed], ids, "profiles on " + replica.name)
    stage.equal(api.status()["index"]["profiles"], len(ids), "profiles counted by " + replica.name)
    merged = api.merge(SERVICE, "cpu")
    stage.check(merged.status == 200, "merge on %s: %s", replica.name, merged)
    stage.equal(totals(merged.body), [len(ids) * total for total in maker.totals], "totals on " + replica.name)
    canonical = {int(labels_of(profile)["n"]): profile["id"] for profile in listed}
    counter = Counter(len(ids))

    def ask(_):
        mine = replica.api()
        for n in counter:
            for id in ids[n] if n % get_every == 0 else ():
                answer = mine.get(id)
                stage.check(answer.status == 200 and answer.body == maker.make(n), "get %s (profile %d) on %s: %s", id,
                            n, replica.name, answer)
            stage.check(canonical[n] <= min(ids[n]), "profile %d is listed as %s, acknowledged as %s", n, canonical[n],
                        sorted(ids[n]))

    stage.threads(2, ask)
    # Two names of one profile in one question are still one profile.
    some = [n for n in ids if len(ids[n]) > 1][:1]
    for n in some:
        both = api.get("+".join(sorted(ids[n])))
        stage.check(both.status == 200, "two ids of profile %d: %s", n, both)
        stage.equal(totals(both.body), maker.totals, "totals of two ids of one profile")
    return [(profile["id"], profile["created_at"]) for profile in listed]


def scenario(stage):
    count = stage.rounds(200, 60)
    bucket = stage.bucket()
    to_s3, seen = zip(*[stage.bucket_proxy("s3-%d" % (i + 1), bucket) for i in range(3)])
    replicas = [stage.replica("replica-%d" % (i + 1), seen[i]) for i in range(3)]
    for replica in replicas:
        replica.wait_ready()
    to_replica = [stage.proxy("replica-%d" % (i + 1), replicas[i].port) for i in range(3)]
    nginx = stage.nginx(to_replica)
    for proxy in to_s3:
        proxy.set("pass", lose=LOST, methods=["PUT"])
    for proxy in to_replica:
        proxy.set("pass", lose=BROKEN, methods=["POST"])

    maker = ProfileMaker("go/compile-5.pb.gz")
    ids = post_all(stage, count, maker, [nginx.port, nginx.port] + [replica.port for replica in replicas])
    lost, broken = sum(p.count()["lost"] for p in to_s3), sum(p.count()["lost"] for p in to_replica)
    for proxy in list(to_s3) + to_replica:
        proxy.set("pass")
    keys = bucket.keys("pf1/")
    stage.note("%d profiles, each posted %d times at once: %d PUT answers lost, %d answers to the balancer lost, "
               "%d objects", count, AT_ONCE, lost, broken, len(keys))
    stage.check(lost > count / 10 and broken > count / 20, "too few faults: %d and %d", lost, broken)
    stage.equal(len({digest_of(id_of(key)) for key in keys}), count, "identities in the bucket")
    stage.check(len(keys) > count, "nothing was stored twice: nothing was shown")

    first = [check_replica(stage, replica, maker, ids) for replica in replicas]
    stage.check(first[0] == first[1] == first[2], "the replicas list different ids")
    for replica in replicas:
        replica.kill()
        replica.delete_index()
        replica.start()
    for replica in replicas:
        replica.wait_ready()
        stage.equal(check_replica(stage, replica, maker, ids, 5), first[0], "list after the rebuild of " + replica.name)
    # Sent once more, after the time in which a replica trusts what it knows: maybe stored again, still nothing new.
    for n in range(0, count, 10):
        ids[n].add(post_until(stage, replicas[n % 3].api(), maker.make(n), n))
    for replica in replicas:
        stage.equal(check_replica(stage, replica, maker, ids, 10), first[0], "list after some were sent again")


if __name__ == "__main__":
    main(scenario, limit=150)

#!/usr/bin/env python3
"""Three replicas behind a balancer without stickiness, on a real bucket: what was acknowledged is there at once, in the
next list, get and merge, whichever replica is asked. A thousand times through nginx, then through HAProxy."""
import re

from harness import main
from profiles import Counter, ProfileMaker, totals
from client import Api, labels_of

BATCH = 20
WORKERS = 4
SERVICE = "checkout"


def ask_at_once(stage, api, answer, body, name, labels):
    """Right after the 200: the list has it, once, and its bytes are those that were sent."""
    stage.check(answer.status == 200, "POST %s: %s", name, answer)
    id = answer.json()["body"]["id"]
    found = api.list(SERVICE, "cpu", labels, headers={"X-Request-Id": "list-" + name})
    stage.check(found.status == 200, "list right after POST %s (%s): %s", name, id, found)
    stage.check(not found.header("X-Brazier-Stale"), "list right after POST %s is stale by %s ms", name,
                found.header("X-Brazier-Stale"))
    stage.equal([profile["id"] for profile in found.json()["body"]], [id], "list right after POST " + name)
    stage.equal(labels_of(found.json()["body"][0]), labels, "labels of " + name)
    got = api.get(id, headers={"X-Request-Id": "get-" + name})
    stage.check(got.status == 200 and got.body == body, "get right after POST %s (%s): %d, %d bytes", name, id,
                got.status, len(got.body))


def post_batches(stage, port, maker, batches, run):
    def worker(_):
        api = Api(port)
        for batch in batches:
            for n in range(batch * BATCH, (batch + 1) * BATCH):
                if stage.failed():
                    return
                labels = {"n": str(n), "batch": "%s-%d" % (run, batch), "region": "eu/west 3,a=b+c%"}
                body, name = maker.make(n), "%s-%d" % (run, n)
                answer = api.post(body, SERVICE, "cpu", labels, headers={"X-Request-Id": "post-" + name})
                ask_at_once(stage, api, answer, body, name, labels)
            merged = api.merge(SERVICE, "cpu", {"batch": "%s-%d" % (run, batch)})
            stage.check(merged.status == 200, "merge of batch %d: %s", batch, merged)
            stage.equal(totals(merged.body), [BATCH * total for total in maker.totals],
                        "totals of %d merged" % BATCH)

    stage.threads(WORKERS, worker)


def check_spread(stage, log, count):
    """The balancer did send questions elsewhere than the POST before: else nothing was shown."""
    where = {}
    with open(log) as file:
        for line in file:
            found = re.search(r"upstream=(\S+) .* id=(\S+)$", line)
            if found:
                where[found.group(2)] = found.group(1)
    for question in ("list", "get"):
        elsewhere = sum(where["post-nginx-%d" % n] != where["%s-nginx-%d" % (question, n)] for n in range(count))
        stage.check(elsewhere >= count // 3, "only %d of %d %ss went to another replica than the POST", elsewhere,
                    count, question)
        stage.note("%d of %d %ss were answered by another replica than the POST", elsewhere, count, question)


def scenario(stage):
    count = stage.rounds(1000, 200)
    bucket = stage.bucket()
    replicas = stage.replicas(3, bucket)
    maker = ProfileMaker("go/compile-5.pb.gz")

    nginx = stage.nginx(replicas)
    post_batches(stage, nginx.port, maker, Counter(count // BATCH), "nginx")
    stage.note("%d through nginx", count)
    check_spread(stage, stage.dir + "/nginx/access.log", count)

    haproxy = stage.haproxy(replicas)
    more = count // 5
    later = ProfileMaker("go/compile-5.pb.gz", begin=maker.begin_ms / 1000 + 600)
    post_batches(stage, haproxy.port, later, Counter(more // BATCH), "haproxy")
    stage.note("%d through HAProxy", more)

    stage.equal(len(bucket.keys("pf1/")), count + more, "objects in the bucket")
    for replica in replicas:
        stage.equal(len(replica.api().pages(SERVICE)), count + more, "profiles listed by " + replica.name)
        stage.equal(replica.stop(), 0, "exit code of %s after SIGTERM" % replica.name)


if __name__ == "__main__":
    main(scenario, limit=150)

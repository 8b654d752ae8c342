#!/usr/bin/env python3
"""Replicas are killed and lose their indexes all the time while clients send and ask. Nothing acknowledged is missing
on any replica or in the bucket, nothing is there twice, and the totals are exact. That holds for profiles of the days
before too. Clients do what agents do: they send the same bytes again, to any replica, until they hear 200."""
import random
import threading
import time

from client import Api, Unanswered, labels_of
from harness import main
from keys import digest_of, id_of, kind_of, make_id, profile_key
from profiles import Counter, ProfileMaker, totals

KILLS = 60
WRITERS = 4
MERGED = 200  # profiles of each merge at the end
SERVICE = "payment"
OLD, OLD_FROM, OLD_DAYS = 90, 1000000, 3  # profiles of the days before: only a rebuild finds them


class Ledger:
    """What was sent and what was acknowledged."""

    def __init__(self):
        self.ids = {}  # n: id
        self.retried = self.questions = self.unasked = 0
        self.lock = threading.Lock()

    def acknowledge(self, n, id, tries):
        with self.lock:
            self.ids[n] = id
            self.retried += tries > 1


def labels(n):
    return {"n": str(n), "group": str(n // MERGED)}


def seed(bucket, maker, ledger):
    """Profiles that other replicas have stored, days to an hour ago."""
    now_ms = int(time.time() * 1000)
    for n in range(OLD_FROM, OLD_FROM + OLD):
        mint_ms = now_ms - 3600000 - (n - OLD_FROM) * OLD_DAYS * 86400000 // OLD
        id = make_id(mint_ms)
        bucket.put(profile_key(id, SERVICE, "cpu", maker.created_ms(n), labels(n)), maker.make(n))
        ledger.acknowledge(n, id, 1)


class Writer:
    """A client: one connection to each replica."""

    def __init__(self, stage, replicas, seed):
        self.stage, self.replicas = stage, replicas
        self.random = random.Random(seed)
        self.apis = [Api(replica.port, timeout=30) for replica in replicas]

    def post(self, n, body):
        """Until it is acknowledged: (id, how often it was sent)."""
        tries = 0
        while not self.stage.stopping.is_set():
            tries += 1
            try:
                answer = self.random.choice(self.apis).post(body, SERVICE, "cpu", labels(n))
            except Unanswered:
                self.stage.stopping.wait(0.01)
                continue
            if answer.status == 200:
                return answer.json()["body"]["id"], tries
            self.stage.check(answer.status == 503 and answer.header("Retry-After"), "POST %d: %s", n, answer)
        raise RuntimeError("the stage ended")

    def ask(self, n, id):
        """Right after the 200, any replica that is there and ready has it. False if none could be asked."""
        at = self.random.randrange(len(self.apis))
        try:
            if self.apis[at].request("GET", "/readyz").status != 200:
                return False
            answer = self.apis[at].list(SERVICE, "cpu", {"n": str(n)})
        except Unanswered:
            return False
        if answer.header("X-Brazier-Stale"):
            return False  # declared
        self.stage.check(answer.status == 200, "%s does not list %d (%s), acknowledged before: %s",
                         self.replicas[at].name, n, id, answer)
        self.stage.equal(len(answer.json()["body"]), 1, "profiles with label n=%d" % n)
        return True


def write(stage, replicas, maker, counter, ledger, seed):
    writer = Writer(stage, replicas, seed)
    for n in counter:
        if stage.stopping.is_set() or stage.failed() or counter.ended.is_set():
            # The number was not used: those below were.
            with ledger.lock:
                counter.unused.append(n)
            return
        body = maker.make(n)
        id, tries = writer.post(n, body)
        ledger.acknowledge(n, id, tries)
        if n % 3 == 0:
            asked = writer.ask(n, id)
            with ledger.lock:
                ledger.questions += asked
                ledger.unasked += not asked


def kill_all_the_time(stage, replicas, ledger, kills):
    """One after the other, at random moments; every second time the index is lost too, before or after. Some are
    killed again before they are ready."""
    chance = random.Random(7)
    deleted = early = 0
    for i in range(kills):
        replica = replicas[chance.randrange(len(replicas))]
        if i % 4 == 1:
            replica.delete_index()
        replica.kill()
        if i % 4 == 3:
            replica.delete_index()
        deleted += i % 2
        replica.start()
        if chance.random() < 0.25:
            early += 1
            stage.stopping.wait(chance.random() * 0.05)
            continue
        replica.wait_ready()
        before = len(ledger.ids)
        stage.stopping.wait(chance.random() * 0.15)
        stage.wait_for("profiles are acknowledged between two kills",
                       lambda before=before: stage.failed() or len(ledger.ids) > before + 5, 60)
        stage.raise_failures()
    stage.note("%d kills, %d indexes deleted, %d killed again at once; %d profiles, %d sent more than once", kills,
               deleted, early, len(ledger.ids), ledger.retried)
    stage.note("%d questions in between, %d times nobody to ask", ledger.questions, ledger.unasked)


def check_bucket(stage, bucket, ledger):
    """Each acknowledged id is an object; and each profile has one identity, however often it was stored."""
    keys = bucket.keys("pf1/")
    ids = {id_of(key) for key in keys}
    stage.check(all(kind_of(key) == "p" for key in keys), "other kinds of keys than profiles")
    lost = [id for id in ledger.ids.values() if id not in ids]
    stage.check(not lost, "%d acknowledged profiles are not in the bucket: %r", len(lost), lost[:5])
    stage.same_set(list({digest_of(id) for id in ids}), {digest_of(id) for id in ledger.ids.values()},
                   "identities in the bucket")
    stage.note("%d objects for %d profiles", len(keys), len(ledger.ids))


def wait_loaded(stage, replica):
    """Ready is said when the last day is loaded; here older profiles count too."""
    replica.wait_ready()
    api = replica.api()
    stage.wait_for("the rebuild ends", lambda: api.status()["rebuild"]["state"] == "done", 30)


def check_replica(stage, replica, maker, ledger, some):
    api = replica.api()
    listed = api.pages(SERVICE, "cpu")
    stage.same_set([int(labels_of(profile)["n"]) for profile in listed], ledger.ids, "profiles on " + replica.name)
    stage.same_set([digest_of(profile["id"]) for profile in listed], {digest_of(id) for id in ledger.ids.values()},
                   "identities on " + replica.name)
    for n in some:
        answer = api.get(ledger.ids[n])
        stage.check(answer.status == 200 and answer.body == maker.make(n), "get %s on %s: %d, %d bytes", ledger.ids[n],
                    replica.name, answer.status, len(answer.body))
    counts = {}
    for n in ledger.ids:
        counts[str(n // MERGED)] = counts.get(str(n // MERGED), 0) + 1
    for group in sorted(counts, key=int)[:2] + [str(OLD_FROM // MERGED)]:
        merged = api.merge(SERVICE, "cpu", {"group": group})
        stage.check(merged.status == 200, "merge on %s: %s", replica.name, merged)
        stage.equal(totals(merged.body), [counts[group] * total for total in maker.totals],
                    "totals of %d merged on %s" % (counts[group], replica.name))
    status = api.status()
    stage.equal(status["index"]["profiles"], len(ledger.ids), "profiles in the index of " + replica.name)


def scenario(stage):
    kills = stage.rounds(KILLS, 15)
    bucket = stage.bucket()
    maker, ledger, counter = ProfileMaker("go/compile-5.pb.gz"), Ledger(), Counter()
    seed(bucket, maker, ledger)
    replicas = stage.replicas(3, bucket)
    counter.ended, counter.unused = threading.Event(), []

    joined = stage.go(WRITERS, lambda i: write(stage, replicas, maker, counter, ledger, i))
    kill_all_the_time(stage, replicas, ledger, kills)
    counter.ended.set()
    joined()
    newest = max(n for n in ledger.ids if n < OLD_FROM)
    sent = set(range(newest + 1)) - set(counter.unused)
    stage.same_set([n for n in ledger.ids if n < OLD_FROM], sent, "acknowledged profiles")

    for replica in replicas:
        wait_loaded(stage, replica)
    check_bucket(stage, bucket, ledger)
    some = random.Random(3).sample(sorted(ledger.ids), min(40, len(ledger.ids)))
    for replica in replicas:
        check_replica(stage, replica, maker, ledger, some)
    # And once more with nothing but the bucket.
    for replica in replicas:
        replica.kill()
        replica.delete_index()
        replica.start()
    for replica in replicas:
        wait_loaded(stage, replica)
        check_replica(stage, replica, maker, ledger, some[:5])


if __name__ == "__main__":
    main(scenario, limit=200)

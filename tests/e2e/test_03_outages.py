#!/usr/bin/env python3
"""The bucket refuses connections, swallows them, or answers 503 SlowDown, for 1, 5 and 30 s; nine replicas, one for
each case, side by side. A short outage is not noticed by clients; in a long one they hear 503 with Retry-After in time;
after it the first profile is taken within 5 s. The process and /healthz are untouched, questions are answered from the
index and say that they are stale, and afterwards everything acknowledged is there, once."""
import threading
import time

from client import Api, labels_of
from harness import main
from keys import digest_of, id_of
from profiles import ProfileMaker

KINDS = ("refuse", "black-hole", "slow-down")
UNNOTICED = (1, 5)  # a POST is given 20 s
LONG = 30
GIVEN_UP = 25  # a client has its answer by then
RECOVERED = 5
SERVICE = "search"
POSTERS = 3
POST_EVERY = 0.1


class Case:
    """One kind of outage of one length, with a replica, a proxy and clients of its own."""

    def __init__(self, stage, kind, seconds):
        self.stage, self.kind, self.seconds = stage, kind, seconds
        self.name = "%s-%d" % (kind, seconds)
        self.bucket = stage.bucket()
        self.proxy, through = stage.bucket_proxy(self.name, self.bucket)
        self.replica = stage.replica(self.name, through)
        self.maker = ProfileMaker("go/goroutine-005.pb.gz")
        self.acknowledged = {}  # n: (id, when it was answered)
        self.answers = []  # (sent, answered, status, Retry-After)
        self.lost = []
        self.slow_health = 0.0
        self.lock = threading.Lock()
        self.done = threading.Event()

    def post(self, i):
        """Posts on and on, one after the other; what was refused is sent again, as agents do."""
        api, n = Api(self.replica.port), i
        while not (self.done.is_set() or self.stage.stopping.is_set()):
            sent = time.monotonic()
            answer = api.post(self.maker.make(n), SERVICE, "goroutine", {"n": str(n)})
            now = time.monotonic()
            with self.lock:
                self.answers.append((sent, now, answer.status, answer.header("Retry-After")))
                if answer.status == 200:
                    self.acknowledged[n] = (answer.json()["body"]["id"], now)
                    n += POSTERS
                else:
                    self.stage.check(answer.status == 503, "%s: POST: %s", self.name, answer)
            self.done.wait(POST_EVERY)

    def watch_health(self):
        api = Api(self.replica.port, timeout=10)
        while not (self.done.is_set() or self.stage.stopping.is_set()):
            answer = api.request("GET", "/healthz")
            self.stage.check(answer.status == 200, "%s: /healthz: %s", self.name, answer)
            self.slow_health = max(self.slow_health, answer.took)
            self.done.wait(0.1)

    def ask_in_outage(self, known):
        """Questions: from the index, declared as stale; whoever wants all of it is told no."""
        api = Api(self.replica.port)
        answer = api.list(SERVICE, "goroutine", limit=1000)
        self.stage.check(answer.status == 200, "%s: list in the outage: %s", self.name, answer)
        self.stage.check(int(answer.header("X-Brazier-Stale") or 0) > 0, "%s: list in the outage does not say stale",
                         self.name)
        listed = {int(labels_of(profile)["n"]) for profile in answer.json()["body"]}
        self.stage.check(known <= listed, "%s: list in the outage lacks %r", self.name, known - listed)
        self.stage.check(answer.took < 4, "%s: list in the outage took %.1f s", self.name, answer.took)
        answer = api.list(SERVICE, "goroutine", fresh=1)
        self.stage.check(answer.status == 503 and answer.header("Retry-After"), "%s: list with fresh=1: %s", self.name,
                         answer)

    def run(self):
        stage = self.stage
        self.replica.wait_ready()
        pid = self.replica.pid
        joined = stage.go(POSTERS, self.post)
        watched = stage.go(1, lambda _: self.watch_health())
        stage.wait_for("%s: profiles before the outage" % self.name,
                       lambda: len(self.acknowledged) >= 30 or stage.failed())

        with self.lock:
            known = set(self.acknowledged)
        begin = time.monotonic()
        self.proxy.set(self.kind)
        away = time.monotonic()
        if self.seconds >= 5:
            self.ask_in_outage(known)
        stage.stopping.wait(max(0, begin + self.seconds - time.monotonic()))
        end = time.monotonic()
        self.proxy.set("pass")

        stage.wait_for("%s: a profile is taken after the outage" % self.name, lambda: stage.failed() or any(
            sent_ok and answered > end for _, answered, sent_ok in self.successes()), 15)
        time.sleep(max(0, end + 8 - time.monotonic()))
        self.done.set()
        joined()
        watched()
        self.judge(begin, away, end)
        stage.equal(self.replica.pid, pid, self.name + ": process")
        stage.check(self.replica.running(), "%s: the process ended", self.name)
        self.check_content()

    def successes(self):
        with self.lock:
            return [(sent, answered, status == 200) for sent, answered, status, _ in self.answers]

    def judge(self, begin, away, end):
        stage = self.stage
        refused = [(sent - begin, answered - sent, retry) for sent, answered, status, retry in self.answers
                   if status != 200]
        slowest = max(answered - sent for sent, answered, _, _ in self.answers)
        first = min(answered for _, answered, ok in self.successes() if ok and answered > end) - end
        stage.note("%-13s %3d posts, %2d refused, slowest %.1f s, first success %.2f s after the end, /healthz %.3f s",
                   self.name, len(self.answers), len(refused), slowest, first, self.slow_health)
        stage.check(first <= RECOVERED, "%s: first success %.1f s after the end", self.name, first)
        stage.check(slowest <= GIVEN_UP, "%s: a POST took %.1f s", self.name, slowest)
        stage.check(self.slow_health < 1, "%s: /healthz took %.1f s", self.name, self.slow_health)
        stage.check(all(retry and int(retry) > 0 for _, _, retry in refused), "%s: 503 without Retry-After: %r",
                    self.name, refused)
        if self.seconds in UNNOTICED:
            stage.check(not refused, "%s: refused (s after the begin, s taken, Retry-After): %r", self.name, refused)
        else:
            stage.check(len(refused) >= POSTERS, "%s: only %d refused", self.name, len(refused))
        during = [1 for sent, answered, ok in self.successes() if ok and sent > away and answered < end]
        stage.check(not during, "%s: %d profiles were acknowledged while the bucket was away", self.name, len(during))

    def check_content(self):
        api = self.replica.api()
        listed = api.pages(SERVICE, "goroutine")
        numbers = [int(labels_of(profile)["n"]) for profile in listed]
        # One that each poster did not send again may be there or not.
        self.stage.check(set(self.acknowledged) <= set(numbers), "%s: acknowledged, but not listed: %r", self.name,
                         set(self.acknowledged) - set(numbers))
        self.stage.equal(len(numbers), len(set(numbers)), "%s: profiles listed, each once" % self.name)
        stored = {digest_of(id_of(key)) for key in self.bucket.keys("pf1/")}
        lost = [id for id, _ in self.acknowledged.values() if digest_of(id) not in stored]
        self.stage.check(not lost, "%s: acknowledged, but not in the bucket: %r", self.name, lost)


def scenario(stage):
    seconds = UNNOTICED + (stage.rounds(LONG, 24),)
    cases = [Case(stage, kind, length) for length in seconds for kind in KINDS]
    stage.threads(len(cases), lambda i: cases[i].run())


if __name__ == "__main__":
    main(scenario, limit=150)

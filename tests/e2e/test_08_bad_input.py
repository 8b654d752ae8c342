#!/usr/bin/env python3
"""Hundreds of wrong requests and bodies, one after the other and at once. Each is refused by a 4xx that names the fault
(or the connection is closed), nothing of it is stored, memory stays within its bound, and the server is as healthy as
before. Damaged profiles that happen to be valid are stored, each byte for byte."""
import os
import re
import socket
import time

import bad_profiles
import bad_requests
from client import Api, Unanswered
from harness import main
from process import Failure
from profiles import Counter, ProfileMaker, read

SECONDS = 20  # for any answer
# What may be held at once: bodies (the flag below), an unpacked profile (--max-inflated) with its tables for each thread
# that validates, one for each processor; and what the process needs for itself.
MEMORY = (64 + 144 * max(2, min(os.cpu_count(), 64)) + 48) << 20
FLAGS = ("--inflight-bytes", "64MiB", "--log-level", "warn")
CUTS, MUTANTS, GARBAGE = 150, 600, 100


def read_answer(sock):
    """(status, head, body); status 0 if the connection ends without an answer. 1xx answers are passed over."""
    data = b""
    while True:
        end = data.find(b"\r\n\r\n")
        if end >= 0 and not re.match(rb"HTTP/1\.1 1\d\d ", data):
            break
        if end >= 0:
            data = data[end + 4:]
            continue
        try:
            more = sock.recv(65536)
        except ConnectionError:
            more = b""
        if not more:
            return 0, data, b""
        data += more
    head, body = data[:end], data[end + 4:]
    length = re.search(rb"(?i)\r\nContent-Length: *(\d+)", head)
    while length is None or len(body) < int(length.group(1)):
        try:
            more = sock.recv(65536)
        except ConnectionError:
            break
        if not more:
            break
        body += more
    match = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
    return (int(match.group(1)) if match else -1), head, body


def exchange(port, data, half_close=False):
    """Sends it all, as far as the server lets us, and reads the answer."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as sock:
        try:
            sock.sendall(data)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass
        return read_answer(sock)


class Inspector:
    """Sends what is wrong and collects what is not right about the answers."""

    def __init__(self, stage, replica):
        self.stage, self.replica = stage, replica
        self.sent, self.wrong = 0, []

    def expect(self, name, data, statuses, words):
        self.sent += 1
        try:
            status, head, body = exchange(self.replica.port, data)
        except socket.timeout:
            self.wrong.append("%s: no answer" % name)
            return
        text = body.decode("utf-8", "replace")
        if status not in statuses or (status and words not in text) or (status and len(text) < 10):
            self.wrong.append("%s: %d %s; expected %s %r" % (name, status, text[:200].strip(), statuses, words))
        if status == 405 and not re.search(rb"(?i)\r\nAllow: ", head):
            self.wrong.append("%s: 405 without Allow" % name)

    def refuse(self, api, name, body, words="", headers=None, kind="other"):
        """A POST of a body that is no profile."""
        self.sent += 1
        try:
            answer = api.post(body, "bad", kind, headers=headers)
        except Unanswered as error:
            self.wrong.append("%s: %s" % (name, error))
            return
        text = answer.body.decode("utf-8", "replace")
        if answer.status not in (400, 413) or words not in text or len(text) < 20:
            self.wrong.append("%s: %d %s; expected 400 %r" % (name, answer.status, text[:200].strip(), words))

    def report(self, what):
        self.stage.check(self.replica.running(), "the server has ended: %s", self.replica.log()[-2000:])
        self.stage.check(self.replica.api().request("GET", "/healthz").status == 200, "not healthy")
        self.stage.note("%s: %d sent, %d wrong, at most %d MiB", what, self.sent, len(self.wrong),
                        self.replica.rss()[1] >> 20)
        if self.wrong:
            raise Failure("%d of %d %s:\n%s" % (len(self.wrong), self.sent, what, "\n".join(self.wrong[:40])))
        self.sent = 0


def wrong_requests(inspector, body):
    target = "/api/0/profiles?service=smuggled&type=cpu"
    for group in (bad_requests.framing(target, body), bad_requests.heads(target, body), bad_requests.methods(),
                  bad_requests.uploads(body), bad_requests.questions()):
        for name, data, statuses, words in group:
            inspector.expect(name, data, statuses, words)
    inspector.report("wrong requests")
    cut = list(bad_requests.cut_off(target, body))

    def send(i):
        name, data = cut[i]
        status, _, _ = exchange(inspector.replica.port, data, half_close=True)
        if status // 100 not in (0, 4):
            inspector.wrong.append("%s: %d" % (name, status))

    inspector.stage.threads(len(cut), send)
    inspector.sent += len(cut)
    inspector.report("requests cut off")


def wrong_bodies(stage, inspector):
    api = inspector.replica.api()
    for name, body, words in bad_profiles.rule_breakers():
        inspector.refuse(api, name, body, words)
    for name, body, words in bad_profiles.strangers():
        inspector.refuse(api, name, body, words)
    real = read("go/cpu-000.pb.gz")
    inspector.refuse(api, "Content-Encoding of what is not packed", b"hello", headers={"Content-Encoding": "gzip"})
    inspector.refuse(api, "a packed body cut", real[:-20], headers={"Content-Encoding": "gzip"})
    inspector.refuse(api, "17 MiB", bytes(17 << 20))
    for name, body in bad_profiles.cuts(CUTS):
        inspector.refuse(api, name, body)
    for name, body in bad_profiles.garbage(GARBAGE):
        inspector.refuse(api, name, body, kind="cpu")
    inspector.report("wrong bodies")
    bombs = [bad_profiles.bomb(megabytes) for megabytes in (100, 300)] + [
        bad_profiles.bomb(megabytes, 15000) for megabytes in (100, 127)]

    def throw(i):
        mine = inspector.replica.api()
        for _ in range(3):
            try:
                answer = mine.post(bombs[i % len(bombs)], "bad", "other")
            except Unanswered as error:
                raise Failure("a bomb: %s" % error) from error
            stage.check(answer.status in (400, 413, 503), "a bomb: %s", answer)

    stage.threads(8, throw)
    inspector.sent += 24
    inspector.report("bombs at once")


def mutants(stage, replica):
    """{id: bytes} of those that were stored."""
    stored, refused = {}, Counter()
    all_of_them, counter = list(bad_profiles.mutants(MUTANTS)), Counter(MUTANTS)

    def send(_):
        api = Api(replica.port, timeout=SECONDS)
        for i in counter:
            name, body = all_of_them[i]
            answer = api.post(body, "mutants", "other", {"i": str(i)})
            if answer.status == 200:
                id = answer.json()["body"].get("id")
                if id:
                    stored[id] = body
                continue
            stage.check(answer.status in (400, 413) and len(answer.body) > 30, "%s: %s", name, answer)
            next(refused)

    stage.threads(2, send)
    stage.check(next(refused) > MUTANTS / 3, "hardly any mutant was refused")
    for id, body in stored.items():
        answer = replica.api().get(id)
        stage.check(answer.status == 200 and answer.body == body, "mutant %s came back otherwise", id)
    stage.note("%d mutants: %d are valid", MUTANTS, len(stored))
    return stored


def tricklers(stage, replica, target):
    """Heads and bodies that hardly come: 408 or closed after the deadlines, while others are served."""
    slow = (b"POST %s HTTP/1.1\r\nHost: x\r\n" % target, b"GET ",
            b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n\x1f\x8b" % target,
            b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n" % target,
            b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8000000000000000\r\na\r\n" % target)

    def trickle(i):
        data = slow[i % len(slow)]
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", replica.port), SECONDS) as sock:
            sock.settimeout(0.5)
            drops = b"X-A: b\r\n" if b"\r\n\r\n" not in data else b"1\r\na\r\n"
            try:
                sock.sendall(data)
                answer = None
                while answer is None and time.monotonic() < begin + 40:
                    try:
                        answer = sock.recv(4096)
                    except socket.timeout:
                        if data != b"GET ":
                            sock.sendall(drops)
            except ConnectionError:
                answer = b""
        took = time.monotonic() - begin
        stage.check(answer is not None, "trickle %d is still open after %.0f s", i, took)
        stage.check(answer == b"" or answer.startswith(b"HTTP/1.1 408 "), "trickle %d: %r", i, answer)
        stage.check(took < 35, "trickle %d was closed after %.0f s only", i, took)

    return stage.go(15, trickle)


def scenario(stage):
    bucket = stage.bucket()
    replica = stage.replica("replica", bucket, FLAGS)
    replica.wait_ready()
    maker = ProfileMaker("go/cpu-000.pb.gz")
    first = replica.api().post(maker.make(0), "shop", "cpu")
    stage.check(first.status == 200, "POST: %s", first)
    before = bucket.keys()
    stage.equal(len(before), 1, "objects at first")
    trickled = tricklers(stage, replica, b"/api/0/profiles?service=slow&type=other")

    inspector = Inspector(stage, replica)
    wrong_requests(inspector, maker.make(1))
    wrong_bodies(stage, inspector)
    stage.equal(bucket.keys(), before, "objects after all that")
    stored = mutants(stage, replica)
    stage.same_set([key.split("/")[4][:38] for key in bucket.keys("pf1/")],
                   set(stored) | {first.json()["body"]["id"]}, "objects after the mutants")
    trickled()
    stage.equal(len(bucket.keys()), len(stored) + 1, "objects at the end")
    stage.check(replica.rss()[1] <= MEMORY, "%d bytes of memory at most, %d are the bound", replica.rss()[1], MEMORY)
    stage.equal(replica.api().services(), ["mutants", "shop"] if stored else ["shop"], "services")
    last = replica.api().post(maker.make(2), "shop", "cpu")
    stage.check(last.status == 200, "POST: %s", last)
    stage.equal(replica.stop(), 0, "exit status")


if __name__ == "__main__":
    main(scenario, limit=120)

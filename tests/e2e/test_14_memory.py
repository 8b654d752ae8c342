#!/usr/bin/env python3
"""Merges that need more memory than there is for them: one question alone is told by 413 how to narrow itself, many at
once are told by 503 when to come back, what fits is answered as ever, and the process never holds more than it was given."""
import os
import random

from harness import main
from profiles import deflate, encode_varint

FLAGS = ("--merge-bytes", "48MiB", "--inflight-bytes", "64MiB", "--log-level", "error")
# Merges, bodies and answers, and what the process needs for itself: code, stacks, what malloc keeps of what was freed.
MEMORY = (48 + 64 + 64) << 20
SAMPLES, LOCATIONS, DEPTH = 20000, 4000, 12
SINCE = {"from": "2000-01-01T00:00:00"}
IDS = [encode_varint(i) for i in range(1, LOCATIONS + 1)]
CLIENTS, ROUNDS = 8, 4


def field(number, payload):
    return encode_varint(number << 3 | 2) + encode_varint(len(payload)) + payload


def number(number, value):
    return encode_varint(number << 3) + encode_varint(value)


def profile(seed):
    """Stacks that no other profile has: merges of these grow with each."""
    dice = random.Random(seed)
    out = [field(1, number(1, 1) + number(2, 2)), field(11, number(1, 1) + number(2, 2)), number(9, 10**18 + seed)]
    for _ in range(SAMPLES):
        out.append(field(2, field(1, b"".join(dice.choices(IDS, k=DEPTH))) + field(2, b"\x01")))
    out += [field(4, number(1, i) + number(3, 4096 + i)) for i in range(1, LOCATIONS + 1)]
    out += [field(6, text) for text in (b"", b"cpu", b"nanoseconds")]
    return deflate(b"".join(out))


def scenario(stage):
    replica = stage.replica("replica", "file:" + os.path.join(stage.dir, "store"), FLAGS)
    replica.wait_ready()
    api = replica.api()
    for i in range(20):
        stage.equal(api.post(profile(i), "big" if i else "small", "cpu").status, 200, "status of a POST")
    for i in range(20, 23):
        stage.equal(api.post(profile(i), "small", "cpu").status, 200, "status of a POST")
    stage.note("stored, at most %d MiB", replica.rss()[1] >> 20)

    fits = api.merge("small", "cpu", **SINCE)
    stage.equal((fits.status, fits.header("X-Brazier-Profiles")), (200, "4"), "a merge that fits")
    for _ in range(3):
        big = api.merge("big", "cpu", **SINCE)
        stage.equal(big.status, 413, "status of a merge that does not fit: %s" % big)
        stage.check(b"needs more than 24 MiB of memory" in big.body, "413 without the bound: %s", big)
        stage.check(b"shorter time range" in big.body and b"more labels" in big.body, "413 without advice: %s", big)

    counts = {200: 0, 413: 0, 503: 0}

    def ask(i):
        mine = replica.api(timeout=120)
        for _ in range(stage.rounds(ROUNDS, 2)):
            answer = mine.merge("small" if i % 2 else "big", "cpu", **SINCE)
            stage.check(answer.status in counts, "%s", answer)
            stage.check(answer.status != 503 or int(answer.header("Retry-After")) > 0, "no Retry-After: %s", answer)
            stage.check(answer.status != 200 or answer.body == fits.body, "another answer than alone")
            stage.check(answer.status != 413 or i % 2 == 0, "413 for what fits alone: %s", answer)
            counts[answer.status] += 1

    stage.threads(CLIENTS, ask)
    stage.note("at once: %r, at most %d MiB", counts, replica.rss()[1] >> 20)
    stage.check(counts[200] > 0, "nothing was answered")
    stage.check(replica.running(), "the server has ended")
    stage.check(replica.rss()[1] <= MEMORY, "%d MiB were held, over %d", replica.rss()[1] >> 20, MEMORY >> 20)
    stage.equal(api.status()["load"]["merge_bytes"], 0, "memory of merges at the end")
    stage.equal(api.merge("small", "cpu", **SINCE).body, fits.body, "the same merge afterwards")


if __name__ == "__main__":
    main(scenario, limit=120)

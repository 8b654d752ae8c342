"""Whole histories of a bucket, made without sending a profile: what a collector says about them is compared with what
was put there."""
import os
import random

from keys import make_id, profile_key, tombstone_key

DAY = 24 * 3600 * 1000


class History:
    """`count` profiles of the past, some stored twice, some deleted, and keys of others between them."""

    def __init__(self, count, now_ms, days=20, seed=1):
        chance = random.Random(seed)
        self.keys, self.listed, self.created = [], {}, []  # listed: {id: (service, type, labels)}
        for i in range(count):
            # More of them lately; some minutes of a day have several, most none.
            age = int(chance.random() ** 2 * days * DAY)
            ms = now_ms - 60000 - age // 420000 * 420000 - chance.randrange(9000)
            lane, digest = chance.choice((0, 0, 0, 5)), chance.getrandbits(130)
            labels = {"instance": "i-%d" % (i % 300), "region": ("fra", "iad", "gru/1")[i % 3]}
            if i % 50 == 0:
                labels["odd \u00e9"] = "a=b,c+d %25\n" * (1 + i // 50 % 12)
            if i % 7 == 0:
                labels["version"] = "1.%d" % (i // 1000)
            service, type = ("api", "checkout", "db", "web front/2")[i % 4], ("cpu", "heap")[i % 3 == 0]
            created = ms - chance.randrange(60000)
            facts = "10000-0-samples.count.%d" % i if i % 2 else ""
            id = make_id(ms, digest, lane)
            self.keys.append(profile_key(id, service, type, created, labels, facts))
            later = make_id(ms + chance.randrange(1, 50000), digest, lane)
            if i % 100 == 2:
                self.keys.append(tombstone_key(later, id))
                continue
            if i % 100 == 1:
                self.keys.append(profile_key(later, service, type, created, labels, facts))
            elif i % 500 == 3:
                self.keys.append("%s/something-else-%d" % (os.path.dirname(self.keys[-1]), i))
            self.listed[id] = (service, type, sorted(labels.items()))
            self.created.append(created)
        chance.shuffle(self.keys)

    def check(self, stage, profiles, who):
        """That these are the profiles, with their labels."""
        stage.same_set([profile["id"] for profile in profiles], self.listed, "profiles of " + who)
        for profile in profiles:
            got = (profile["service"], profile["type"],
                   [(label["key"], label["value"]) for label in profile["labels"]])
            if got != self.listed[profile["id"]]:
                stage.equal(got, self.listed[profile["id"]], "%s of %s" % (profile["id"], who))

    def write_tree(self, top):
        """As a directory store has it."""
        made = set()
        for key in self.keys:
            path = os.path.join(top, key)
            folder = os.path.dirname(path)
            if folder not in made:
                os.makedirs(folder, exist_ok=True)
                made.add(folder)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))

#!/usr/bin/env python3
"""The index is damaged in more than a hundred ways, before a replica starts and while it runs. Whatever it is: profiles
are taken in all the time, and the replica comes back to the answers that an undamaged one gives; until then an answer
that lacks something says so."""
import os
import shutil
import subprocess
import threading
import time

from client import Api, Unanswered
from harness import main, which
from index_damage import DB, Spoiler, damage_cases, live_cases
from process import Failure
from profiles import Counter
from tiny_profile import tiny

SERVICES = ("api", "db", "web")
EACH = 60
WORKERS = 3
NOBODY = 65534
SECONDS = 30
TMPFS = "size=192k,mode=0777"


class Ground:
    """The bucket, what it holds, and indexes to damage."""

    def __init__(self, stage):
        self.stage, self.bucket = stage, stage.bucket()
        self.begin = int((time.time() - 600) * 1000)
        self.sent = Counter()
        self.wrong, self.lock = [], threading.Lock()
        # Not root's, for root may read and write whatever its mode is.
        self.run_as = []
        if os.geteuid() == 0:
            self.run_as = [which("setpriv"), "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups"]
        self.brazier = os.path.join(stage.dir, "brazier")
        shutil.copy(stage.brazier, self.brazier)

    def replica(self, name, index, store=None, start=True):
        replica = self.stage.replica(name, store or self.bucket, ("--log-level", "warn"), start=False, index=index)
        replica.argv = self.run_as + [self.brazier] + replica.argv[1:]
        if start:
            replica.start()
        return replica

    def give(self, directory):
        """To the user whom replicas run as."""
        if self.run_as:
            for folder, _, files in os.walk(directory):
                for path in [folder] + [os.path.join(folder, file) for file in files]:
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def new_dir(self, name):
        path = os.path.join(self.stage.dir, name)
        os.makedirs(path)
        self.give(path)
        return path

    def post(self, api, service="probe"):
        """Must be taken in, whatever the index is like."""
        n = next(self.sent)
        answer = api.post(tiny(self.begin + n), service, "cpu", {"n": str(n), "half": str(n % 2)})
        if answer.status != 200:
            raise Failure("POST: %s" % answer)
        return n


def fill(ground):
    """Profiles of three services, and the two indexes: {"cold": directory, "hot": directory}, and one of another
    store."""
    dirs = {name: ground.new_dir(name) for name in ("cold", "hot", "foreign")}
    first = ground.replica("cold-maker", dirs["cold"])
    hot = ground.replica("hot-maker", dirs["hot"])
    other = ground.replica("foreign-maker", dirs["foreign"], ground.stage.bucket())
    for replica in (first, hot, other):
        replica.wait_ready()
    for service in SERVICES:
        for _ in range(EACH):
            ground.post(first.api(), service)
            ground.post(other.api(), "foreigner")
    expected = first.api().dump(services=SERVICES)
    for replica in (hot, first):
        ground.stage.check(replica.api().dump(services=SERVICES) == expected, "two replicas differ")
    other.api().dump()
    hot.kill()
    shutil.copy(os.path.join(dirs["foreign"], DB + "-wal"), os.path.join(ground.stage.dir, "foreign-wal"))
    for replica in (first, other):
        ground.stage.equal(replica.stop(), 0, "exit status")
    shutil.move(os.path.join(ground.stage.dir, "foreign-wal"), os.path.join(dirs["foreign"], DB + "-wal"))
    return dirs, expected


def complete_or_declared(api):
    """None of the answers lacks something silently."""
    for service in SERVICES:
        answer = api.list(service, limit=1)
        if answer.status not in (200, 404, 503):
            raise Failure("list of %s: %s" % (service, answer))
        total = int(answer.header("X-Brazier-Total") or 0)
        declared = answer.header("X-Brazier-Horizon") or answer.header("X-Brazier-Stale") or answer.status == 503
        if total != EACH and not declared:
            raise Failure("%d of %d profiles of %s, and nothing says that some are missing: %s" % (
                total, EACH, service, answer))


def comes_back(ground, replica, expected, probe):
    """All answers are as expected, some time soon; the profile that was sent meanwhile is there too."""
    end, last = time.monotonic() + SECONDS, None
    while True:
        api = replica.api(timeout=10)
        try:
            complete_or_declared(api)
            if api.dump(services=SERVICES) == expected:
                break
            last = "other answers"
        except Failure:
            raise
        except (AssertionError, Unanswered) as error:
            last = error
        if not replica.running():
            raise Failure("it has ended with %s: %s" % (replica.exit_code(), replica.log()[-500:]))
        if time.monotonic() > end:
            raise Failure("after %d s: %s" % (SECONDS, last))
        time.sleep(0.02)
    found = api.list("probe", "cpu", {"n": str(probe)})
    if found.status != 200 or len(found.json()["body"]) != 1:
        raise Failure("the profile that was sent meanwhile: %s" % found)


def post_at_start(ground, replica):
    end = time.monotonic() + SECONDS
    while True:
        try:
            return ground.post(Api(replica.port, timeout=10))
        except Unanswered:
            if time.monotonic() > end or not replica.running():
                raise Failure("does not start: %s" % replica.log()[-500:]) from None
            time.sleep(0.005)


def work(ground, cases, run):
    """All cases, several at a time."""
    counter = Counter(len(cases))

    def worker(_):
        for i in counter:
            try:
                run(i, *cases[i])
            except (AssertionError, OSError, Unanswered) as error:
                with ground.lock:
                    ground.wrong.append("%s: %s" % (cases[i][0], error))

    ground.stage.threads(WORKERS, worker)
    ground.stage.note("%d ways, %d wrong", len(cases), len(ground.wrong))


def at_start(ground, dirs, expected, spoiler):
    def run(i, _, kind, damage):
        directory = os.path.join(ground.stage.dir, "damaged-%d" % i)
        shutil.copytree(dirs[kind], directory)
        damage(directory, spoiler)
        ground.give(directory)
        replica = ground.replica("at-start-%d" % i, directory)
        try:
            comes_back(ground, replica, expected, post_at_start(ground, replica))
        finally:
            replica.kill()

    work(ground, list(damage_cases()), run)


def while_running(ground, expected, spoiler):
    def run(i, _, damage):
        directory = ground.new_dir("live-%d" % i)
        replica = ground.replica("live-%d" % i, directory)
        replica.wait_ready()
        comes_back(ground, replica, expected, ground.post(replica.api()))
        damage(directory, spoiler)
        for _ in range(3):
            comes_back(ground, replica, expected, ground.post(replica.api()))
        replica.kill()
        if os.path.isdir(directory):
            os.chmod(directory, 0o700)
        elif not os.path.exists(directory):
            ground.new_dir(os.path.basename(directory))
        replica.start()
        comes_back(ground, replica, expected, post_at_start(ground, replica))
        replica.kill()

    work(ground, list(live_cases()), run)


def full_disk(ground, expected):
    """A disk that is full before the start, and one that fills up."""
    mount = ground.new_dir("small-disk")
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", TMPFS, "tmpfs", mount], check=False,
                                           capture_output=True).returncode != 0:
        ground.stage.note("no full disk: that needs the right to mount one")
        return
    ground.stage.at_end(lambda: subprocess.run(["umount", "-l", mount], check=False))
    filler = os.path.join(mount, "filler")

    def fill_up():
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    for when in ("before", "later"):
        directory = os.path.join(mount, when)
        os.makedirs(directory)
        ground.give(directory)
        if when == "before":
            fill_up()
        replica = ground.replica("full-%s" % when, directory)
        comes_back(ground, replica, expected, post_at_start(ground, replica))
        fill_up()
        for _ in range(60):
            probe = ground.post(replica.api())
        comes_back(ground, replica, expected, probe)
        held = replica.api().status()["index"]["mode"]
        ground.stage.check(held.startswith("in memory"), "on a full disk the index is %s", held)
        os.unlink(filler)
        ground.stage.equal(replica.stop(), 0, "exit status")
        replica.start()
        comes_back(ground, replica, expected, post_at_start(ground, replica))
        replica.kill()
        ground.stage.note("disk full, %s", when)


def scenario(stage):
    ground = Ground(stage)
    dirs, expected = fill(ground)
    spoiler = Spoiler(dirs["foreign"])
    at_start(ground, dirs, expected, spoiler)
    while_running(ground, expected, spoiler)
    if not ground.wrong:
        full_disk(ground, expected)
    if ground.wrong:
        raise Failure("%d ways are wrong:\n%s" % (len(ground.wrong), "\n".join(sorted(ground.wrong))))


if __name__ == "__main__":
    main(scenario, limit=180)

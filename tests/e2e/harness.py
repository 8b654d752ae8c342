"""What an end-to-end scenario stands on: real processes on loopback, bounded in time, gone at its end.

A scenario is a file tests/e2e/test_<nn>_<name>.py:

    #!/usr/bin/env python3
    "What must hold, in a sentence or two."
    from harness import main
    from profiles import ProfileMaker

    def scenario(stage):
        bucket = stage.bucket()                        # a root of its own in a real S3 bucket
        one, two, three = stage.replicas(3, bucket)    # started, ready
        balancer = stage.nginx([one, two, three])      # deploy/nginx.conf; stage.haproxy() likewise
        body = ProfileMaker().make(0)
        answer = one.api().post(body, "shop", "cpu", {"region": "fra"})
        stage.check(answer.status == 200, "POST: %s", answer)
        one.kill(); one.delete_index(); one.start(); one.wait_ready()

    if __name__ == "__main__":
        main(scenario, limit=60)                       # seconds

tests/e2e/run runs them all and passes what they share; each also runs alone: tests/e2e/test_01_balancer.py [BUILD_DIR].

Environment: BUILD is the build directory (build). BRAZIER_TEST_S3_URL (s3://BUCKET[/ROOT]) with AWS_ENDPOINT_URL_S3,
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION name a bucket to use; without it Ceph RGW is started by
tests/support/s3-server. What is stored in such a bucket is deleted afterwards. BRAZIER_TEST_KEEP=1 keeps a stage's
directory. BRAZIER_TEST_ROUNDS=short: Stage.rounds() gives the smaller number.

Beside this file:
  client.py       Client (keep-alive HTTP), Api (brazier's routes, pages of lists, canonical dump), Unanswered
  profiles.py     ProfileMaker (unique copies of real profiles), totals, read, path_of
  process.py      Process, Replica: start, kill, stop, delete_index, wait_ready, rss; Failure, Skip
  bucket.py       Bucket: signed LIST, GET, PUT, DELETE, behind brazier's back
  programs.py     Curl, Pprof (`go tool pprof`)
  keys.py         profile_key, tombstone_key, make_id; id_of, kind_of, digest_of keys
  fault_proxy.py  FaultProxy: refuse, black-hole, slow-down, lost responses, delays

On a Stage: dir (temporary), port(), bucket(), bucket_proxy(), proxy(), replica(), replicas(), nginx(), haproxy(),
spawn(), run(), threads(), go(), check(), equal(), same_set(), wait_for(), note(), rounds(), at_end().
A stage's threads and processes end with it, whatever happens; if it fails the ends of all logs are printed.
"""
import collections
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid

from bucket import Bucket
from fault_proxy import FaultProxy
from process import Failure, Process, Replica, Skip, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
S3_SERVER = os.path.join(TOP, "tests", "support", "s3-server")
LOG_TAIL, LOG_LAST = 20, 5

PASSED_ON = ("PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "AWS_CA_BUNDLE")


def build_dir():
    return os.path.abspath(os.environ.get("BUILD") or os.path.join(TOP, "build"))


class Stage:
    def __init__(self, name):
        self.name = name
        self.build = build_dir()
        self.brazier = os.path.join(self.build, "brazier")
        self.dir = tempfile.mkdtemp(prefix="brazier-e2e-%s-" % name)
        os.chmod(self.dir, 0o711)
        self.stopping = threading.Event()
        self.begin = time.monotonic()
        self._processes, self._ends, self._threads = [], [], []
        self._failures, self._lock = [], threading.Lock()
        self._bucket = None
        if not os.access(self.brazier, os.X_OK):
            raise RuntimeError("%s is not there: make it first" % self.brazier)

    # --- saying ------------------------------------------------------------------------------------------------

    def note(self, text, *args):
        """A line of progress, with the time since the beginning."""
        print("      %6.2f  %s" % (time.monotonic() - self.begin, text % args if args else text), flush=True)

    def check(self, holds, text, *args):
        """Failure with the text if it does not hold. In a thread of threads() too."""
        if not holds:
            raise Failure(text % args if args else text)

    def equal(self, got, expected, what):
        if got != expected:
            raise Failure("%s: %r instead of %r" % (what, got, expected))

    def same_set(self, got, expected, what):
        """No more, no less, none twice; names a few of those that differ."""
        counts = collections.Counter(got)
        twice = [item for item, n in counts.items() if n > 1]
        expected = set(expected)
        missing = [item for item in expected if item not in counts]
        more = [item for item in counts if item not in expected]
        if twice or missing or more:
            raise Failure("%s: %d instead of %d; missing %d %r, not expected %d %r, more than once %d %r" % (
                what, len(got), len(expected), len(missing), sorted(missing)[:5], len(more), sorted(more)[:5],
                len(twice), sorted(twice)[:5]))

    def rounds(self, usual, short):
        return short if os.environ.get("BRAZIER_TEST_ROUNDS") == "short" else usual

    def wait_for(self, what, holds, seconds=20, pause=0.02):
        end = time.monotonic() + seconds
        while True:
            value = holds()
            if value:
                return value
            if time.monotonic() > end:
                raise Failure("after %d s still not: %s" % (seconds, what))
            time.sleep(pause)

    # --- threads -----------------------------------------------------------------------------------------------

    def threads(self, count, run, *args):
        """`count` threads run(i, *args); returns when all are done; the first exception is raised here."""
        self.go(count, run, *args)()

    def go(self, count, run, *args):
        """The same in the background: the function that is returned waits for them. Long loops look at
        stage.stopping, which is set when the stage ends; stage.failed() tells that a thread has failed."""

        def body(i):
            try:
                run(i, *args)
            except BaseException as error:  # pylint: disable=broad-except
                with self._lock:
                    self._failures.append(error)

        threads = [threading.Thread(target=body, args=(i,), daemon=True) for i in range(count)]
        self._threads += threads
        for thread in threads:
            thread.start()

        def wait():
            for thread in threads:
                thread.join()
            self.raise_failures()

        return wait

    def failed(self):
        return bool(self._failures)

    def raise_failures(self):
        with self._lock:
            if self._failures:
                raise self._failures[0]

    # --- processes ---------------------------------------------------------------------------------------------

    def port(self):
        return free_port()

    def env(self, **more):
        """An environment that holds what is named, and nothing that someone has set up for a brazier of their own."""
        env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        env.update(HOME=self.dir, LC_ALL="C.UTF-8", TZ="UTC", no_proxy="*", AWS_EC2_METADATA_DISABLED="true")
        env.update(more)
        return env

    def at_end(self, function):
        """Called when the stage ends, last one first, after all processes are gone."""
        self._ends.append(function)

    def spawn(self, name, argv, env=None):
        """A process of any kind, started; killed at the end."""
        process = Process(os.path.join(self.dir, name), argv, env or self.env())
        self._processes.append(process)
        process.start()
        return process

    def run(self, argv, env=None, seconds=60, data=None):
        """Runs to its end: (exit code, stdout, stderr) as bytes."""
        done = subprocess.run(argv, env=env or self.env(), cwd=self.dir, input=data, capture_output=True,
                              timeout=seconds, check=False)
        return done.returncode, done.stdout, done.stderr

    def proxy(self, name, upstream_port, upstream_host="127.0.0.1"):
        with open(os.path.join(self.dir, name + ".proxy.log"), "ab") as log:
            proxy = FaultProxy(self.port(), upstream_port, upstream_host, log)
        self._ends.append(proxy.stop)
        return proxy

    def bucket_proxy(self, name, bucket):
        """A fault proxy in front of the bucket, and the bucket as seen through it."""
        if not bucket.endpoint.startswith("http://"):
            raise Skip("a fault proxy cannot stand before " + bucket.endpoint)
        proxy = self.proxy(name, bucket.port, bucket.host)
        return proxy, bucket.via(proxy.url)

    def bucket(self, root=None):
        """A fresh root in the bucket that all scenarios share."""
        if self._bucket is None:
            self._bucket = self._open_bucket()
        root = root or "%s-%s" % (re.sub("[^a-z0-9]", "-", self.name)[:20], uuid.uuid4().hex[:8])
        mine = self._bucket.at("%s/%s" % (self._bucket.root, root) if self._bucket.root else root)
        if "BRAZIER_TEST_S3_OURS" not in os.environ and "BRAZIER_TEST_S3_URL" in os.environ:
            self._ends.append(mine.clear)
        return mine

    def _open_bucket(self):
        names = dict(os.environ)
        if "BRAZIER_TEST_S3_URL" not in names:
            names = start_s3(os.path.join(self.dir, "s3"))
            self._ends.append(lambda: stop_s3(os.path.join(self.dir, "s3")))
        return Bucket(names["BRAZIER_TEST_S3_URL"], names["AWS_ENDPOINT_URL_S3"], names["AWS_ACCESS_KEY_ID"],
                      names["AWS_SECRET_ACCESS_KEY"], names.get("AWS_REGION") or "us-east-1",
                      names.get("AWS_SESSION_TOKEN"))

    def replica(self, name, store, flags=(), start=True, env=None, index=None):
        """A brazier on `store`: a Bucket, or the URL of a store. Not waited for."""
        more = dict(store.env(), **(env or {})) if isinstance(store, Bucket) else dict(env or {})
        url = store.url if isinstance(store, Bucket) else store
        replica = Replica(self.brazier, os.path.join(self.dir, name), url, flags, self.env(**more), index)
        self._processes.append(replica)
        if start:
            replica.start()
        return replica

    def replicas(self, count, store, flags=()):
        """Started side by side, and ready."""
        all_of_them = [self.replica("replica-%d" % (i + 1), store, flags) for i in range(count)]
        for replica in all_of_them:
            replica.wait_ready()
        return all_of_them

    def check_processes(self):
        """At the end of a scenario that held: none died of its own, or complained."""
        for process in self._processes:
            if process.running():
                process.kill()
            process.check_end()

    # --- balancers ---------------------------------------------------------------------------------------------

    def _deployed(self, name, ports, changes):
        """deploy/<name> with our ports: three for the replicas, one to listen on."""
        with open(os.path.join(TOP, "deploy", name)) as file:
            text = file.read()
        listen = self.port()
        changes = dict(changes)
        for i, port in enumerate(ports):
            changes["127.0.0.1:%d" % (10101 + i)] = "127.0.0.1:%d" % port
        changes["127.0.0.1:10100"] = "127.0.0.1:%d" % listen
        for old, new in changes.items():
            if old not in text:
                raise RuntimeError("deploy/%s has no %s" % (name, old))
        text = re.sub("|".join(re.escape(old) for old in sorted(changes, key=len, reverse=True)),
                      lambda found: changes[found.group()], text)
        path = os.path.join(self.dir, name)
        with open(path, "w") as file:
            file.write(text)
        return path, listen

    def _balancer(self, name, argv, port):
        balancer = self.spawn(name, argv)
        balancer.port = port

        def answers():
            if not balancer.running():
                raise Failure("%s ended: %s" % (name, balancer.log()[-2000:]))
            try:
                with socket.create_connection(("127.0.0.1", port), 1):
                    return True
            except OSError:
                return False

        self.wait_for(name + " listens", answers)
        return balancer

    def nginx(self, behind, changes=None):
        """deploy/nginx.conf in front of three: replicas or proxies, anything with a port. Has .port; its log of
        requests is in <stage>/nginx/access.log (request ids as id=, replica as upstream=). `changes`: of its text."""
        program = which("nginx")
        base = os.path.join(self.dir, "nginx")
        os.makedirs(base)
        os.chmod(base, 0o711)
        path, port = self._deployed("nginx.conf", [one.port for one in behind], dict(changes or {}, **{
            "/run/nginx": base + "/run", "/var/log/nginx": base, "/var/lib/nginx": base}))
        own = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        return self._balancer("nginx", [program, "-c", path, "-p", base, "-e", base + "/error.log", "-g", own], port)

    def haproxy(self, behind):
        """deploy/haproxy.cfg, likewise. Its checks have seen all replicas when this returns."""
        program = which("haproxy")
        status = self.port()
        path, port = self._deployed("haproxy.cfg", [one.port for one in behind],
                                    {"127.0.0.1:10109": "127.0.0.1:%d" % status})
        return self._balancer("haproxy", [program, "-db", "-f", path], port)

    # --- the end -----------------------------------------------------------------------------------------------

    def print_logs(self):
        for folder, _, files in sorted(os.walk(self.dir)):
            for name in sorted(files):
                if not name.endswith(".log") or os.sep + "s3" + os.sep in folder + os.sep:
                    continue
                with open(os.path.join(folder, name), errors="replace") as file:
                    lines = file.readlines()
                # Requests that went well say little: the last few are enough.
                plain = [line for line in lines if "level=info msg=request" not in line and name != "access.log"]
                for what, some in (("the last", lines[-LOG_LAST:]), ("the last remarkable", plain[-LOG_TAIL:])):
                    if some:
                        print("--- %s: %s of %d lines" % (name, what, len(lines)))
                        sys.stdout.writelines(line[:500].rstrip("\n") + "\n" for line in some)
        sys.stdout.flush()

    def end(self):
        self.stopping.set()
        for process in reversed(self._processes):
            try:
                process.kill()
            except AssertionError as failure:
                print(failure)
        for thread in self._threads:
            thread.join(10)
        for function in reversed(self._ends):
            try:
                function()
            except Exception as error:  # pylint: disable=broad-except
                print("clearing up: %r" % error, flush=True)
        if os.environ.get("BRAZIER_TEST_KEEP") == "1":
            print("kept: " + self.dir, flush=True)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)


def which(program):
    """The path of a program; /usr/sbin counts. Skip if it is not there."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise Skip(program + " is not installed")
    return path


def go_pprof():
    """The command `go tool pprof`, as a list; None without Go."""
    go = shutil.which("go")
    if not go:
        return None
    done = subprocess.run([go, "tool", "pprof", "-h"], capture_output=True, check=False, timeout=120)
    return [go, "tool", "pprof"] if b"usage" in (done.stdout + done.stderr).lower() else None


def start_s3(directory, kind="ceph"):
    """Starts a server by tests/support/s3-server; what it prints, as a dict."""
    done = subprocess.run([S3_SERVER, "start", kind, directory], stdout=subprocess.PIPE, timeout=600, check=False)
    if done.returncode != 0:
        raise RuntimeError("s3-server start %s: exit %d" % (kind, done.returncode))
    return dict(line.split("=", 1) for line in done.stdout.decode().split("\n") if "=" in line)


def stop_s3(directory):
    subprocess.run([S3_SERVER, "stop", directory], timeout=60, check=False)


def _ended(number, frame):
    raise Failure("ended by signal %d" % number)


class _Patient:
    """Standard output that nobody may read any more: that must not keep us from clearing up."""

    def __init__(self, out):
        self._out = out

    def write(self, text):
        try:
            return self._out.write(text)
        except (OSError, ValueError):
            return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        try:
            self._out.flush()
        except (OSError, ValueError):
            pass


def _end_with(parent):
    """If the runner is killed, so that it can end nothing, its scenarios end themselves."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(scenario, name):
    """Runs it on a stage of its own; (stage, exit code)."""
    stage = None
    try:
        stage = Stage(name)
        scenario(stage)
        stage.raise_failures()
        stage.check_processes()
        return stage, 0
    except Skip as reason:
        print("skip  %s: %s" % (name, reason))
        return stage, 77
    except AssertionError as failure:
        where = traceback.extract_tb(failure.__traceback__)
        place = [frame for frame in where if os.path.basename(frame.filename).startswith("test_")]
        print("%s: %s" % ("line %d" % place[-1].lineno if place else name, failure))
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc(file=sys.stdout)
    return stage, 1


def main(scenario, limit=120):
    """Runs one scenario on a stage of its own. Exit code 0: it held; 1: it did not; 77: it was skipped."""
    if len(sys.argv) > 1:
        os.environ["BUILD"] = os.path.abspath(sys.argv[1])
    name = re.sub(r"^test_|\.py$", "", os.path.basename(sys.argv[0]))
    signal.signal(signal.SIGTERM, _ended)
    signal.signal(signal.SIGALRM, _ended)
    signal.alarm(limit)
    parent = os.getppid()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    sys.stdout = _Patient(sys.stdout)
    stage, code = _tell(scenario, name)
    signal.alarm(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if stage:
        if code == 1:
            stage.print_logs()
        stage.end()
    if os.getppid() != parent and "BRAZIER_TEST_S3_OURS" in os.environ:
        stop_s3(os.environ["BRAZIER_TEST_S3_OURS"])
        shutil.rmtree(os.path.dirname(os.environ["BRAZIER_TEST_S3_OURS"]), ignore_errors=True)
    sys.stdout.flush()
    os._exit(code)

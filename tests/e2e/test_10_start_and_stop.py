#!/usr/bin/env python3
"""What is wrong at the start ends it with exit status 2 and one line that says what to do; a bucket that is away does
not. SIGTERM under load: not ready at once, what is under way is finished, exit status 0 in time, nothing acknowledged
is lost; a second SIGTERM ends it at once."""
import email.utils
import http.client
import http.server
import os
import shutil
import signal
import subprocess
import threading
import time

from bucket import Bucket
from client import Api, Client, Unanswered
from harness import main, which
from keys import id_of
from process import Failure
from profiles import Counter, ProfileMaker, read

SECRET = "notasecret-but-never-to-be-shown"
NOBODY = 65534
WRITERS, DELAY = 8, 0.4


class Starter:
    """Starts a brazier that must not start."""

    def __init__(self, stage):
        self.stage, self.index = stage, os.path.join(stage.dir, "unused-index")
        self.store = "file:" + os.path.join(stage.dir, "unused-store")
        self.count = 0

    def refused(self, what, words, *flags, bucket=None, env=None, run_as=()):
        argv = {"--listen": "127.0.0.1:%d" % self.stage.port(), "--store": bucket.url if bucket else self.store,
                "--index": self.index}
        rest = list(flags)
        while len(rest) > 1 and rest[0] in argv:
            argv[rest[0]] = rest[1]
            rest = rest[2:]
        line = list(run_as) + [self.stage.brazier, "serve"] + [word for pair in argv.items() for word in pair] + rest
        begin = time.monotonic()
        try:
            code, _, err = self.stage.run(line, env=self.stage.env(**dict(bucket.env() if bucket else {}, **(env or {}))),
                                          seconds=20)
        except subprocess.TimeoutExpired:
            raise Failure("%s: it started" % what) from None
        text = err.decode()
        self.count += 1
        # Beside the log, which may have begun.
        said = [line for line in text.splitlines() if not line.startswith("ts=") or " level=info " not in line]
        self.stage.check(code == 2 and len(said) == 1 and words in said[0] and said[0].startswith("brazier"),
                         "%s: exit %d after %.1f s, expected 2 and %r: %s", what, code, time.monotonic() - begin, words, text)
        self.stage.check(SECRET not in text, "%s: the secret is shown: %s", what, text)


def clock_server(stage, bucket, answer):
    """In front of the bucket, with another time: `answer` gets a handler."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def date_time_string(self, timestamp=None):
            return email.utils.formatdate(time.time() + self.server.ahead, usegmt=True)

        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, data = answer(self, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_PUT = do_HEAD = do_DELETE = handle_any

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", stage.port()), Handler)
    server.daemon_threads, server.ahead = True, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage.at_end(server.shutdown)
    return server, bucket.via("http://127.0.0.1:%d" % server.server_address[1])


def clocks(stage, starter, bucket):
    """The bucket says that the request is from another time; or only its answers do."""
    refusing, seen = clock_server(stage, bucket,
                                  lambda *_: (403, read("s3-errors/RequestTimeTooSkewed.ceph-16.2.xml")))
    refusing.ahead = 3600
    starter.refused("a clock that is an hour off", "clock", bucket=seen)

    def forward(handler, body):
        connection = http.client.HTTPConnection(bucket.host, bucket.port, timeout=10)
        connection.request(handler.command, handler.path, body, dict(handler.headers.items()))
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, data

    telling, seen = clock_server(stage, bucket, forward)
    telling.ahead = 300
    starter.refused("a clock that is five minutes behind", " s behind that", bucket=seen)
    telling.ahead = -300
    starter.refused("a clock that is five minutes ahead", " s ahead of that", bucket=seen)


def wrong_starts(stage, starter, bucket):
    other = Bucket("s3://no-such-bucket-here", bucket.endpoint, *_keys(bucket))
    starter.refused("no such bucket", "no-such-bucket-here", bucket=other)
    starter.refused("a wrong secret", "secret", bucket=bucket, env={"AWS_SECRET_ACCESS_KEY": SECRET})
    starter.refused("an unknown key", "credentials are unknown", bucket=bucket, env={"AWS_ACCESS_KEY_ID": "NOSUCHKEY0000000000"})
    starter.refused("no credentials", "credentials", "--s3-endpoint", bucket.endpoint, "--store", bucket.url)
    starter.refused("an S3 Express bucket", "--x-s3", "--store", "s3://name--usw2-az1--x-s3", "--s3-endpoint",
                    bucket.endpoint, env=bucket.env())
    starter.refused("a root that cannot be", "root", "--store", "s3://bucket/a/../b", env=bucket.env())

    good = stage.replica("good", "file:" + os.path.join(stage.dir, "good-store"))
    good.wait_ready()
    starter.refused("the port is taken", "in use", "--listen", "127.0.0.1:%d" % good.port)
    starter.refused("the index is in use", "used by another process", "--index", good.index)
    for listen in ("nonsense", "127.0.0.1:99999", "127.0.0.1:x", "203.0.113.1:10100", "no.such.host.invalid:80"):
        starter.refused("--listen " + listen, "listen", "--listen", listen)
    plain = os.path.join(stage.dir, "plain-file")
    with open(plain, "w") as file:
        file.write("read %s\n" % SECRET)
    starter.refused("the index is a file", "index directory", "--index", plain)
    starter.refused("the store is a file", plain, "--store", "file:" + plain)
    starter.refused("no place for the store", "/dev/null/x", "--store", "file:/dev/null/x")
    closed = os.path.join(stage.dir, "closed")
    os.makedirs(closed, mode=0o555)
    run_as = [which("setpriv"), "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups"] if os.geteuid() == 0 else []
    copy = os.path.join(stage.dir, "brazier")
    shutil.copy(stage.brazier, copy)
    usual, stage.brazier = stage.brazier, copy
    open_store = os.path.join(stage.dir, "open-store")
    os.makedirs(open_store)
    os.chmod(open_store, 0o777)
    for name in ("closed", "closed/deeper"):
        starter.refused("an index that cannot be written", "index directory", "--index", os.path.join(stage.dir, name),
                        "--store", "file:" + open_store, run_as=run_as)
    starter.refused("a store that cannot be written", "'%s' cannot be written" % closed, "--store", "file:" + closed,
                    "--index", os.path.join(open_store, "index"), run_as=run_as)
    stage.brazier = usual
    for flags, words in ((("--nonsense",), "--nonsense"), (("--threads", "0"), "--threads"), (("--threads", "x"), "--threads"),
                         (("--threads",), "--threads"), (("--max-body", "1EB"), "--max-body"), (("more",), "more"),
                         (("--retention", "soon"), "--retention"),
                         (("--log-level", "loud"), "--log-level"), (("--store", "ftp://x"), "--store"),
                         (("--store", "s3://"), "bucket name"), (("--store", "file:"), "--store"), (("--write-lanes", "17"),
                                                                                          "--write-lanes")):
        starter.refused(" ".join(flags), words, *flags)
    starter.refused("a path style", "path-style", "--s3-path-style", "maybe", bucket=bucket)
    starter.refused("a wrong variable", "BRAZIER_THREADS", env={"BRAZIER_THREADS": "many"})
    token_files = (("no token", "# nothing\n"), ("a short token", "read short\n"), ("a bad scope", "all %s x\n" % SECRET),
                   ("no scope", SECRET + "\n"))
    for name, text in token_files:
        with open(plain, "w") as file:
            file.write(text)
        starter.refused("a token file with " + name, "--token-file", "--token-file", plain)
    starter.refused("no token file", "--token-file", "--token-file", plain + ".not")
    starter.refused("a directory as token file", "--token-file", "--token-file", stage.dir)
    code, _, err = stage.run([stage.brazier, "bogus"])
    stage.check(code == 2 and b"bogus" in err, "an unknown command: %d %s", code, err)
    stage.equal(good.stop(), 0, "exit status")
    stage.note("%d wrong starts", starter.count)


def _keys(bucket):
    env = bucket.env()
    return env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_REGION"]


def bucket_away(stage, bucket):
    proxy, seen = stage.bucket_proxy("away", bucket)
    proxy.set("refuse")
    replica = stage.replica("early", seen)
    client = Client(replica.port)

    def lives():
        try:
            return client.request("GET", "/healthz").status == 200
        except Unanswered:
            stage.check(replica.running(), "it does not wait for the bucket: %s", replica.log())
            return False

    stage.wait_for("/healthz without a bucket", lives, 15)
    answer = client.request("GET", "/readyz")
    stage.check(answer.status == 503 and b"bucket" in answer.body, "/readyz without a bucket: %s", answer)
    proxy.set("pass")
    replica.wait_ready(20)
    stage.equal(replica.api().post(ProfileMaker("go/compile-5.pb.gz").make(1), "early", "cpu").status, 200, "POST")
    took = {}
    for mode in ("refuse", "black-hole"):
        proxy.set(mode)
        time.sleep(2)  # listings of the bucket are under way
        begin = time.monotonic()
        stage.equal(replica.stop(), 0, "exit status")
        took[mode] = time.monotonic() - begin
        stage.check(took[mode] < 3, "without requests it took %.1f s to stop: %s", took[mode], mode)
        proxy.set("pass")
        replica.start()
        replica.wait_ready(20)
    replica.kill()
    stage.note("started before its bucket; stopped without it in %.2f s (refuses), %.2f s (is silent)",
               took["refuse"], took["black-hole"])


def stop_under_load(stage, bucket):
    proxy, seen = stage.bucket_proxy("slow", bucket)
    replica = stage.replica("stopped", seen)
    replica.wait_ready()
    proxy.set("pass", delay=DELAY, methods=["PUT"])
    maker, counter, ids = ProfileMaker("go/compile-5.pb.gz"), Counter(), []
    told, late = threading.Event(), []

    def write(_):
        api = Api(replica.port)
        for n in counter:
            before = told.is_set()
            try:
                answer = api.post(maker.make(n), "stopping", "cpu")
            except Unanswered:
                return
            stage.check(answer.status in (200, 503), "POST: %s", answer)
            if answer.status == 503:
                return
            ids.append(answer.json()["body"]["id"])
            if before:
                late.append(n)

    kept = Client(replica.port)
    kept.request("GET", "/readyz")
    joined = stage.go(WRITERS, write)
    stage.wait_for("profiles are stored", lambda: len(ids) >= 2 * WRITERS)
    begin, before = time.monotonic(), len(ids)
    told.set()
    replica.signal(signal.SIGTERM)
    # From now on it is not ready, on connections that are there and on new ones.
    stage.wait_for("it is not ready", lambda: not ready(kept), 1, 0.005)
    while replica.running():
        stage.check(not ready(Client(replica.port, timeout=2)), "ready after SIGTERM")
        time.sleep(0.02)
    stage.equal(replica.exit_code(), 0, "exit status")
    took = time.monotonic() - begin
    joined()
    stage.check(took < 30, "it took %.1f s to stop", took)
    stage.check(len(ids) >= before + WRITERS / 2, "what was under way was not finished: %d, %d before", len(ids), before)
    stored = {id_of(key) for key in bucket.keys("pf1/")}
    stage.check(all(id in stored for id in ids), "acknowledged profiles are lost")
    stage.note("stopped in %.2f s: %d acknowledged before, %d after, %d of them sent after", took, before,
               len(ids) - before, len(late))

    proxy.set("pass")
    replica.start()
    replica.wait_ready()
    proxy.set("black-hole")
    joined = stage.go(1, write)
    stage.wait_for("a profile is under way", lambda: replica.api().status()["load"]["requests_pending"] >= 2)
    replica.signal(signal.SIGTERM)
    time.sleep(0.5)
    stage.check(replica.running(), "it does not wait for what is under way")
    begin = time.monotonic()
    replica.signal(signal.SIGTERM)
    replica.wait(5)
    stage.check(time.monotonic() - begin < 2, "the second SIGTERM took %.1f s", time.monotonic() - begin)
    joined()
    proxy.set("pass")


def ready(client):
    try:
        return client.request("GET", "/readyz").status == 200
    except Unanswered:
        return False


def scenario(stage):
    bucket = stage.bucket()
    wrong_starts(stage, Starter(stage), bucket)
    clocks(stage, Starter(stage), bucket)
    bucket_away(stage, bucket)
    stop_under_load(stage, bucket)


if __name__ == "__main__":
    main(scenario, limit=120)

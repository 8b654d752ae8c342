"""Processes that a scenario starts: any program (Process) and brazier serve (Replica). Each leads a process group of
its own, writes to a log file, and is gone when its stage ends."""
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

from client import Api, Client, Unanswered

STOP_SECONDS = 40


class Failure(AssertionError):
    """A check that did not hold."""


class Skip(Exception):
    """What the scenario needs is not on this machine."""


def free_port(used=set(), lock=threading.Lock()):
    """A port nobody listens on, below those that the kernel gives to outgoing connections. Never the same twice."""
    with lock:
        for _ in range(1000):
            port = random.SystemRandom().randrange(10200, 20000)
            if port in used:
                continue
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
            used.add(port)
            return port
    raise RuntimeError("no free port")


class Process:
    """A program in a process group of its own, its output in a file."""

    def __init__(self, path, argv, env):
        """`path` is where its files are: path.log, and the directory that it works in."""
        self.name, self.argv, self.env, self.log_path = os.path.basename(path), argv, env, path + ".log"
        self.cwd = os.path.dirname(path)
        self._popen, self._signals = None, set()

    def start(self):
        if self.running():
            raise RuntimeError("%s runs already" % self.name)
        with open(self.log_path, "ab") as log:
            self._popen = subprocess.Popen(self.argv, env=self.env, cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, start_new_session=True)
        self._signals = set()

    @property
    def pid(self):
        return self._popen.pid if self._popen else None

    def running(self):
        return self._popen is not None and self._popen.poll() is None

    def exit_code(self):
        """None while it runs; -9 after a kill."""
        return self._popen.poll()

    def signal(self, number):
        """To the whole group, if the program still runs (its number may be another's afterwards)."""
        if self.running():
            self._signals.add(number)
            os.killpg(self._popen.pid, number)

    def kill(self):
        """kill -9, and wait until it is gone. Failure if it was: nothing may die unnoticed between two kills."""
        if self._popen is None:
            return
        self.signal(signal.SIGKILL)
        self._popen.wait()
        self.check_end()

    def check_end(self):
        """Failure if it died of a signal that was not sent by us, or a sanitizer had something to say."""
        if self._popen is None or self.running():
            return
        code = self._popen.returncode
        if code < 0 and -code not in self._signals:
            raise Failure("%s died of signal %d" % (self.name, -code))
        found = re.search(r".*(?:WARNING|ERROR): [A-Za-z]*Sanitizer.*|.*: runtime error: .*", self.log())
        if found:
            raise Failure("%s: %s" % (self.name, found.group()))

    def stop(self, seconds=STOP_SECONDS):
        """SIGTERM; the exit code. Failure if it does not end in time."""
        self.signal(signal.SIGTERM)
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure("%s did not end within %d s of SIGTERM" % (self.name, seconds)) from None

    def wait(self, seconds):
        """Until it ends by itself; the exit code."""
        return self._popen.wait(seconds)

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def rss(self):
        """Resident memory in bytes, now and at most."""
        with open("/proc/%d/status" % self.pid) as file:
            text = file.read()
        return tuple(int(re.search(name + r":\s+(\d+) kB", text).group(1)) * 1024 for name in ("VmRSS", "VmHWM"))


class Replica(Process):
    """brazier serve."""

    def __init__(self, brazier, path, store, flags, env, index=None):
        self.port, self.store, self.index = free_port(), store, index or path + ".index"
        argv = [brazier, "serve", "--listen", "127.0.0.1:%d" % self.port, "--store", store, "--index", self.index]
        super().__init__(path, argv + list(flags), env)

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def api(self, timeout=40):
        return Api(self.port, timeout=timeout)

    def ready(self):
        try:
            return Client(self.port, timeout=5).request("GET", "/readyz", headers={"Connection": "close"}).status == 200
        except Unanswered:
            return False

    def wait_ready(self, seconds=30):
        end = time.monotonic() + seconds
        while not self.ready():
            if not self.running():
                raise Failure("%s ended with %s instead of becoming ready" % (self.name, self.exit_code()))
            if time.monotonic() > end:
                raise Failure("%s is not ready after %d s" % (self.name, seconds))
            time.sleep(0.01)

    def restart(self):
        self.kill()
        self.start()
        self.wait_ready()

    def delete_index(self):
        """As an operator would: rm -r, whether it runs or not."""
        shutil.rmtree(self.index, ignore_errors=True)

"""Programs that people point at a brazier: curl, `go tool pprof`, and programs in Go."""
import datetime
import json
import os
import re
import shutil
import subprocess

from harness import which


class Curl:
    def __init__(self, stage):
        self.stage, self.program = stage, which("curl")

    def run(self, *args, data=None):
        code, out, err = self.stage.run([self.program, "-sS", "--max-time", "20"] + list(args), data=data)
        self.stage.check(code == 0, "curl %s: exit %d, %s", " ".join(args), code, err.decode())
        return out

    def json(self, *args, data=None, code=200):
        answer = json.loads(self.run(*args, data=data))
        self.stage.check(answer["code"] == code, "curl %s: %s", " ".join(args), answer)
        return answer.get("body", answer.get("error"))


OLDER_TIME = r"Time: (\w+ \d+, \d+ at \d+:\d+[ap]m \(UTC\))"


def said_alike(ours, theirs):
    """Both texts; where an older pprof wrote "Nov 23, 2026 at 3:35am (UTC)", what we wrote, if that is what it means."""
    when = re.search(OLDER_TIME, theirs)
    if when:
        minute = datetime.datetime.strptime(when.group(1), "%b %d, %Y at %I:%M%p (UTC)").strftime("%Y-%m-%d %H:%M")
        exact = re.search("Time: (" + minute + r":\d\d UTC)", ours)
        if exact:
            theirs = theirs.replace(when.group(1), exact.group(1))
    return ours, theirs


class Pprof:
    """go tool pprof."""

    def __init__(self, stage, command):
        """The program itself, for `go tool` looks for it anew each time, and builds it with an empty cache."""
        found = subprocess.run(command[:-1] + ["-n", command[-1]], capture_output=True, text=True, check=True, timeout=120)
        self.stage, self.command = stage, found.stdout.split()
        self.env = stage.env(PPROF_TMPDIR=os.path.join(stage.dir, "pprof"))

    def run(self, *args, ok=True):
        code, out, err = self.stage.run(self.command + list(args), env=self.env, seconds=60)
        self.stage.check((code == 0) == ok, "go tool pprof %s: exit %d, %s", " ".join(args), code, err.decode())
        return out.decode() if ok else err.decode()

    def is_older(self, *args):
        return re.search(OLDER_TIME, self.run("-top", *args)) is not None

    def table(self, *args):
        """-top of everything: {function: (flat, cum)}"""
        rows = {}
        for line in self.run("-top", "-nodecount=100000", "-nodefraction=0", "-edgefraction=0", "-unit=ns",
                             *args).split("\n"):
            row = re.match(r" *(-?[\d.]+\w*) +\S+% +\S+% +(-?[\d.]+\w*) +\S+% +(.*)$", line)
            if row:
                rows[row.group(3)] = row.group(1), row.group(2)
        return rows

    def samples(self, *args):
        """-traces: each sample with its stack, in any order."""
        text = self.run("-traces", "-unit=ns", *args)
        return sorted(re.split(r"-{5,}\+-{5,}\n", text)[1:])


def built_go(stage, folder):
    """The program of a folder beside this file; None, with a note, if it cannot be built here."""
    go = shutil.which("go")
    if not go:
        stage.note("no Go: no program of it is tried")
        return None
    program = os.path.join(stage.dir, folder + "-program")
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), folder)
    cache = subprocess.run([go, "env", "GOCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run([go, "build", "-buildvcs=false", "-o", program, "."], cwd=here, capture_output=True, timeout=120,
                          check=False, env=stage.env(GOCACHE=cache, GOFLAGS="-mod=mod", GOPROXY="off",
                                                     GOTOOLCHAIN="local", GOPATH=os.path.join(stage.dir, "go")))
    if done.returncode != 0:
        stage.note("the Go program cannot be built here: %s", done.stderr.decode()[-300:])
        return None
    return program

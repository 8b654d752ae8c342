#!/usr/bin/env python3
"""An HTTP/1.1 proxy that fails on demand. It sits in front of the bucket or of a replica and is told what to do while
requests pass. Requests go on as they came (same path, Host and headers), so signed ones stay valid.

As a program it runs on its own and obeys lines of JSON on stdin, each answered by a line on stdout; when stdin ends,
so does it. `FaultProxy` is the other end, for tests:

    proxy, seen = stage.bucket_proxy("s3", bucket)  # passes everything; or stage.proxy(name, port)
    proxy.set("refuse")                             # nobody listens; what is open is reset
    proxy.set("black-hole")                         # accepts, reads, never answers
    proxy.set("slow-down")                          # 503 SlowDown, as S3 says it
    proxy.set("pass", lose=0.3, methods=["PUT"])    # forwards in full, awaits the answer, then resets instead
    proxy.set("pass", delay=0.5)                    # answers half a second later
    proxy.count()                                   # {"requests": , "forwarded": , "lost": , "refused": , ...}

`methods` limits slow-down, lose and delay to some methods. A change holds for requests that begin after it; those
under way through `refuse` and `black-hole` are cut or never answered.
"""
import asyncio
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading

MODES = ("pass", "refuse", "black-hole", "slow-down")
HEAD_MAX = 128 * 1024
SLOW_DOWN = (b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message></Message>'
             b"<RequestId>tx0</RequestId></Error>")


class _Message:
    """The head of a request or an answer, and how its body is framed."""

    def __init__(self, head):
        self.head = head
        lines = head.decode("latin-1").split("\r\n")
        self.first = lines[0].split(" ", 2)
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name:
                self.fields[name.strip().lower()] = value.strip()
        self.chunked = "chunked" in self.fields.get("transfer-encoding", "").lower()
        self.length = int(self.fields["content-length"]) if "content-length" in self.fields else None
        self.closes = "close" in self.fields.get("connection", "").lower()

    @property
    def method(self):
        return self.first[0]

    @property
    def status(self):
        return int(self.first[1])


async def _read_head(reader):
    """None at a clean end."""
    try:
        return _Message(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None


async def _read_chunked(reader):
    parts = []
    while True:
        line = await reader.readuntil(b"\r\n")
        parts.append(line)
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        parts.append(await reader.readexactly(size + 2))
    while True:
        line = await reader.readuntil(b"\r\n")
        parts.append(line)
        if line == b"\r\n":
            return b"".join(parts)


async def _read_body(reader, message, until_end):
    if message.chunked:
        return await _read_chunked(reader)
    if message.length is not None:
        return await reader.readexactly(message.length)
    return await reader.read() if until_end else b""


class _Reset(Exception):
    """The client's connection is to be reset."""


class _Proxy:
    def __init__(self, port, upstream_host, upstream_port):
        self.port, self.upstream = port, (upstream_host, upstream_port)
        self.random = random.Random(1)
        self.server = None
        self.open = set()  # writers of clients
        self.change = asyncio.Event()
        self.counts = {"connections": 0, "requests": 0, "forwarded": 0, "answered": 0, "lost": 0, "slowed": 0,
                       "swallowed": 0}
        self.settings = {"mode": "pass"}

    async def listen(self):
        if self.server is None:
            self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, limit=HEAD_MAX, backlog=1024,
                                                     reuse_address=True)

    async def set(self, settings):
        self.settings = settings
        self.change.set()
        self.change = asyncio.Event()
        if settings["mode"] == "refuse":
            if self.server:
                self.server.close()
                self.server = None
            for writer in list(self.open):
                self.reset(writer)
        else:
            await self.listen()

    @staticmethod
    def reset(writer):
        """Closed by RST: the other side learns at once that there will be no answer."""
        sock = writer.get_extra_info("socket")
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (OSError, AttributeError):
            pass
        writer.transport.abort()

    def concerns(self, message):
        methods = self.settings.get("methods")
        return not methods or message.method in methods

    async def swallow(self, reader):
        """Reads and says nothing until the mode changes; then the connection is worth nothing."""
        self.counts["swallowed"] += 1
        change = self.change

        async def read():
            while await reader.read(65536):
                pass

        tasks = [asyncio.ensure_future(change.wait()), asyncio.ensure_future(read())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        raise _Reset

    async def slow_down(self, reader, writer, message):
        self.counts["slowed"] += 1
        await _read_body(reader, message, False)
        writer.write(b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s" %
                     (len(SLOW_DOWN), b"" if message.method == "HEAD" else SLOW_DOWN))
        await writer.drain()

    async def forward(self, reader, writer, message, upstream):
        """One request and its answer. False if the connection ends after it."""
        up_reader, up_writer = upstream
        settings, concerned = self.settings, self.concerns(message)
        head = message.head
        if message.fields.get("expect", "").lower() == "100-continue":
            # Said by us, for the answer is read in one go: unsigned, so it may be left out.
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"expect:")]
            head = b"\r\n".join(lines)
        body = await _read_body(reader, message, False)
        if self.settings["mode"] == "black-hole":
            await self.swallow(reader)
        self.counts["forwarded"] += 1
        up_writer.write(head + body)
        await up_writer.drain()
        answer = await _read_head(up_reader)
        while answer is not None and answer.status // 100 == 1:
            answer = await _read_head(up_reader)
        if answer is None:
            raise _Reset
        bare = message.method == "HEAD" or answer.status in (204, 304)
        data = b"" if bare else await _read_body(up_reader, answer, True)
        if concerned and settings.get("delay"):
            await asyncio.sleep(settings["delay"])
        if self.settings["mode"] == "black-hole":
            await self.swallow(reader)
        if concerned and self.random.random() < settings.get("lose", 0):
            self.counts["lost"] += 1
            raise _Reset
        writer.write(answer.head + data)
        await writer.drain()
        self.counts["answered"] += 1
        framed = bare or answer.chunked or answer.length is not None
        return framed and not (answer.closes or message.closes)

    async def serve_all(self, reader, writer, upstream):
        while True:
            if self.settings["mode"] == "black-hole":
                await self.swallow(reader)
            message = await _read_head(reader)
            if message is None:
                return
            self.counts["requests"] += 1
            if self.settings["mode"] == "black-hole":
                await self.swallow(reader)
            if self.settings["mode"] == "slow-down" and self.concerns(message):
                await self.slow_down(reader, writer, message)
                continue
            if not upstream:
                upstream.extend(await asyncio.open_connection(*self.upstream, limit=HEAD_MAX))
            if not await self.forward(reader, writer, message, upstream):
                return

    async def serve(self, reader, writer):
        self.counts["connections"] += 1
        self.open.add(writer)
        upstream = []
        try:
            await self.serve_all(reader, writer, upstream)
            writer.close()
        except (_Reset, OSError, ValueError, EOFError, asyncio.LimitOverrunError):
            self.reset(writer)
        finally:
            self.open.discard(writer)
            if upstream:
                upstream[1].close()


async def _obey(port, host, upstream_port):
    proxy = _Proxy(port, host, upstream_port)
    await proxy.listen()
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("{}", flush=True)
    while True:
        line = await commands.readline()
        if not line:
            os._exit(0)
        command = json.loads(line)
        if command:
            await proxy.set(command)
        print(json.dumps(proxy.counts), flush=True)


class FaultProxy:
    """A proxy in a process of its own. Threads may share it."""

    def __init__(self, port, upstream_port, upstream_host="127.0.0.1", log=None):
        self.port = port
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), str(port), upstream_host, str(upstream_port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        self._say(None)

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def _say(self, command):
        with self._lock:
            if command is not None:
                self._process.stdin.write(json.dumps(command).encode() + b"\n")
                self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the fault proxy on port %d has ended" % self.port)
        return json.loads(line)

    def set(self, mode, **settings):
        if mode not in MODES:
            raise ValueError(mode)
        self._say(dict(settings, mode=mode))

    def count(self):
        return self._say({})

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


if __name__ == "__main__":
    asyncio.run(_obey(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

"""Real profiles, made unique, and what can be said about a profile without a pprof library.

A profile's identity hangs on its bytes, so a test that needs a thousand different ones takes a real one and
changes its time_nanos (field 9 of Profile): everything else, and so every total, stays as it was.
"""
import gzip
import os
import threading
import time
import zlib

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data")

# Numbers of fields in profile.proto.
SAMPLE, TIME_NANOS = 2, 9
SAMPLE_VALUE = 2
VARINT, I64, LEN, I32 = 0, 1, 2, 5


def path_of(name):
    """tests/data/<name>."""
    return os.path.join(DATA, name)


def read(name):
    """The bytes of tests/data/<name>, as they are."""
    with open(path_of(name), "rb") as file:
        return file.read()


def inflate(body):
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def deflate(body, level=1):
    """gzip without a time in its head, so that equal input gives equal output."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def encode_varint(value):
    out = bytearray()
    value &= (1 << 64) - 1
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data, at=0, end=None):
    """(number, wire type, value or (begin, end), where the field begins, where it ends) of each field."""
    end = len(data) if end is None else end
    while at < end:
        begin = at
        tag, at = decode_varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = decode_varint(data, at)
        elif wire == LEN:
            size, at = decode_varint(data, at)
            value, at = (at, at + size), at + size
        else:
            size = 8 if wire == I64 else 4
            value, at = (at, at + size), at + size
        yield number, wire, value, begin, at


def _signed(value):
    return value - (1 << 64) if value >> 63 else value


def totals(body):
    """The sum of each sample type over all samples, as a list."""
    data = inflate(body)
    sums = []
    for number, wire, span, _, _ in fields(data):
        if number != SAMPLE or wire != LEN:
            continue
        values = []
        for inner, kind, value, _, _ in fields(data, *span):
            if inner != SAMPLE_VALUE:
                continue
            if kind == VARINT:
                values.append(_signed(value))
                continue
            at, end = value
            while at < end:
                one, at = decode_varint(data, at)
                values.append(_signed(one))
        if not sums:
            sums = [0] * len(values)
        for i, value in enumerate(values):
            sums[i] += value
    return sums


def time_nanos(body):
    for number, _, value, _, _ in fields(inflate(body)):
        if number == TIME_NANOS:
            return _signed(value)
    return 0


class ProfileMaker:
    """Different profiles from one real one: make(n) differs from make(m) in time_nanos only.

    They are dated from `begin` (seconds since 1970; by default half an hour ago) on, a millisecond apart, so all of
    them are inside the default range of a question. Equal n give equal bytes. Threads may share one.
    """

    def __init__(self, name="go/compile-5.pb.gz", begin=None, level=1):
        data = inflate(read(name))
        self.begin_ms = int((time.time() - 1800 if begin is None else begin) * 1000)
        self.level = level
        self.totals = totals(data)
        before, after = [], []
        seen = None
        for number, _, _, start, end in fields(data):
            if number == TIME_NANOS:
                seen = True
                continue
            (after if seen else before).append(data[start:end])
        self._before, self._after = b"".join(before), b"".join(after)

    def created_ms(self, n):
        return self.begin_ms + n

    def make(self, n, compress=True):
        nanos = self.created_ms(n) * 1000000 + n % 1000
        data = self._before + encode_varint(TIME_NANOS << 3 | VARINT) + encode_varint(nanos) + self._after
        return deflate(data, self.level) if compress else data


class Counter:
    """0, 1, 2, ... for several threads."""

    def __init__(self, limit=None):
        self._next, self._limit, self._lock = 0, limit, threading.Lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self._lock:
            if self._limit is not None and self._next >= self._limit:
                raise StopIteration
            self._next += 1
            return self._next - 1

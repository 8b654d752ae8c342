#!/usr/bin/env python3
"""Prints tests/vectors/model.h: digests, ids and keys computed by this second implementation (hashlib, no line of
the first). Run it after a change of the grammar: tests/vectors/model.py > tests/vectors/model.h"""
import base64
import hashlib
import struct
import time

B32 = "0123456789abcdefghjkmnpqrstvwxyz"


def base32(number, digits):
    return "".join(B32[number >> 5 * i & 31] for i in reversed(range(digits)))


def prefixed(data):
    return struct.pack(">I", len(data)) + data


def digest(service, typ, labels, created_at, idempotency, body):
    data = b"pf1\0" + prefixed(service) + prefixed(typ) + struct.pack(">I", len(labels))
    for key, value in sorted(labels):
        data += prefixed(key) + prefixed(value)
    data += prefixed(created_at)
    if idempotency is None:
        data += b"b" + prefixed(hashlib.sha256(body).digest())
    else:
        data += b"k" + prefixed(idempotency)
    return base32(int.from_bytes(hashlib.sha256(data).digest(), "big") >> 126, 26)


def escape(data, plain):
    alnum = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chr(b) if b in alnum + plain else "_%02x" % b for b in data)


def facts_text(facts):
    if not facts:
        return ""
    duration, default, items = facts
    text = "%d-%d" % (duration, default)
    for name, unit, total in items:
        text += "-%s.%s.%d" % (escape(name, b""), escape(unit, b""), total)
    return text


def vlen(data):
    n = len(data)
    return (bytes([n]) if n < 128 else struct.pack(">H", 0x8000 | n)) + data


def key(root, lane, mint, dig, service, typ, created, facts, labels):
    ident = lane + base32(mint, 10) + "-" + dig
    gm = time.gmtime(mint // 1000)
    path = (root + "/" if root else "") + "pf1/" + lane + time.strftime("/%Y%m%d/%H%M/", gm)
    for said in [facts, None]:
        text = "_.".join([escape(service, b"-."), escape(typ, b"-."), base32(created, 10), facts_text(said)]
                         + [escape(k, b"-.") + "_-" + escape(v, b"-.") for k, v in sorted(labels)])
        kind, form = "p", text
        if len(form) > 890:
            packed = vlen(service) + vlen(typ) + created.to_bytes(6, "big") + vlen(facts_text(said).encode())
            packed += b"".join(vlen(k) + vlen(v) for k, v in sorted(labels))
            kind, form = "q", base64.b64encode(packed, b"-.").decode().rstrip("=")
        if len(form) <= 890:
            break
    path += ident + "." + kind + "." + form[:159]
    for at in range(159, len(form), 199):
        path += "/c" + form[at:at + 199]
    return path, bool(said)


def c(data):
    if data is None:
        return "NULL, 0"
    if isinstance(data, str):
        data = data.encode()
    text = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else "\\%03o" % b for b in data)
    pieces = [text[at:at + 80] for at in range(0, len(text), 80)] or [""]
    for i in range(len(pieces) - 1):  # never cut inside an escape
        while "\\" in pieces[i][-3:]:
            pieces[i + 1] = pieces[i][-1] + pieces[i + 1]
            pieces[i] = pieces[i][:-1]
    return "\n     ".join('"%s"' % piece for piece in pieces) + ", %d" % len(data)


def c_labels(labels):
    return c(b"".join(vlen(k) + vlen(v) for k, v in labels))


DIGESTS = [
    (b"api-backend", b"cpu", [(b"dc", b"fra"), (b"version", b"1.0")], b"", None, b"body"),
    (b"api-backend", b"cpu", [], b"", None, b""),
    (b"api-backend", b"cpu", [(b"dc", b"fra")], b"2026-11-23T04:00:11", None, b"body"),
    (b"api-backend", b"cpu", [(b"dc", b"fra")], b"", b"", b"body"),
    (b"api-backend", b"cpu", [(b"dc", b"fra")], b"", b"job-17", b"body"),
    (b"a", b"bcpu", [], b"", None, b"body"),
    (b"ab", b"cpu", [], b"", None, b"body"),
    ("bücher".encode(), b"heap", [(b"k", b""), (b"k", b"v,=%+")], b"", None, bytes(range(256))),
]

GO_CPU = (10000, 1, [(b"samples", b"count", 812), (b"cpu", b"nanoseconds", 8120000000)])
LONG = [(b"n" * 90 + b"%d" % i, b"bytes", 2 ** 63 - 1) for i in range(8)]
KEYS = [
    ("", "0", 1795406423517, b"api-backend", b"cpu", 1795406411172, GO_CPU, [(b"dc", b"fra"), (b"version", b"1.0")]),
    ("prof/eu-1", "a", 0, b"s", b"t", 0, None, []),
    ("", "f", 253402300799999, b"my svc/x_y", b"other", 253402300799999, (0, 0, []), [(b"a", b""), (b"a", b"%,=+~/")]),
    ("r", "3", 951782400000, b"s" * 128, b"cpu", 951782399999, GO_CPU, [(b"k" * 64, b"v" * 300)]),
    ("r" * 64, "3", 951782400000, "ж".encode() * 64, b"t" * 32, 1, GO_CPU, [(b"k" * 64, "ж".encode() * 207)]),
    ("", "3", 951782400000, "ж".encode() * 64, "ж".encode() * 16, 1, GO_CPU,
     [(("ж%02d" % i).encode(), "ж".encode() * 4 + b"v") for i in range(32)]),
    ("", "3", 951782400000, b"svc", b"other", 1, (5, 7, LONG), [(b"k", b"v")]),
    ("", "3", 951782400000, "ж".encode() * 64, b"other", 1, (5, 7, LONG), [(b"k" * 64, "ж".encode() * 207)]),
    ("", "3", 951782400000, b"svc", b"other", 1, (5, 0, [(b"inuse-space", b"by.tes_", 0)]), []),
]


def main():
    print("/* Printed by model.py beside it: an implementation of its own. Labels are written as in a packed key. */")
    print("#ifndef VECTORS_MODEL_H\n#define VECTORS_MODEL_H\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n")
    print("/* clang-format off */")
    print("struct vector_bytes { const char *ptr; size_t len; };\n")
    print("static const struct {\n    struct vector_bytes service, type, labels, created_at, idempotency_key, body;"
          "\n    const char *digest;\n} DIGEST_VECTORS[] = {")
    for service, typ, labels, created, idem, body in DIGESTS:
        parts = [c(service), c(typ), c_labels(labels), c(created), c(idem), c(body)]
        print("    {%s,\n     \"%s\"},"
              % (",\n     ".join("{%s}" % part for part in parts), digest(service, typ, labels, created, idem, body)))
    print("};\n")
    print("static const struct {\n    const char *root;\n    unsigned lane;\n    int64_t mint_ms, created_at_ms;\n"
          "    struct vector_bytes service, type, labels, facts;\n    bool facts_kept;\n    const char *digest, *key;\n"
          "} KEY_VECTORS[] = {")
    for root, lane, mint, service, typ, created, facts, labels in KEYS:
        dig = digest(service, typ, labels, b"", None, b"")
        text, kept = key(root, lane, mint, dig, service, typ, created, facts, labels)
        assert len(text) <= 1024
        print("    {\"%s\", %d, %d, %d,\n     {%s}, {%s},\n     {%s},\n     {%s}, %s,\n     \"%s\",\n     %s},"
              % (root, int(lane, 16), mint, created, c(service), c(typ), c_labels(sorted(labels)),
                 c(facts_text(facts)), "true" if kept else "false", dig, c(text).rsplit(",", 1)[0]))
    print("};\n/* clang-format on */\n\n#endif")


main()

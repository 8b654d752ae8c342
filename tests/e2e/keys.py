"""Keys of objects as docs/KEYS.md has them: to find out what a key says, and to put profiles into a bucket that were
minted long ago, as if other replicas had done so."""
import os
import time

B32 = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LEN, DIGEST_LEN = 38, 26
DIGEST_BITS = 130
PLAIN = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
COMPONENT_MAX = 200


def base32(value, digits):
    return "".join(B32[value >> 5 * i & 31] for i in reversed(range(digits)))


def escape(text):
    return "".join(chr(byte) if byte in PLAIN else "_%02x" % byte for byte in text.encode())


def make_id(mint_ms, digest=None, lane=0):
    """`digest` is a number; a random one if there is none."""
    if digest is None:
        digest = int.from_bytes(os.urandom(17), "big")
    return "%x%s-%s" % (lane, base32(mint_ms, 10), base32(digest & (1 << DIGEST_BITS) - 1, DIGEST_LEN))


def _key(id, kind, meta):
    mint_ms = 0
    for digit in id[1:11]:
        mint_ms = mint_ms << 5 | B32.index(digit)
    leaf = "%s.%s." % (id, kind)
    first = COMPONENT_MAX - len(leaf)
    parts = [leaf + meta[:first]]
    meta = meta[first:]
    while meta:
        parts.append("c" + meta[:COMPONENT_MAX - 1])
        meta = meta[COMPONENT_MAX - 1:]
    when = time.strftime("%Y%m%d/%H%M", time.gmtime(mint_ms // 1000))
    return "pf1/%s/%s/%s" % (id[0], when, "/".join(parts))


def profile_key(id, service, type, created_ms, labels=None, facts=""):
    meta = "%s_.%s_.%s_.%s" % (escape(service), escape(type), base32(created_ms, 10), facts)
    for name, value in sorted((labels or {}).items(), key=lambda label: (label[0].encode(), label[1].encode())):
        meta += "_.%s_-%s" % (escape(name), escape(value))
    return _key(id, "p", meta)


def tombstone_key(id, target):
    return _key(id, "x", target)


def id_of(key):
    """The id in a key; None for what is none of brazier's."""
    parts = key.split("/")
    if len(parts) < 5 or parts[0] != "pf1" or len(parts[4]) < ID_LEN + 3:
        return None
    return parts[4][:ID_LEN]


def kind_of(key):
    """`p` or `q` for a profile, `x` for a tombstone."""
    return key.split("/")[4][ID_LEN + 1]


def digest_of(id):
    """What is equal for profiles that count once."""
    return id[-DIGEST_LEN:]

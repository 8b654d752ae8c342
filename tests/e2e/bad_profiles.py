"""Bodies that are no profiles: each breaks one rule of the format, or is cut, packed or made of something else. Made
from a small valid profile, field by field, and from real ones by damaging them."""
import gzip
import random
import zlib

from profiles import deflate, encode_varint, fields, inflate, read
from tiny_profile import (COMMENT, DEFAULT, DOC, DROP, FUNCTION, KEEP, LOCATION, MAPPING, PERIOD, PERIOD_TYPE, SAMPLE,
                          SAMPLE_TYPE, STRING, STRINGS, TIME, good, message)

BEYOND = len(STRINGS)


def with_field(number, *values):
    """The valid profile with other values (or none) in place of those of one field."""
    return message(*([pair for pair in good() if pair[0] != number] + [(number, value) for value in values]))


def plus(number, value):
    return message(*(good() + [(number, value)]))


def rule_breakers():
    """(name, profile, what the refusal must say)"""
    type_of, line = message((1, 1), (2, 2)), message((1, 1), (2, 7))
    minus_one = encode_varint(1 << 3) + encode_varint(-1)
    yield "no sample types", with_field(SAMPLE_TYPE), "sample types"
    yield "two types, one value", with_field(SAMPLE_TYPE, type_of, type_of), "value"
    yield "a sample without values", with_field(SAMPLE, message((1, 1))), "value"
    yield "a sample with two values", with_field(SAMPLE, message((1, 1), (2, 1), (2, 2))), "value"
    yield "a sample at no location", with_field(SAMPLE, message((1, 2), (2, 10))), "location"
    yield "a sample at location 0", with_field(SAMPLE, message((1, 0), (2, 10))), "location"
    yield "a huge location id", with_field(SAMPLE, message((1, (1 << 64) - 1), (2, 10))), "location"
    yield "a label's key beyond the strings", with_field(SAMPLE, message((1, 1), (2, 1), (3, message((1, BEYOND))))), \
        "string"
    yield "a label's text beyond", with_field(SAMPLE, message((1, 1), (2, 1), (3, message((1, 3), (2, 99))))), "string"
    yield "a label's unit beyond", \
        with_field(SAMPLE, message((1, 1), (2, 1), (3, message((1, 3), (3, 1), (4, 99))))), "string"
    yield "a negative string index", with_field(SAMPLE_TYPE, minus_one), "string"
    yield "a sample type beyond the strings", with_field(SAMPLE_TYPE, message((1, BEYOND), (2, 2))), "string"
    yield "a unit beyond the strings", with_field(SAMPLE_TYPE, message((1, 1), (2, BEYOND))), "string"
    yield "a mapping with id 0", with_field(MAPPING, message((2, 4096), (3, 8192))), "mapping has the id 0"
    yield "two mappings with one id", plus(MAPPING, message((1, 1))), "two mappings"
    yield "a mapping's file beyond", with_field(MAPPING, message((1, 1), (5, BEYOND))), "string"
    yield "a mapping's build id beyond", with_field(MAPPING, message((1, 1), (6, BEYOND))), "string"
    yield "a location with id 0", plus(LOCATION, message((2, 1))), "location has the id 0"
    yield "two locations with one id", plus(LOCATION, message((1, 1))), "two locations"
    yield "a location in no mapping", with_field(LOCATION, message((1, 1), (2, 9))), "mapping"
    yield "a line in no function", with_field(LOCATION, message((1, 1), (4, message((1, 9))))), "function"
    yield "a line in function 0", with_field(LOCATION, message((1, 1), (4, message((2, 9))))), "function"
    yield "a function with id 0", plus(FUNCTION, message((2, 1))), "function has the id 0"
    yield "two functions with one id", plus(FUNCTION, message((1, 1))), "two functions"
    yield "a function's name beyond", with_field(FUNCTION, message((1, 1), (2, BEYOND))), "string"
    yield "a function's system name beyond", with_field(FUNCTION, message((1, 1), (3, BEYOND))), "string"
    yield "a function's file beyond", with_field(FUNCTION, message((1, 1), (4, BEYOND))), "string"
    yield "no strings", with_field(STRING), "string table"
    yield "the first string is not empty", with_field(STRING, b"x", *STRINGS[1:]), "string_table[0]"
    yield "drop_frames beyond the strings", plus(DROP, BEYOND), "string"
    yield "keep_frames beyond the strings", plus(KEEP, BEYOND), "string"
    yield "the period type beyond", plus(PERIOD_TYPE, message((1, BEYOND))), "string"
    yield "a comment beyond the strings", plus(COMMENT, BEYOND), "string"
    yield "the default type beyond the strings", plus(DEFAULT, BEYOND), "string"
    yield "the page about it beyond the strings", plus(DOC, BEYOND), "string"
    yield "two times", plus(TIME, 5), "concatenated"
    yield "two profiles, one behind the other", message(*good()) * 2, ""
    yield "samples as numbers", plus(SAMPLE, 5), ""
    yield "strings as numbers", plus(STRING, 5), ""
    yield "the time as text", plus(TIME, b"now"), ""
    yield "a line as a number", with_field(LOCATION, message((1, 1), (4, 5))), ""
    yield "a deprecated group", message(*good()) + encode_varint(20 << 3 | 3), ""
    yield "wire type 6", message(*good()) + encode_varint(20 << 3 | 6), ""
    yield "wire type 7", message(*good()) + encode_varint(20 << 3 | 7), ""
    yield "a length beyond the end", message(*good()) + encode_varint(SAMPLE << 3 | 2) + b"\x7f", ""
    yield "a length of 2^63", message(*good()) + encode_varint(SAMPLE << 3 | 2) + encode_varint(1 << 63), ""
    yield "a varint of 11 bytes", message(*good()) + encode_varint(PERIOD << 3) + b"\xff" * 10 + b"\x01", "varint"
    yield "a varint without end", message(*good()) + encode_varint(PERIOD << 3) + b"\xff", "varint"
    yield "a sample cut inside", with_field(SAMPLE, b"\x08"), ""
    yield "a packed list cut inside", with_field(SAMPLE, encode_varint(1 << 3 | 2) + b"\x05\x01"), ""
    yield "a line cut inside", with_field(LOCATION, message((1, 1), (4, b"\x08"))), ""
    yield "a line of 11 bytes", with_field(LOCATION, message((1, 1), (4, line + b"\x10" + b"\xff" * 11))), ""
    yield "4097 locations", with_field(SAMPLE, message((1, b"\x01" * 4097), (2, 1))), "4096"
    yield "257 labels", with_field(SAMPLE, message((1, 1), (2, 1), *[(3, message((1, 3), (3, 1)))] * 257)), "256"
    yield "65 sample types", with_field(SAMPLE_TYPE, *[type_of] * 65), "64"
    yield "1025 lines", with_field(LOCATION, message((1, 1), *[(4, line)] * 1025)), "1024"


def bomb(megabytes, noise=0):
    """Zeros, packed: 1,000 times smaller than what they unpack to; with some bytes of noise in each megabyte less."""
    packer, chance = zlib.compressobj(1, zlib.DEFLATED, 31), random.Random(10)
    parts = [packer.compress(chance.randbytes(noise) + bytes((1 << 20) - noise)) for _ in range(megabytes)]
    return b"".join(parts) + packer.flush()


def strangers():
    """(name, body, what the refusal must say): what is no pprof at all, or badly packed."""
    real = read("go/cpu-000.pb.gz")
    yield "nothing", b"", "empty"
    yield "gzip of nothing", gzip.compress(b""), "empty"
    yield "one byte", b"\x1f", ""
    yield "two bytes of gzip", b"\x1f\x8b", ""
    yield "the head of gzip alone", real[:10], ""
    yield "no end of gzip", real[:-8], ""
    yield "half an end of gzip", real[:-3], ""
    yield "a wrong checksum", real[:-8] + b"\x00\x00\x00\x00" + real[-4:], ""
    yield "a wrong size", real[:-4] + b"\x01\x00\x00\x00", ""
    yield "gzip method 7", real[:2] + b"\x07" + real[3:], ""
    yield "gzip and then garbage", real + b"garbage", ""
    yield "two profiles in two members", real + real, "concatenated"
    yield "gzip in gzip in gzip", gzip.compress(gzip.compress(real)), ""
    yield "text", b"hello, world\n", "unrecognized"
    yield "JSON", b'{"profile": []}', "unrecognized"
    yield "a page", b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "unrecognized"
    yield "a form", b"--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n" + real + b"\r\n--x--\r\n", ""
    yield "zeros", bytes(5000), ""
    yield "ones", b"\xff" * 5000, ""
    yield "an ELF file", b"\x7fELF\x02\x01\x01" + bytes(2000), ""
    yield "a zip file", b"PK\x03\x04" + bytes(200), ""
    yield "zlib, not gzip", zlib.compress(inflate(real)), ""
    yield "bzip2", b"BZh91AY&SY" + bytes(100), ""
    yield "base64 of a profile", b"H4sIAAAAAAAA/2JgYGBgYGBgYGBg", ""
    yield "UTF-16 text", "\ufeffhello".encode("utf-16"), ""
    yield "goroutine text of debug=2", read("legacy/go-goroutine-debug2.txt"), "unrecognized"
    yield "a Go trace", b"go 1.22 trace\x00\x00\x00" + bytes(100), "unrecognized"
    yield "heap text cut", read("legacy/go-heap-debug1.txt")[:40], ""
    for megabytes in (2, 64, 127, 200):
        yield "a bomb of %d MB" % megabytes, bomb(megabytes), ""
    yield "a bomb in a bomb", gzip.compress(bomb(300)), ""
    yield "100 MB of noise and zeros", bomb(100, 15000), ""
    yield "129 MB of noise and zeros", bomb(129, 15000), "134217728 bytes"
    yield "a bomb of many small members", gzip.compress(bytes(1 << 16)) * 4000, ""


def cuts(count):
    """(name, body): a real profile, unpacked and cut anywhere inside. Some cuts leave a valid profile of less: those
    fall between two fields behind all that is referred to, so only cuts inside of a field are made here."""
    chance = random.Random(11)
    data = inflate(read("go/cpu-000.pb.gz"))
    spans = [(begin, end) for _, wire, _, begin, end in fields(data) if wire == 2 and end - begin > 3]
    for begin, end in chance.sample(spans, count):
        at = chance.randrange(begin + 1, end)
        yield "cut at %d of %d" % (at, len(data)), data[:at]


def mutants(count):
    """(name, body): real profiles with a few damaged bytes, and packed again. Some are still valid, or valid profiles
    of something else."""
    chance = random.Random(12)
    sources = [inflate(read("go/cpu-009.pb.gz")), inflate(read("go/threadcreate-005.pb.gz")), message(*good())]
    for i in range(count):
        data = bytearray(chance.choice(sources))
        for _ in range(chance.choice((1, 1, 2, 5, 50))):
            at = chance.randrange(len(data))
            change = chance.randrange(5)
            if change == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif change == 1:
                data[at] = chance.choice((0, 0xFF, 0x7F, 0x80))
            elif change == 2:
                del data[at:at + chance.randrange(1, 9)]
            elif change == 3:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
            else:
                begin = chance.randrange(len(data))
                data[at:at] = data[begin:begin + chance.randrange(200)]
            data = data or bytearray(b"\x00")
        yield "mutant %d" % i, deflate(bytes(data)) if chance.random() < 0.5 else bytes(data)


def garbage(count):
    """(name, body): bytes of chance, some behind the first bytes of gzip."""
    chance = random.Random(13)
    for i in range(count):
        data = chance.randbytes(chance.choice((1, 3, 20, 300, 5000)))
        yield "garbage %d" % i, (b"\x1f\x8b\x08\x00" if i % 3 == 0 else b"") + data

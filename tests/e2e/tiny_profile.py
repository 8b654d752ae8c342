"""A valid CPU profile of about 100 bytes, and what it is made of: for tests that need very many, or damaged ones."""
from profiles import encode_varint

# Fields of Profile (profile.proto).
SAMPLE_TYPE, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING = 1, 2, 3, 4, 5, 6
DROP, KEEP, TIME, DURATION, PERIOD_TYPE, PERIOD, COMMENT, DEFAULT, DOC = 7, 8, 9, 10, 11, 12, 13, 14, 15
STRINGS = [b"", b"cpu", b"nanoseconds", b"main", b"main.c"]


def field(number, value):
    """A number as a varint, bytes as a run of bytes."""
    if isinstance(value, int):
        return encode_varint(number << 3) + encode_varint(value)
    return encode_varint(number << 3 | 2) + encode_varint(len(value)) + value


def message(*numbers_and_values):
    return b"".join(field(number, value) for number, value in numbers_and_values)


def good():
    """The fields of a small valid profile, as a list of (number, value)."""
    return ([(SAMPLE_TYPE, message((1, 1), (2, 2))), (SAMPLE, message((1, 1), (2, 10))),
             (MAPPING, message((1, 1), (2, 4096), (3, 8192), (5, 4))),
             (LOCATION, message((1, 1), (2, 1), (3, 5000), (4, message((1, 1), (2, 7))))),
             (FUNCTION, message((1, 1), (2, 3), (3, 3), (4, 4), (5, 1)))] +
            [(STRING, text) for text in STRINGS] + [(TIME, 1700000000000000000), (DURATION, 1000000000)])


def tiny(ms, value=10):
    """A profile of that time (ms since 1970) and that total. Different ones have different bytes."""
    changed = {TIME: ms * 1000000, SAMPLE: message((1, 1), (2, value))}
    return message(*[(number, changed.get(number, content)) for number, content in good()])

"""Ways to damage the directory of an index. A function of DAMAGE gets the directory (of an index that was stopped
properly: "cold", or killed: "hot", with its write-ahead log) and a Spoiler; a function of LIVE gets the directory of an
index that is in use."""
import os
import random
import shutil
import sqlite3

DB, WAL, SHM = "index.db", "index.db-wal", "index.db-shm"
PAGE = 4096


class Spoiler:
    """What the damaging functions share."""

    def __init__(self, foreign):
        self.foreign = foreign  # the directory of an index made for another store


def size(path):
    return os.stat(path).st_size


def truncate(name, to):
    """to: bytes; below 0: so many less than there are; below 1: that part."""
    def damage(directory, _):
        path = os.path.join(directory, name)
        whole = size(path)
        os.truncate(path, max(0, whole + to if to < 0 else int(whole * to) if 0 < to < 1 else to))
    return damage


def write(name, at, data):
    """Overwrites; at: bytes, or a part of the whole."""
    def damage(directory, _):
        path = os.path.join(directory, name)
        with open(path, "r+b") as file:
            file.seek(int(size(path) * at) if isinstance(at, float) else at)
            file.write(data)
    return damage


def flip(name, seed=None, at=None, times=1):
    """Flips bits, somewhere or in byte `at`."""
    def damage(directory, _):
        chance, path = random.Random(seed), os.path.join(directory, name)
        with open(path, "r+b") as file:
            for _ in range(times):
                place = at if at is not None else chance.randrange(size(path))
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ 1 << chance.randrange(8)]))
    return damage


def replace(name, data):
    def damage(directory, _):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            os.unlink(path)
        with open(path, "wb") as file:
            file.write(data)
    return damage


def append(name, data):
    def damage(directory, _):
        with open(os.path.join(directory, name), "ab") as file:
            file.write(data)
    return damage


def remove(*names):
    def damage(directory, _):
        for name in names:
            path = os.path.join(directory, name)
            if os.path.exists(path):
                os.unlink(path)
    return damage


def mode(name, bits):
    return lambda directory, _: os.chmod(os.path.join(directory, name), bits)


def swap_pages(directory, _):
    path = os.path.join(directory, DB)
    with open(path, "rb") as file:
        data = file.read()
    pages = [data[i:i + PAGE] for i in range(0, len(data), PAGE)]
    pages[2], pages[-1] = pages[-1], pages[2]
    with open(path, "wb") as file:
        file.write(b"".join(pages))


def other_database(directory, _):
    remove(DB, WAL, SHM)(directory, _)
    database = sqlite3.connect(os.path.join(directory, DB))
    database.execute("CREATE TABLE holiday (photo BLOB)")
    database.execute("INSERT INTO holiday VALUES (zeroblob(100000))")
    database.commit()
    database.close()


def foreign(*names):
    """Files of an index of another store in place of these."""
    def damage(directory, spoiler):
        for name in names:
            shutil.copy(os.path.join(spoiler.foreign, name), os.path.join(directory, name))
    return damage


def directory_instead(name, full):
    def damage(directory, _):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            os.unlink(path)
        os.mkdir(path)
        if full:
            with open(os.path.join(path, "file"), "w") as file:
                file.write("something")
    return damage


def link_instead(name, target):
    def damage(directory, _):
        os.unlink(os.path.join(directory, name))
        os.symlink(target, os.path.join(directory, name))
    return damage


def pipe_instead(directory, _):
    os.unlink(os.path.join(directory, DB))
    os.mkfifo(os.path.join(directory, DB))


def nothing(directory, _):
    pass


NOISE = random.Random(5).randbytes(3 * PAGE)
TEXT = b"This is not the file that you are looking for.\n" * 300


def damage_cases():
    """(name, from which index, function)"""
    yield "none, stopped", "cold", nothing
    yield "none, killed", "hot", nothing
    for to in (0, 1, 15, 16, 99, 100, 512, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 0.3, 0.5, 0.9, -PAGE, -1):
        yield "cut to %s" % to, "cold", truncate(DB, to)
    for at in (0, 15, 16, 18, 19, 20, 27, 31, 43, 47, 59, 63, 71, 95, 100, 105):
        yield "a bit of byte %d" % at, "cold", flip(DB, at, at)
    for seed in range(14):
        yield "a bit, %d" % seed, "cold", flip(DB, 100 + seed)
    yield "a hundred bits", "cold", flip(DB, 1, times=100)
    for part in (0.25, 0.5, 0.75):
        yield "a page of zeros at %.2f" % part, "cold", write(DB, part, bytes(PAGE))
        yield "noise at %.2f" % part, "cold", write(DB, part, NOISE)
    yield "the first page zeroed", "cold", write(DB, 0, bytes(PAGE))
    yield "the first page noise", "cold", write(DB, 0, NOISE[:PAGE])
    yield "pages swapped", "cold", swap_pages
    yield "pages of another index", "cold", foreign(DB)
    yield "noise appended", "cold", append(DB, NOISE)
    yield "text", "cold", replace(DB, TEXT)
    yield "the head of SQLite, then text", "cold", replace(DB, b"SQLite format 3\x00" + TEXT)
    yield "empty", "cold", replace(DB, b"")
    yield "another database", "cold", other_database
    yield "a directory instead", "cold", directory_instead(DB, False)
    yield "a full directory instead", "cold", directory_instead(DB, True)
    yield "a link to nowhere", "cold", link_instead(DB, "/nowhere/at/all")
    yield "a link to a device", "cold", link_instead(DB, "/dev/full")
    yield "a pipe", "cold", pipe_instead
    yield "unreadable", "cold", mode(DB, 0)
    yield "not writable", "cold", mode(DB, 0o400)
    yield "not readable", "cold", mode(DB, 0o200)
    yield "a log of noise", "cold", replace(WAL, NOISE)
    yield "a log of another index", "hot", foreign(WAL)
    yield "log and file of another index", "hot", foreign(DB, WAL)
    yield "a directory instead of the log", "cold", directory_instead(WAL, True)
    yield "a directory instead of the shared memory", "cold", directory_instead(SHM, False)
    yield "a journal of noise", "cold", replace("index.db-journal", NOISE)
    yield "shared memory of noise", "hot", replace(SHM, NOISE)
    yield "no shared memory", "hot", remove(SHM)
    yield "no log", "hot", remove(WAL)
    yield "no file, but a log", "hot", remove(DB)
    yield "an unreadable log", "hot", mode(WAL, 0)
    for to in (0, 1, 31, 32, 33, 0.3, 0.5, -1, -PAGE):
        yield "the log cut to %s" % to, "hot", truncate(WAL, to)
    for seed in range(6):
        yield "a bit of the log, %d" % seed, "hot", flip(WAL, seed)
    yield "a bit of the log's head", "hot", flip(WAL, 3, 10)
    yield "the log's middle zeroed", "hot", write(WAL, 0.5, bytes(PAGE))
    yield "file damaged, log whole", "hot", write(DB, 0, NOISE[:PAGE])
    yield "something strange beside it", "cold", replace("index.db.aside-99999999999999999999999", TEXT)
    yield "a lock of somebody long gone", "cold", replace("lock", b"4194303\n")


def live_cases():
    """(name, function)"""
    yield "file removed", remove(DB)
    yield "log removed", remove(WAL)
    yield "shared memory removed", remove(SHM)
    yield "all removed", remove(DB, WAL, SHM, "lock")
    yield "directory removed", lambda directory, _: shutil.rmtree(directory)
    yield "directory renamed", lambda directory, _: os.rename(directory, directory + ".elsewhere")
    yield "file cut to nothing", truncate(DB, 0)
    yield "file cut in half", truncate(DB, 0.5)
    yield "log cut to nothing", truncate(WAL, 0)
    yield "log cut in half", truncate(WAL, 0.5)
    # SQLite maps its shared memory: to cut that file kills any program that uses it (SIGBUS), so it is not among these.
    yield "file overwritten", write(DB, 0, NOISE)
    yield "file's middle overwritten", write(DB, 0.5, NOISE)
    yield "log overwritten", write(WAL, 0, NOISE)
    yield "shared memory overwritten", write(SHM, 0, NOISE)
    yield "many bits of the file", flip(DB, 3, times=300)
    yield "file replaced", replace(DB, TEXT)
    yield "file by that of another index", foreign(DB)
    yield "file may not be read", mode(DB, 0)
    yield "directory may not be written", lambda directory, _: os.chmod(directory, 0o500)
    yield "directory may not be entered", lambda directory, _: os.chmod(directory, 0)

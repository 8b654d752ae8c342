-- The index: everything here is said by object keys. index/index.h says what it promises, docs/ARCHITECTURE.md why
-- it looks like this. A change of this file needs a new INDEX_SCHEMA in index/db.c: old files are set aside.
--
-- at     mint time in ms << 15 | lane << 11 | a number that tells rows of one lane and ms apart. It is the name of a
--        row: rows arrive roughly in its order, so the table fills from front to back, and audits, expiry and the
--        scan for broad questions need no further index.
-- lag    mint time - created_at, in ms.
-- place  the low 15 bits of `at`: nearly always 0, which takes no byte.

-- One row an object. `row` is packed (index/row.h): series, state, lag, digest, duration, totals.
CREATE TABLE profile (
    at  INTEGER PRIMARY KEY,
    row BLOB NOT NULL
);

-- What is listed, by series and time: the answer to narrow questions. at = (created + lag) << 15 | place.
CREATE TABLE listing (
    series  INTEGER NOT NULL,
    created INTEGER NOT NULL,
    lag     INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    PRIMARY KEY (series, created, lag, place)
) WITHOUT ROWID;

-- What is listed and was created long before it was minted, or after: broad questions scan `profile` in the order of
-- minting, and these few rows would be found at the wrong place there.
CREATE TABLE late (
    created INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    series  INTEGER NOT NULL,
    PRIMARY KEY (created, at)
) WITHOUT ROWID;

-- What the listed profiles of a series add up to, by hour of created_at (index/rollup.h): timelines of a month read
-- these instead of millions of rows. id = day of created_at << 40 | series: what is written together lies together.
CREATE TABLE rollup (
    id    INTEGER PRIMARY KEY,
    hours BLOB NOT NULL
);

-- Digest to mint times, in pages (index/digests.h): page = 11 bits of the digest << 24 | day of the mint time.
CREATE TABLE digest (
    page    INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
);

-- target: `at` of the deleted profile, its last 11 bits 0.
CREATE TABLE tombstone (
    digest BLOB NOT NULL,
    at     INTEGER NOT NULL,
    target INTEGER NOT NULL,
    PRIMARY KEY (digest, at)
) WITHOUT ROWID;

-- A series: service, type, labels and the names of the sample types, interned (index/series_text.h).
CREATE TABLE series (
    id     INTEGER PRIMARY KEY,
    hash   INTEGER NOT NULL,
    rows   INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    text   BLOB NOT NULL
);
CREATE INDEX series_by_hash ON series (hash);

-- A term: what a series can be found by: its service, its type, each of its labels. `series` counts postings.
CREATE TABLE term (
    id     INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,
    text   BLOB NOT NULL UNIQUE
);
CREATE TABLE posting (
    term   INTEGER NOT NULL,
    series INTEGER NOT NULL,
    PRIMARY KEY (term, series)
) WITHOUT ROWID;

CREATE TABLE cursor (
    name  BLOB PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- One row: how many there are, so that nobody needs to count.
CREATE TABLE total (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    listed     INTEGER NOT NULL,
    aliases    INTEGER NOT NULL,
    hidden     INTEGER NOT NULL,
    tombstones INTEGER NOT NULL,
    series     INTEGER NOT NULL,
    late       INTEGER NOT NULL
);
INSERT INTO total VALUES (1, 0, 0, 0, 0, 0, 0);

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

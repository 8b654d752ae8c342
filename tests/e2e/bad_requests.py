"""Requests that are wrong, as bytes for a socket, each with the answers that are right. A framing that could be read
in two ways carries a whole valid POST where a careless server would look for a second request: nothing of it may be
stored."""
import urllib.parse

CLOSED = 0  # no answer at all, the connection is closed
LIMIT_URI, LIMIT_HEAD = 12 * 1024, 13 * 1024
TIMES = ("yesterday", "2026-13-01T00:00:00", "2026-02-30T00:00:00", "2026-01-01T24:00:00", "2026-01-01T00:00:60",
         "2026-01-01", "2026-01-01T00:00", "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00ZZ", "0000-01-01T00:00:00",
         "-", "-1", "-1y", "-h", "now-", "now+1h", "nowhere", "1e9", "0x10", "99999999999999999999", "-99999999999999d",
         "1700000000000", "\u0661\u0662", "1 2", "\x00", "--1h", "2026-01-01T00:00:00\n")
OVERLONG, SURROGATE, LATIN = b"\xc0\xaf", b"\xed\xa0\x80", b"caf\xe9"


def quote(value):
    return urllib.parse.quote(value, safe="")


def head(first, *lines, host="Host: localhost"):
    return "\r\n".join((first,) + ((host,) if host else ()) + lines + ("", "")).encode("latin-1")


def get(target, *lines):
    return head("GET %s HTTP/1.1" % target, *lines)


def post(target, body, *lines):
    return head("POST %s HTTP/1.1" % target, "Content-Length: %d" % len(body), *lines) + body


def chunked(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def framing(target, body):
    """(name, bytes, right answers, words): how long the body is, said in ways that are wrong or mean two things.
    `target` and `body` would be a valid POST."""
    inner = post(target, body)
    first, size = "POST %s HTTP/1.1" % target, len(body)
    both = "Content-Length and Transfer-Encoding"
    yield "length, then coding", head(first, "Content-Length: %d" % size, "Transfer-Encoding: chunked") + \
        chunked(body) + inner, (400,), both
    yield "coding, then length", head(first, "Transfer-Encoding: chunked", "Content-Length: 4") + chunked(body), \
        (400,), both
    yield "length 0 and coding", head(first, "Content-Length: 0", "Transfer-Encoding: chunked") + chunked(b"") + inner, \
        (400,), both
    yield "two equal lengths", head(first, *["Content-Length: %d" % size] * 2) + body, (400,), "more than one"
    yield "two lengths", head(first, "Content-Length: %d" % size, "Content-Length: 0") + body, (400,), "more than one"
    yield "two lengths, 0 first", head(first, "Content-Length: 0", "Content-Length: %d" % len(inner)) + inner, (400,), \
        "more than one"
    for length in ("abc", "-1", "+%d" % size, "0x%x" % size, "%d %d" % (size, size), "%d,%d" % (size, size), "1.5", "",
                   "1e3", "18446744073709551616", "99999999999999999999999", "\x0b%d" % size, "%da" % size,
                   '"%d"' % size):
        yield "length %r" % length, head(first, "Content-Length: " + length) + body, (400, 413), ""
    yield "a length over the limit", head(first, "Content-Length: %d" % (17 << 20)) + body, (413,), "over"
    yield "a length far over the limit", head(first, "Content-Length: 9223372036854775807"), (413,), ""
    for coding in ("gzip", "identity", "gzip, chunked", "chunked, gzip", "chunked, chunked", "xchunked", "chunked;q=1",
                   "", "\x0bchunked", "chun ked", '"chunked"'):
        yield "coding %r" % coding, head(first, "Transfer-Encoding: " + coding) + chunked(body) + inner, (400, 501), ""
    yield "two codings", head(first, *["Transfer-Encoding: chunked"] * 2) + chunked(body), (400,), "more than one"
    yield "two codings, one unknown", head(first, "Transfer-Encoding: chunked", "Transfer-Encoding: x") + \
        chunked(body), (400, 501), ""
    yield "coding in HTTP/1.0", head(first.replace("/1.1", "/1.0"), "Transfer-Encoding: chunked") + chunked(body), \
        (400,), "HTTP/1.0"
    yield "a space before the colon", head(first, "Transfer-Encoding : chunked", "Content-Length: 0") + inner, (400,), ""
    yield "a space before length's colon", head(first, "Content-Length : %d" % size) + body, (400,), ""
    yield "length folded", head(first, "Content-Length:\r\n %d" % size) + body, (400,), ""
    yield "length behind a bare CR", head(first, "X: y\rContent-Length: %d" % size) + body, (400, 411), ""
    yield "length behind a bare LF", head(first, "X: y\nContent-Length: %d" % size) + body, (400, 411), ""
    yield "neither length nor coding", head(first), (400, 411), ""
    open_chunks = head(first, "Transfer-Encoding: chunked")
    for chunks in (b"zz\r\n", b"-5\r\n", b"0x5\r\n", b"5 5\r\n", b"\r\n", b";x\r\n", b"fffffffffffffffff\r\n",
                   b"\xd9\xa1\r\n", b"+5\r\n"):
        yield "chunk size %r" % chunks, open_chunks + chunks + body + b"\r\n0\r\n\r\n", (400, 413, CLOSED), ""
    yield "no end of a chunk", open_chunks + b"%x\r\n%s0\r\n\r\n" % (size, body), (400, CLOSED), ""
    yield "a chunk longer than said", open_chunks + b"%x\r\n%s\r\n0\r\n\r\n" % (size - 3, body), (400, CLOSED), ""
    yield "chunks over the limit", open_chunks + b"".join(b"100000\r\n" + bytes(1 << 20) + b"\r\n" for _ in range(17)), \
        (413,), "over"
    yield "unknown expectation", head(first, "Content-Length: 0", "Expect: 200-maybe"), (400, 417), ""


def cut_off(target, body):
    """(name, bytes): the client closes its side before all is sent. An answer is welcome, not needed."""
    whole = post(target, body)
    at = whole.index(b"\r\n\r\n")
    for cut in (1, 5, 20, at, at + 2, at + 4, at + 5, len(whole) // 2, len(whole) - 1):
        yield "cut at %d" % cut, whole[:cut]
    first = "POST %s HTTP/1.1" % target
    parts = head(first, "Transfer-Encoding: chunked") + chunked(body)
    for cut in (len(parts) - 1, len(parts) - 3, len(parts) - 5, len(parts) - 8, len(parts) // 2):
        yield "chunks cut at %d" % cut, parts[:cut]


def heads(target, body):
    """(name, bytes, right answers, words): what is wrong before the body."""
    first, length = "POST %s HTTP/1.1" % target, "Content-Length: %d" % len(body)
    yield "no Host", head(first, length, host=None) + body, (400,), "Host"
    yield "two Hosts", head(first, length, "Host: other") + body, (400,), "Host"
    yield "a folded line", head(first, length, "X: a\r\n b") + body, (400,), ""
    yield "a folded first line", head(first + "\r\n X: a", length) + body, (400,), ""
    yield "a NUL in a value", head(first, length, "X: a\x00b") + body, (400,), ""
    yield "a NUL in a name", head(first, length, "X\x00Y: a") + body, (400,), ""
    yield "a control in a value", head(first, length, "X: a\x01b") + body, (400,), ""
    yield "DEL in a value", head(first, length, "X: a\x7fb") + body, (400,), ""
    yield "a space in a name", head(first, length, "X Y: a") + body, (400,), ""
    yield "a bracket in a name", head(first, length, "X(Y): a") + body, (400,), ""
    yield "no name", head(first, length, ": a") + body, (400,), ""
    yield "no colon", head(first, length, "nonsense") + body, (400,), ""
    yield "bare LFs", head(first, length).replace(b"\r\n", b"\n") + body, (400,), ""
    yield "a NUL in the target", head("GET /api/0/\x00services HTTP/1.1"), (400,), ""
    yield "a space in the target", head("GET /api/0/ser vices HTTP/1.1"), (400, 404, 505), ""
    yield "a control in the target", head("GET /api/0/\x01services HTTP/1.1"), (400,), ""
    # RFC 9112, section 3, lets a server read it as one; it decides nothing about where a request ends.
    yield "two spaces", head("GET  /api/0/services HTTP/1.1"), (200, 400, 404, CLOSED), ""
    yield "a tab", head("GET\t/api/0/services\tHTTP/1.1"), (400, 404, 405, 501, 505, CLOSED), ""
    yield "no target", head("GET HTTP/1.1"), (400, 404, 505, CLOSED), ""
    yield "no method", head("/api/0/services HTTP/1.1"), (400, 404, 405, 501, 505, CLOSED), ""
    for version in ("HTTP/2.0", "HTTP/3.0", "HTTP/9.9", "HTTP/0.9", "HTTP/1.1x", "HTTP/", "http/1.1", "HTTP/1.11",
                    "HTTP/-1.1", "HTTPS/1.1", "SIP/2.0"):
        yield "version " + version, head("GET /api/0/services " + version), (400, 404, 426, 501, 505, CLOSED), ""
    yield "HTTP/0.9", b"GET /api/0/services\r\n\r\n", (400, 404, 505, CLOSED), ""
    yield "HTTP/2's first words", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), (400, 404, 405, 501, 505, CLOSED), ""
    yield "TLS", bytes.fromhex("160301006c010000680303") + bytes(100) + b"\r\n\r\n", (400, 501, 505, CLOSED), ""
    yield "an SSH client", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", (400, 404, 405, 501, 505, CLOSED), ""
    yield "a Redis client", b"*1\r\n$4\r\nPING\r\n\r\n", (400, 404, 405, 501, 505, CLOSED), ""
    yield "bytes", bytes(range(256)) + b"\r\n\r\n", (400, 404, 405, 501, 505, CLOSED), ""
    yield "CONNECT", head("CONNECT example.org:443 HTTP/1.1"), (400, 404, 405, 501), ""
    yield "another host's URL", head("GET http://[::1/nothing HTTP/1.1"), (400, 404), ""
    yield "OPTIONS *", head("OPTIONS * HTTP/1.1"), (400, 404, 405), ""
    yield "no slash", head("GET api/0/services HTTP/1.1"), (400, 404), ""
    yield "a long target", get("/api/0/services?x=" + "y" * LIMIT_URI), (414,), ""
    yield "a longer target", get("/" + "y" * 100000), (414, 431), ""
    yield "a long value", get("/api/0/services", "X: " + "y" * LIMIT_HEAD), (431,), ""
    yield "a longer value", get("/api/0/services", "X: " + "y" * 100000), (413, 431), ""
    yield "a long name", get("/api/0/services", "X" * LIMIT_HEAD + ": y"), (431,), ""
    yield "a thousand lines", get("/api/0/services", *["X%d: y" % i for i in range(1000)]), (431,), ""
    yield "65 parameters", get("/api/0/services?" + "&".join("p%d=1" % i for i in range(65))), (400,), "64 parameters"
    yield "1000 parameters", get("/api/0/services?" + "&".join("p=1" for i in range(1000))), (400, 431), ""


def methods():
    """(name, bytes, right answers, words)"""
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "post", "GETT", "G\u00e9T"):
        for path in ("/api/0/profiles", "/api/0/services"):
            yield "%s %s" % (method, path), head("%s %s HTTP/1.1" % (method, path)), (400, 405, 501), ""
    for path in ("/api/0/profiles/merge", "/api/0/services", "/api/0/status", "/healthz", "/metrics"):
        yield "POST " + path, post(path, b""), (405,), "method"
    some_id = "/api/0/profiles/001m838zsex-v9pkxyc34vav13p89rxfaqpz04"
    yield "DELETE where it is off", head("DELETE %s HTTP/1.1" % some_id), (405,), "--allow-delete"
    yield "PUT of an id", head("PUT %s HTTP/1.1" % some_id, "Content-Length: 0"), (405,), "method"
    for path in ("/ui", "/ui/no.js", "/ui/../page.c", "/api", "/api/1/profiles", "/api/0/profilesx", "/api/0/nothing",
                 "/favicon.ico", "/.git/config", "/api/0/profiles/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                 "/api/0/../../etc/passwd", "/api/0/services/x", "/debug/pprof/", "/api/0/labels/a", "/api/0/labels//values",
                 "/api/0/labels/values"):
        yield "no such path " + path, get(path), (400, 404), ""


def uploads(body):
    """(name, bytes, right answers, words): POSTs of a valid profile with wrong parameters."""
    def case(name, query, words, status=(400,)):
        return name, post("/api/0/profiles" + query, body), status, words

    yield case("no parameters", "", "service")
    yield case("an empty query", "?", "service")
    yield case("no service", "?type=cpu", 'missing \\"service\\"')
    yield case("an empty service", "?service=&type=cpu", 'missing \\"service\\"')
    yield case("a service too long", "?type=cpu&service=" + "s" * 129, "129")
    yield case("a service far too long", "?type=cpu&service=" + "s" * 5000, "5000")
    for name, raw in (("overlong", OVERLONG), ("surrogate", SURROGATE), ("latin", LATIN)):
        yield case("a service in " + name, "?type=cpu&service=" + quote(raw), "UTF-8")
        yield case("a label in " + name, "?service=s&type=cpu&labels=a%3D" + quote(raw), "UTF-8")
        yield case("a label's name in " + name, "?service=s&type=cpu&labels=" + quote(raw) + "%3D1", "UTF-8")
    yield case("a NUL in the service", "?service=a%00b&type=cpu", "NUL")
    yield case("a NUL in a label", "?service=s&type=cpu&labels=a%3Db%2500", "NUL")
    for kind in ("", "CPU", "unknown", "cpu,heap", "cpu%00", "profile", "x" * 100, "%F0%9F%94%A5", "0", "q"):
        yield case("type %r" % kind, "?service=s&type=" + kind, "type")
    yield case("no type", "?service=s", "type")
    for escape in ("%", "%2", "%zz", "a%", "%%", "%u0041"):
        yield case("escape %r in the service" % escape, "?type=cpu&service=" + escape, "escape")
        yield case("escape %r in the labels" % escape, "?service=s&type=cpu&labels=a%3D" + escape, "escape")
        yield case("escape %r in the labels, later" % escape, "?service=s&type=cpu&labels=a%3D" + quote(escape), "escape")
    yield case("33 labels", "?service=s&type=cpu&labels=" + quote(",".join("l%d=v" % i for i in range(33))), "33 labels")
    yield case("1000 labels", "?service=s&type=cpu&labels=" + quote(",".join("l%d=v" % i for i in range(1000))), "32")
    yield case("a label's name too long", "?service=s&type=cpu&labels=" + "k" * 65 + "%3Dv", "64")
    yield case("labels too long", "?service=s&type=cpu&labels=k%3D" + "v" * 478, "480")
    for i, time in enumerate(TIMES):
        yield case("created_at %d" % i, "?service=s&type=trace&created_at=" + quote(time), "created_at")
    for time in ("1969-12-31T23:59:59", "2999-01-01T00:00:00Z", "253402300800"):
        yield case("created_at " + time, "?service=s&type=trace&created_at=" + time, "created_at")
    yield "a key too long", post("/api/0/profiles?service=s&type=cpu", body, "Idempotency-Key: " + "k" * 256), (400,), \
        "Idempotency-Key"
    for kind, looks in (("heap", "cpu"), ("goroutine", "cpu"), ("mutex", "cpu"), ("threadcreate", "cpu")):
        yield case("declared as " + kind, "?service=s&type=" + kind, "looks like " + looks)
    for coding in ("br", "deflate", "zstd", "gzip, br", "x"):
        yield "Content-Encoding " + coding, post("/api/0/profiles?service=s&type=cpu", body,
                                                 "Content-Encoding: " + coding), (400, 415), "Content-Encoding"


def questions():
    """(name, bytes, right answers, words)"""
    for path in ("/api/0/profiles", "/api/0/profiles/merge", "/api/0/timeline", "/api/0/types", "/api/0/labels",
                 "/api/0/labels/a/values"):
        yield path + " of no service", get(path + "?type=cpu"), (400,), 'service'
        yield path + " of an empty service", get(path + "?type=cpu&service="), (400,), 'service'
    for path in ("/api/0/profiles", "/api/0/profiles/merge", "/api/0/timeline"):
        ask = path + "?service=s&type=cpu&"
        yield path + " of a bad type", get(path + "?service=s&type=blah"), (400,), "cpu, heap"
        yield path + " with a bad label", get(ask + "labels=a%25=1"), (400,), "labels"
        yield path + " with 33 labels", get(ask + "labels=" + quote(",".join("l%d" % i for i in range(33)))), (400,), "32"
        for i, time in enumerate(TIMES):
            if time in ("2026-01-01", "-1"):
                continue
            name = ("from", "to")[i % 2]
            yield "%s with a bad %s %d" % (path, name, i), get(ask + name + "=" + quote(time)), (400,), name
        yield path + " backwards", get(ask + "from=2026-01-02T00:00:00&to=2026-01-01T00:00:00"), (400,), "after"
    for limit in ("x", "-", "1.5", "1e3", "0x10", "99999999999999999999", "1%202", "%00", "+1"):
        yield "limit " + limit, get("/api/0/profiles?service=s&limit=" + limit), (400,), "limit"
    for cursor in ("x", "0", "-1", "a" * 1000, "%00", "9999999999999999999.x", "001m838zsex-v9pkxyc34vav13p89rxfaqpz04",
                   "..", "%27%20OR%201=1--"):
        yield "cursor " + cursor[:40], get("/api/0/profiles?service=s&limit=5&cursor=" + cursor), (400,), "cursor"
    yield "merge of no type", get("/api/0/profiles/merge?service=s"), (400,), "type"
    yield "merge of traces", get("/api/0/profiles/merge?service=s&type=trace"), (400,), "merge"
    good = "001m838zsex-v9pkxyc34vav13p89rxfaqpz04"
    for id in ("x", "001m838zsex", good.upper(), good + "0", good[:-1], good[:11] + "." + good[12:], "g" + good[1:],
               good[:20] + "u" + good[21:], good[:-1] + "l", "%00" * 38, "..", "pf1%2F0%2F20260101%2F0000%2Fx", "%2B",
               good + "+", "+" + good, good + "++" + good, good + "/x", "001m838zsex_v9pkxyc34vav13p89rxfaqpz04"):
        yield "id " + id[:50], get("/api/0/profiles/" + id), (400, 404), ""
    yield "an unknown id", get("/api/0/profiles/" + good), (404,), good
    yield "two unknown ids", get("/api/0/profiles/%s+%s" % (good, good[:-1] + "5")), (404,), good[:-1] + "5"
    yield "300 ids", get("/api/0/profiles/" + "+".join([good] * 300)), (404,), good
    yield "1001 ids", get("/api/0/profiles/" + "+".join("x" * 1001)), (400, 404, 413), ""
    for escape in ("%zz", "%", "%2", "%25zz"):
        yield "escape %s in an id" % escape, get("/api/0/profiles/" + escape), (400,), "escape"

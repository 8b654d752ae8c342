#!/usr/bin/env python3
"""With a token file each route wants its scope: 401 for nobody, 403 for the wrong one; a new file is in force soon, a
broken one changes nothing; and no token is ever in a log, a status, a metric or an error."""
import base64
import os

from client import Client
from harness import main
from profiles import ProfileMaker

TOKENS = {"ingest": "ingest-4be1f0a9c2d35e77", "read": "read-91c07d2e5ab34f60", "admin": "admin-0f6d4fd1c9a94c6f",
          "both": "both-77a1b2c3d4e5f609"}
NEXT = "next-5d0c1b2a39485766"
NEVER = "never-1234567890abcdef"
FILE = """# who may do what

ingest %(ingest)s agents
read %(read)s people
admin %(admin)s oncall
ingest,read %(both)s
"""


def routes(id):
    """(method, path, who may)"""
    yield "POST", "/api/0/profiles?service=shop&type=cpu", ("ingest", "admin", "both")
    for path in ("/api/0/profiles?service=shop", "/api/0/profiles/" + id, "/api/0/profiles/merge?service=shop&type=cpu",
                 "/api/0/services", "/api/0/types?service=shop", "/api/0/labels?service=shop",
                 "/api/0/labels/n/values?service=shop", "/api/0/timeline?service=shop&type=cpu", "/api/0/status",
                 "/api/0/overview", "/api/0/profiles/diff?service=shop&type=cpu&base_from=-1h",
                 "/metrics", "/debug/metrics"):
        yield "GET", path, ("read", "admin", "both")
    for path in ("/api/0/profiles/symbolz", "/api/0/view?format=top"):
        yield "POST", path, ("read", "admin", "both")
    for path in ("/", "/ui/page.css", "/api/0/session", "/api/0/version", "/healthz", "/readyz"):
        yield "GET", path, None
    yield "DELETE", "/api/0/profiles/" + id, ("admin",)


class Asker:
    """Keeps what was answered, to look for secrets in it."""

    def __init__(self, replica):
        self.client, self.said = Client(replica.port), []

    def ask(self, method, path, authorization=None, body=None):
        headers = {"Authorization": authorization} if authorization else {}
        answer = self.client.request(method, path, body=body, headers=headers)
        self.said.append(str(answer.headers).encode() + answer.body)
        return answer


def basic(password, user="any"):
    return "Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


def who_may_what(stage, asker, body, id):
    for method, path, who in routes(id):
        sent = body if method == "POST" else None
        nobody = asker.ask(method, path, body=sent)
        if who is None:
            stage.equal(nobody.status, 200, path)
            continue
        stage.equal(nobody.status, 401, "%s %s without a token" % (method, path))
        stage.check("Bearer" in (nobody.header("WWW-Authenticate") or ""), "401 without WWW-Authenticate")
        stage.equal(asker.ask(method, path, "Bearer " + NEVER, sent).status, 401, "%s %s, unknown token" % (method, path))
        for name in sorted(TOKENS, key=lambda name: name in who):
            for authorization in ("Bearer " + TOKENS[name], basic(TOKENS[name])):
                status = asker.ask(method, path, authorization, sent).status
                if method == "DELETE" and name in who:
                    stage.check(status in (200, 204, 404), "%s %s as %s: %d", method, path, name, status)
                    continue
                stage.equal(status, 200 if name in who else 403, "%s %s as %s" % (method, path, name))


def odd_headers(stage, asker):
    token = TOKENS["read"]
    for fine in ("bearer " + token, "BEARER  " + token, basic(token, ""), basic(token, "a b"), basic(token, "\u00fc")):
        stage.equal(asker.ask("GET", "/api/0/services", fine).status, 200, "Authorization: " + fine.split()[0])
    for wrong in ("Bearer", "Bearer ", token, "Bearer " + token[:-1], "Bearer " + token + "0", "Bearer " + token.upper(),
                  "Bearer " + token + " " + token, "Basic", "Basic !!!", "Basic " + base64.b64encode(b"x").decode(),
                  basic(""), basic(token[:-1]), basic("x:" + token), "Digest " + token, "Bearer " + "x" * 3000,
                  "Basic " + "eA==" * 1000, "Bearer read", "Bearer people", 'Bearer "%s"' % token):
        stage.equal(asker.ask("GET", "/api/0/services", wrong).status, 401, "Authorization: " + wrong[:40])


def write(path, text):
    """As an operator should: a new file in place of the old one."""
    with open(path + ".new", "w") as file:
        file.write(text)
    os.chmod(path + ".new", 0o600)
    os.rename(path + ".new", path)


def scenario(stage):
    path, maker = os.path.join(stage.dir, "tokens"), ProfileMaker("go/compile-5.pb.gz")
    write(path, FILE % TOKENS)
    replica = stage.replica("replica", "file:" + os.path.join(stage.dir, "store"),
                            ("--token-file", path, "--allow-delete", "--log-level", "debug"))
    replica.wait_ready()
    asker = Asker(replica)
    stored = asker.ask("POST", "/api/0/profiles?service=shop&type=cpu&labels=n%3D1", "Bearer " + TOKENS["ingest"],
                       maker.make(1))
    stage.equal(stored.status, 200, "POST")
    who_may_what(stage, asker, maker.make(2), stored.json()["body"]["id"])
    odd_headers(stage, asker)

    def status(token):
        return asker.ask("GET", "/api/0/services", "Bearer " + token).status

    write(path, "read %s\n" % NEXT)
    stage.wait_for("the new token is in force", lambda: status(NEXT) == 200, 20, 0.1)
    stage.equal(status(TOKENS["read"]), 401, "the old token")
    for broken in ("read %s\nnonsense %s\n" % (NEVER, NEVER), ""):
        before = replica.log().count("the token file is wrong now")
        write(path, broken)
        stage.wait_for("the broken file is noticed",
                       lambda before=before: replica.log().count("the token file is wrong now") > before, 20, 0.1)
        stage.equal((status(NEXT), status(NEVER)), (200, 401), "tokens after a broken file")
    asker.ask("GET", "/api/0/status", "Bearer " + NEXT)
    asker.ask("GET", "/metrics", "Bearer " + NEXT)
    stage.equal(replica.stop(), 0, "exit status")
    everything = b"\n".join(asker.said) + replica.log().encode()
    for token in list(TOKENS.values()) + [NEXT, NEVER]:
        for form in (token.encode(), base64.b64encode(b"any:" + token.encode())[8:-4]):
            stage.check(form not in everything, "the token %s... is in a log or an answer", token[:6])
    stage.check(b"who=agents" in everything and b"who=people" in everything, "the names of tokens are not in the log")


if __name__ == "__main__":
    main(scenario, limit=90)

#!/usr/bin/env python3
"""What the page needs of the server, behind a balancer that puts it below a path: files that come whole, packed and under a
policy; a session that every replica knows and no other site can use; profiles that are shown and not stored; names,
matchers, totals; and pages of others that may read only if the operator says so."""
import gzip
import json
import os
import re
import urllib.parse

from client import Client
from harness import main
from profiles import read

READ, ADMIN = "read-91c07d2e5ab34f60", "admin-0f6d4fd1c9a94c6f"
PREFIX = "/profiles"
CPU = ["go/cpu-000.pb.gz", "go/cpu-009.pb.gz"]
SINCE = "from=2020-01-01T00:00:00&to=now"
TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
         "svg": "image/svg+xml"}
PAGE_BYTES = 150 * 1000


def links_of(name, text):
    """What a file of the page loads, relative to itself."""
    if name.endswith(".html"):
        return re.findall(r'<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]*)"', text)
    if name.endswith(".js"):
        return re.findall(r'^\s*(?:import|export)\b[^;()]*?["\'](\.[^"\']*)["\']', text, re.M)
    return []


def whole_page(stage, client):
    """Every file that is reached from the page, by relative links only; packed it is small."""
    seen, todo, packed = {}, [PREFIX + "/"], 0
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        plain = client.request("GET", path)
        stage.equal(plain.status, 200, path)
        kind = "html" if path.endswith("/") else path.rsplit(".", 1)[-1]
        stage.equal(plain.header("Content-Type"), TYPES[kind], path)
        small = client.request("GET", path, headers={"Accept-Encoding": "gzip"})
        if small.header("Content-Encoding") == "gzip":
            stage.check(gzip.decompress(small.body) == plain.body, "%s is another when it is packed", path)
        packed += len(small.body)
        seen[path] = plain
        for link in links_of("x." + kind, plain.body.decode()):
            stage.check(not re.match(r"/|[a-z]+:", link) or link.startswith("data:"), "%s links to %s", path, link)
            if not link.startswith("data:"):
                todo.append(urllib.parse.urljoin(path, link))
    stage.check(packed < PAGE_BYTES, "the page has %d bytes", packed)
    return seen


def headers_of_the_page(stage, client, seen):
    for path, answer in seen.items():
        policy = answer.header("Content-Security-Policy")
        for part in ("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'",
                     "base-uri 'none'", "form-action 'self'"):
            stage.check(part in policy, "%s: no %s in its policy", path, part)
        stage.check("unsafe" not in policy, "%s: %s", path, policy)
        stage.equal(answer.header("X-Content-Type-Options"), "nosniff", path)
        stage.equal(answer.header("Cache-Control"), "no-cache", path)
        again = client.request("GET", path, headers={"If-None-Match": answer.header("ETag")})
        stage.equal((again.status, again.body), (304, b""), path + " again")
        head = client.request("HEAD", path)
        stage.equal((head.status, head.body, head.header("ETag")), (200, b"", answer.header("ETag")), "HEAD " + path)
    for path in ("/healthz", "/api/0/version", "/api/0/nothing", "/api/0/services"):
        stage.equal(client.request("GET", PREFIX + path).header("X-Content-Type-Options"), "nosniff", path)
    bare = client.request("GET", PREFIX)
    stage.check(bare.status == 301 and bare.header("Location").endswith(PREFIX + "/"), "%s: %s", PREFIX, bare)


def log_in(stage, client, token, **headers):
    answer = client.request("POST", PREFIX + "/api/0/session", body=json.dumps({"token": token}), headers=headers)
    stage.equal(answer.status, 200, "login")
    cookie = answer.header("Set-Cookie")
    stage.check("HttpOnly" in cookie and "SameSite=Strict" in cookie and token not in cookie, "the cookie: %s", cookie)
    return cookie.split(";")[0]


def sessions(stage, client, replicas):
    api = PREFIX + "/api/0/"
    stage.equal(client.request("GET", api + "session").json()["body"], {"login": True, "scopes": []}, "before a login")
    refused = client.request("GET", api + "services", headers={"Sec-Fetch-Dest": "empty"})
    stage.equal((refused.status, refused.header("WWW-Authenticate")), (401, 'Bearer realm="brazier"'), "a script")
    stage.equal(client.request("POST", api + "session", body='{"token":"wrong-token-0123456"}').status, 401, "wrong")
    cookie = log_in(stage, client, READ)
    for replica in replicas:
        asked = Client(replica.port).request("GET", "/api/0/overview", headers={"Cookie": cookie})
        stage.equal(asked.status, 200, "the session at " + replica.url)
    stage.equal(client.request("GET", api + "session", headers={"Cookie": cookie}).json()["body"]["name"], "people", "who")
    stage.equal(client.request("GET", api + "services", headers={"Cookie": cookie[:-1] + "0"}).status, 401, "forged")


def cross_site(stage, client, id):
    """nginx hands on Host, so an Origin that is the host's is ours."""
    cookie, path = log_in(stage, client, ADMIN), PREFIX + "/api/0/profiles/" + id
    ours = "http://%s:%d" % (client.host, client.port)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"},
                    {"Origin": "http://evil.example"}, {"Origin": "http://%s" % client.host},
                    {"Origin": ours, "Sec-Fetch-Site": "same-site"}):
        status = client.request("DELETE", path, headers=dict(headers, Cookie=cookie)).status
        stage.equal(status, 403, "DELETE with %s" % headers)
        with_token = client.request("POST", PREFIX + "/api/0/profiles?service=x&type=trace", body=b"x",
                                    headers=dict(headers, Authorization="Bearer " + ADMIN)).status
        stage.equal(with_token, 403 if headers else 200, "POST with a token and %s" % headers)
    stage.equal(client.request("GET", path, headers={"Cookie": cookie}).status, 200, "it is still there")
    stage.equal(client.request("DELETE", path, headers={"Cookie": cookie, "Origin": ours}).status, 200, "from the page")


def form(parts):
    text = b""
    for name, body in parts:
        text += b'--xYz\r\nContent-Disposition: form-data; name="%s"; filename="f"\r\n\r\n%s\r\n' % (name.encode(), body)
    return text + b"--xYz--\r\n", {"Content-Type": "multipart/form-data; boundary=xYz"}


def ad_hoc(stage, client, auth):
    path = PREFIX + "/api/0/view?format=top&nodecount=1"
    one = client.request("POST", path, body=read(CPU[0]), headers=auth)
    stage.equal((one.status, one.json()["total"]), (200, 13840000000), "one profile")
    body, headers = form([("base", read(CPU[0])), ("profile", read(CPU[1]))])
    diff = client.request("POST", path, body=body, headers=dict(headers, **auth)).json()
    stage.equal((diff["total_source"], diff["total_base"]), (4800000000, 13840000000), "a difference")
    body, headers = form([("profile", read(CPU[0])), ("profile", read(CPU[1]))])
    both = client.request("POST", path, body=body, headers=dict(headers, **auth)).json()
    stage.equal(both["total"], 18640000000, "two profiles")
    stage.equal(client.request("POST", path, body=b"what?", headers=auth).status, 400, "what is no profile")
    stage.equal(client.request("POST", path, body=read(CPU[0])).status, 401, "without a token")


def questions(stage, client, auth):
    def ask(path, status=200):
        answer = client.request("GET", PREFIX + "/api/0/" + path, headers=auth)
        stage.equal(answer.status, status, path)
        return answer.json().get("body") if status == 200 else answer

    services = ask("overview?" + SINCE)["services"]
    stage.equal([one["service"] for one in services], ["shop", "desk"], "the busiest first")
    stage.equal(services[0]["types"][0]["total"], 13840000000 + 2 * 4800000000, "its processor time")
    stage.equal(ask("overview?from=2019-01-01T00:00:00&to=2019-01-02T00:00:00")["services"], [], "an empty range")
    stage.equal(ask("labels/host/values?service=shop&labels=host!%3Da&" + SINCE),
                [{"name": "b", "profiles": 1}, {"name": "c", "profiles": 1}], "values of what is selected")
    for labels, hosts in (("host=~[ab]", "ab"), ("host!~[ab]", "c"), ("host!=a,dc=fra", "b"), ("dc=~f.*,host!=b", "a"),
                          ("dc!~.*", "c"), ("host=~a%7Cb", "ab"), ("host=~ab", "")):
        found = client.request("GET", "%s/api/0/profiles?service=shop&facts=1&labels=%s&%s" % (
            PREFIX, urllib.parse.quote(labels, safe=""), SINCE), headers=auth)
        listed = [dict((l["key"], l["value"]) for l in one["labels"])["host"] for one in found.json().get("body") or []]
        stage.equal("".join(sorted(listed)), hosts, labels)
        stage.check(all(one["totals"][1]["type"] == "cpu" for one in found.json().get("body") or []), "facts")
    ask("profiles?service=shop&labels=host%3D~(&" + SINCE, 400)
    status = ask("status")
    stage.check(status["host"] and status["load"]["stored_per_second"] >= 0, "status: %s", status)


def origins(stage, replica, auth):
    """Not behind the balancer: any page of https://viewer.example may read."""
    client = Client(replica.port)
    headers = dict(auth, Origin="https://viewer.example")
    answer = client.request("GET", "/api/0/profiles/merge?service=shop&type=cpu&format=speedscope&" + SINCE, headers=headers)
    stage.equal((answer.status, answer.header("Access-Control-Allow-Origin")), (200, "https://viewer.example"), "a viewer")
    asked = client.request("OPTIONS", "/api/0/profiles/merge", headers={"Origin": "https://viewer.example"})
    stage.equal((asked.status, asked.header("Access-Control-Allow-Headers")), (204, "Authorization"), "a preflight")
    for origin in ("https://other.example", "null"):
        answer = client.request("GET", "/api/0/overview", headers=dict(auth, Origin=origin))
        stage.equal((answer.status, answer.header("Access-Control-Allow-Origin")), (200, None), origin)


def scenario(stage):
    tokens = os.path.join(stage.dir, "tokens")
    with open(tokens, "w") as file:
        file.write("read %s people\nadmin %s\n" % (READ, ADMIN))
    replicas = stage.replicas(3, "file:" + os.path.join(stage.dir, "store"), (
        "--token-file", tokens, "--allow-delete", "--cors-origin", "https://viewer.example"))
    balancer = stage.nginx(replicas, {
        "        location / {": "        location = %s { return 301 %s/; }\n        location %s/ {" % ((PREFIX,) * 3),
        "proxy_pass http://brazier;": "proxy_pass http://brazier/;"})
    client, auth = Client(balancer.port), {"Authorization": "Bearer " + ADMIN}
    headers_of_the_page(stage, client, whole_page(stage, client))
    ids = []
    for service, labels, file in (("shop", "dc=fra,host=a", CPU[0]), ("shop", "dc=fra,host=b", CPU[1]),
                                  ("shop", "host=c", CPU[1]), ("desk", "", CPU[0])):
        answer = client.request("POST", PREFIX + "/api/0/profiles?type=cpu&service=%s&labels=%s" % (
            service, urllib.parse.quote(labels)), body=read(file), headers=auth)
        stage.equal(answer.status, 200, "POST")
        ids.append(answer.json()["body"]["id"])
    sessions(stage, client, replicas)
    questions(stage, client, auth)
    ad_hoc(stage, client, auth)
    origins(stage, replicas[0], auth)
    cross_site(stage, client, ids[3])


if __name__ == "__main__":
    main(scenario, limit=90)

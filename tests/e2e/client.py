"""HTTP to a brazier, with keep-alive and every request bounded in time; and brazier's API on top of it.

One Client per thread. Nothing is retried here: a test says what it retries.
"""
import hashlib
import http.client
import json
import socket
import time
import urllib.parse


class Unanswered(Exception):
    """No answer: refused, reset, closed, or not in time."""


class Answer:
    def __init__(self, status, headers, body, took):
        self.status, self.headers, self.body, self.took = status, headers, body, took

    def header(self, name):
        return self.headers.get(name)

    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return "%d %r" % (self.status, self.body[:400])


class Client:
    """A connection to HOST:PORT that is opened when needed and kept."""

    def __init__(self, port, host="127.0.0.1", timeout=40):
        self.host, self.port, self.timeout = host, port, timeout
        self._connection = None

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def request(self, method, path, params=None, body=None, headers=None):
        """The answer, whatever its status; Unanswered if there is none."""
        if params:
            path += "?" + urllib.parse.urlencode(params)
        begin = time.monotonic()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
                self._connection.connect()
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.request(method, path, body=body, headers=headers or {})
            response = self._connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unanswered("%s %s after %.3f s: %r" % (method, path, time.monotonic() - begin, error)) from error
        if response.will_close:
            self.close()
        return Answer(response.status, response.headers, data, time.monotonic() - begin)


def label_text(labels):
    """The parameter `labels` for a dict: each key and value is escaped once here and once more in the URL."""
    return ",".join("%s=%s" % (urllib.parse.quote(k, safe=""), urllib.parse.quote(v, safe=""))
                    for k, v in sorted(labels.items()))


class Api(Client):
    """brazier's routes. What is not 200 comes back as an Answer too; `found` and `pages` raise."""

    def post(self, body, service, type, labels=None, headers=None, **params):
        params.update(service=service, type=type)
        if labels:
            params["labels"] = label_text(labels)
        return self.request("POST", "/api/0/profiles", params, body, headers)

    def _selector(self, service, type, labels, params):
        params["service"] = service
        if type:
            params["type"] = type
        if labels:
            params["labels"] = label_text(labels)
        return params

    def list(self, service, type=None, labels=None, headers=None, **params):
        """params: from_, to, limit, cursor, fresh."""
        if "from_" in params:
            params["from"] = params.pop("from_")
        return self.request("GET", "/api/0/profiles", self._selector(service, type, labels, params), headers=headers)

    def merge(self, service, type, labels=None, headers=None, **params):
        if "from_" in params:
            params["from"] = params.pop("from_")
        return self.request("GET", "/api/0/profiles/merge", self._selector(service, type, labels, params),
                            headers=headers)

    def get(self, id, headers=None):
        return self.request("GET", "/api/0/profiles/" + id, headers=headers)

    def delete(self, id):
        return self.request("DELETE", "/api/0/profiles/" + id)

    def get_json(self, path, **params):
        """The body of a JSON answer; None for 404."""
        answer = self.request("GET", path, params)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise AssertionError("GET %s %s: %s" % (path, params, answer))
        return answer.json()["body"]

    def services(self):
        return self.get_json("/api/0/services") or []

    def status(self):
        return self.get_json("/api/0/status")

    def pages(self, service, type=None, labels=None, page=1000, **params):
        """All profiles of a selector, page by page, oldest first; each page must agree about the total and none may be
        stale. Gives the list."""
        params.setdefault("from_", "1970-01-01T00:00:00")
        found, cursor, total = [], None, None
        while True:
            more = dict(params, limit=page)
            if cursor:
                more["cursor"] = cursor
            answer = self.list(service, type, labels, **more)
            if answer.status == 404 and not found:
                return []
            if answer.status != 200:
                raise AssertionError("list of %s: %s" % (service, answer))
            if answer.header("X-Brazier-Stale"):
                raise AssertionError("list of %s is stale by %s ms" % (service, answer.header("X-Brazier-Stale")))
            found[:0] = answer.json()["body"]
            total = answer.header("X-Brazier-Total")
            cursor = answer.header("X-Brazier-Next")
            if not cursor:
                break
        if int(total) != len(found):
            raise AssertionError("list of %s: %d found, X-Brazier-Total says %s" % (service, len(found), total))
        return found

    def dump(self, blobs=False, services=None):
        """Everything that can be asked for, as text that is equal for equal content: services, types, labels with their
        values, profiles; with blobs, also what their bytes hash to. Of some services only, if they are named."""
        lines = []
        for service in sorted(services or self.services()):
            for kind in self.get_json("/api/0/types", service=service) or []:
                lines.append(["type", service, kind])
            for label in self.get_json("/api/0/labels", service=service) or []:
                name = urllib.parse.quote(label["name"], safe="")
                values = self.get_json("/api/0/labels/%s/values" % name, service=service)
                lines.append(["label", service, label, values])
            for profile in self.pages(service, page=5000):
                if blobs:
                    answer = self.get(profile["id"])
                    if answer.status != 200:
                        raise AssertionError("%s: %s" % (profile["id"], answer))
                    profile["sha256"] = hashlib.sha256(answer.body).hexdigest()
                lines.append(["profile", profile])
        return "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)


def labels_of(profile):
    """The labels of a listed profile as a dict."""
    return {label["key"]: label["value"] for label in profile.get("labels", [])}

"""The bucket behind brazier's back: signed LIST, GET, HEAD, PUT and DELETE (AWS Signature Version 4, path style), to
see what is really stored and to put into it what nobody should."""
import datetime
import hashlib
import hmac
import http.client
import ssl
import urllib.parse
import xml.etree.ElementTree


class Bucket:
    """A bucket, or one root (`s3://NAME/ROOT`) in it. One per thread."""

    def __init__(self, url, endpoint, access, secret, region="us-east-1", token=None):
        self.url, self.endpoint = url, endpoint
        self.name, _, self.root = url[len("s3://"):].partition("/")
        self._access, self._secret, self._region, self._token = access, secret, region, token
        self._parts = urllib.parse.urlsplit(endpoint)
        self._connection = None

    @property
    def host(self):
        return self._parts.hostname

    @property
    def port(self):
        return self._parts.port or (443 if self._parts.scheme == "https" else 80)

    def at(self, root):
        """The same bucket below another root."""
        return Bucket("s3://%s/%s" % (self.name, root), self.endpoint, self._access, self._secret, self._region,
                      self._token)

    def via(self, endpoint):
        """The same bucket through another address (a fault proxy)."""
        return Bucket(self.url, endpoint, self._access, self._secret, self._region, self._token)

    def env(self):
        """What a brazier needs in its environment to reach it."""
        env = {"AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_ACCESS_KEY_ID": self._access,
               "AWS_SECRET_ACCESS_KEY": self._secret, "AWS_REGION": self._region}
        if self._token:
            env["AWS_SESSION_TOKEN"] = self._token
        return env

    def _sign(self, method, path, query, body):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        headers = {"host": self._parts.netloc, "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
                   "x-amz-date": stamp}
        if self._token:
            headers["x-amz-security-token"] = self._token
        names = ";".join(sorted(headers))
        canonical = "\n".join([method, path, query] + ["%s:%s" % (k, headers[k]) for k in sorted(headers)] +
                              ["", names, headers["x-amz-content-sha256"]])
        scope = "%s/%s/s3/aws4_request" % (day, self._region)
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self._secret).encode()
        for part in (day, self._region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            self._access, scope, names, signature)
        return headers

    def _connect(self):
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(self.host, self.port, timeout=30, context=ssl.create_default_context())
        return http.client.HTTPConnection(self.host, self.port, timeout=30)

    def _send(self, method, target, body, headers):
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.request(method, target, body, headers)
            response = self._connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        # After a failed HEAD some servers leave bytes on the connection.
        if response.will_close or response.status >= 300:
            self.close()
        return response.status, response.headers, data

    def request(self, method, key="", params=None, body=b""):
        """(status, headers, body). `key` is the whole key."""
        path = urllib.parse.quote("/%s/%s" % (self.name, key) if key else "/" + self.name, safe="/-._~")
        query = "&".join("%s=%s" % (urllib.parse.quote(k, safe="-._~"), urllib.parse.quote(str(v), safe="-._~"))
                         for k, v in sorted((params or {}).items()))
        headers, target = self._sign(method, path, query, body), path + ("?" + query if query else "")
        was_open = self._connection is not None
        try:
            return self._send(method, target, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if not was_open:
                raise
            # Kept for so long that the server has closed it meanwhile.
            return self._send(method, target, body, headers)

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def _must(self, method, key="", params=None, body=b""):
        status, headers, data = self.request(method, key, params, body)
        if status // 100 != 2:
            raise RuntimeError("%s %s of the bucket: %d %r" % (method, key, status, data[:300]))
        return headers, data

    def whole_key(self, key):
        return self.root + "/" + key if self.root else key

    def keys(self, prefix=""):
        """All keys below the root and the prefix, without the root."""
        found, token = [], None
        begin = self.whole_key(prefix) if prefix or self.root else ""
        if self.root and not prefix:
            begin = self.root + "/"
        while True:
            params = {"list-type": 2, "prefix": begin, "encoding-type": "url"}
            if token:
                params["continuation-token"] = token
            _, data = self._must("GET", params=params)
            page = xml.etree.ElementTree.fromstring(data)
            token = None
            for element in page.iter():
                tag = element.tag.rpartition("}")[2]
                if tag == "Key":
                    found.append(urllib.parse.unquote_plus(element.text))
                elif tag == "NextContinuationToken":
                    token = element.text
            if not token:
                break
        cut = len(self.root) + 1 if self.root else 0
        return [key[cut:] for key in found]

    def get(self, key):
        return self._must("GET", self.whole_key(key))[1]

    def put(self, key, body):
        self._must("PUT", self.whole_key(key), body=body)

    def delete(self, key):
        self._must("DELETE", self.whole_key(key))

    def clear(self):
        for key in self.keys():
            self.delete(key)

// What the page asks for: of links that anybody may have written.
import assert from "node:assert/strict";
import { load } from "./given.mjs";

const { parseRange, rangeParameters } = await load("time.js"), { formatMatcher, parseMatcher } = await load("matchers.js"), { viewUrl } = await load("question.js");

const NOW = Date.parse("2026-11-23T02:10:00Z");

export default {
    "a time that no calendar has is no range, instead of an exception"() {
        for (const [from, to] of [["0", "99999999999999"], ["now-999999999w", "now"], ["-999999999d", ""], ["0", "253402300800"]]) assert.equal(parseRange(from, to, NOW), null, from + " " + to);
        assert.deepEqual(rangeParameters(parseRange("0001-01-01", "9999-12-31T23:59:59", NOW)), { from: "0001-01-01T00:00:00", to: "9999-12-31T23:59:59" });
    },

    "a label's value comes back from the URL as it was, whatever space it begins with"() {
        for (const value of ["\u00a0x", "\u3000", "x\u2003", " x ", "~a", "=a", "100%", "a,b", "a+b", "\ufeffx"])
            assert.deepEqual(parseMatcher(formatMatcher({ name: "n\u00a0m", sign: "=", value })), { name: "n\u00a0m", sign: "=", value });
    },

    "ids of a link lead to no other path"() {
        const base = "http://host/prefix/", url = ids => new URL(viewUrl({ ids }, { format: "flamegraph" }), base);
        assert.equal(url("a1,b2").href, base + "api/0/profiles/a1+b2?format=flamegraph");
        for (const ids of ["../../../other", "x/../../../../other", "x?y", "x#y", "..\\..\\..\\other", "%2e%2e/x"]) {
            assert.equal(url(ids).pathname.split("/").length, base.split("/").length + 1, ids);
            assert.equal(url(ids).search + url(ids).hash, "?format=flamegraph");
        }
    }
};

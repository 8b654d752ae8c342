// The search's threads: one a profile, and gone when nobody searches in it any more.
import assert from "node:assert/strict";
import { load } from "./given.mjs";

const { search } = await load("flame_search.js");

const threads = [];

globalThis.Worker = class extends EventTarget {
    constructor() {
        super();
        this.ended = false;
        threads.push(this);
    }

    postMessage({ id, names }) {
        if (names) this.names = names;
        else this.dispatchEvent(Object.assign(new Event("message"), { data: { id, hits: [0], looked: this.names.length, done: true } }));
    }

    terminate() { this.ended = true; }
};

const modelOf = () => ({ symbols: { count: 2, strings: ["a", "b"], distinct: [0, 1], framesOf: () => new Uint8Array(2) } });

export default {
    async "a thread serves one search after the other and ends when it has nothing to do"() {
        const timers = new Map(), { setTimeout, clearTimeout } = globalThis;
        let last = 0;
        globalThis.setTimeout = run => timers.set(++last, run) && last;
        globalThis.clearTimeout = id => timers.delete(id);
        try {
            const model = modelOf();
            assert.equal((await search(model, "a")).count, 1);
            assert.equal((await search(model, "b")).count, 1);
            assert.deepEqual(threads.map(each => each.ended), [false]);
            assert.equal(timers.size, 1);
            for (const run of timers.values()) run();
            assert.deepEqual(threads.map(each => each.ended), [true]);
            assert.equal((await search(model, "c")).count, 1);
            assert.deepEqual(threads.map(each => each.ended), [true, false]);
        } finally {
            Object.assign(globalThis, { setTimeout, clearTimeout });
        }
    }
};

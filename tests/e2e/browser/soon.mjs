// Assertions that are tried until they hold: what a page shows comes when it comes. `read` is asked anew each time.
import assert from "node:assert/strict";

const PATIENCE_MS = 20000, PAUSE_MS = 50;

async function tried(check) {
    for (const end = performance.now() + PATIENCE_MS;;) {
        try {
            return await check();
        } catch (error) {
            if (performance.now() > end) throw error;
            await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
        }
    }
}

export const soon = {
    ok: read => tried(async () => assert.ok(await read())),
    equal: (read, wanted) => tried(async () => assert.equal(await read(), wanted)),
    deepEqual: (read, wanted) => tried(async () => assert.deepEqual(await read(), wanted)),
    match: (read, expression) => tried(async () => assert.match(await read(), expression))
};

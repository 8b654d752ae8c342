/* The sizes of profiles that are listed. The index does not know them, the bucket does: each is asked for when its row
   comes into view, a few at a time, and once. "?": the server does not say, or a proxy has left it out. */
import { sizeOf } from "./api.js";
import { formatBytes } from "./units.js";

const AT_ONCE = 4;
const known = new Map(); /* url: bytes; what is stored never changes */

/* {watch(cell, url)}: the cell gets the size of what is at the URL as soon as it is seen; {clear}: nobody looks any more. */
export function makeSizes() {
    const urls = new WeakMap(), waiting = new Set();
    let controller = new AbortController(), running = 0;

    async function next() {
        const [cell] = waiting;
        if (!cell || running >= AT_ONCE) return;
        waiting.delete(cell);
        running++;
        const url = urls.get(cell), { signal } = controller;
        try {
            if (!known.has(url)) known.set(url, await sizeOf(url, signal));
            cell.textContent = known.get(url) >= 0 ? formatBytes(known.get(url)) : "?";
            observer.unobserve(cell);
        } catch (error) {
            if (!signal.aborted) {
                cell.textContent = "?";
                cell.title = error.message;
            }
        }
        running--;
        next();
    }

    const observer = new IntersectionObserver(entries => {
        for (const { target, isIntersecting } of entries) {
            if (!isIntersecting) {
                waiting.delete(target); /* scrolled past: later, if at all */
                continue;
            }
            waiting.add(target);
            next();
        }
    });

    return {
        watch(cell, url) {
            urls.set(cell, url);
            observer.observe(cell);
        },
        clear() {
            observer.disconnect();
            waiting.clear();
            controller.abort();
            controller = new AbortController();
        }
    };
}

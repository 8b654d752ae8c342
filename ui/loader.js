/* What stands in a place while it waits for an answer: progress with a way to give up, the failure's words with a way to
   try again, or the thing itself. What was there stays, dimmed, until there is something better. */
import { ask, Failure, isKnown } from "./api.js";
import { button, fill, make, tell } from "./dom.js";
import { formatBytes } from "./units.js";

const PATIENCE_MS = 200; /* what is quicker needs no progress */
const SLOW_MS = 10000;

/* The words for a failure: [title, text]. */
export function explain(error) {
    if (!(error instanceof Failure)) return ["This should not have happened", String(error?.message || error)];
    switch (error.status) {
    case 0: return ["No answer", error.message];
    case 401: return ["A token is needed", "Sign in with a token that may read."];
    case 403: return ["Not allowed", error.message];
    case 404: return ["Nothing found", error.message];
    case 413: return ["Too much at once", error.message];
    case 503: return ["The server cannot answer right now", error.message + (error.retryAfter ? `\nIt asks to come back in ${error.retryAfter} s.` : "")];
    default: return [error.status >= 500 ? "The server failed" : "The question is wrong", error.message];
    }
}

/* A place to load into. `what`: its name, as "the flame graph". `show(answer, element)`; `nothing(failure)`: elements for
   a 404, instead of its text. Gives {load(urls or function), element, clear}. */
export function makeLoader(element, { what, show, nothing }) {
    const inner = make("div", { class: "loaded" }), cover = make("div", { class: "cover", hidden: true });
    let controller = null, wanted = null, run = 0;
    element.classList.add("loader");
    fill(element, inner, cover);

    function uncover() {
        cover.hidden = true;
        cover.classList.remove("whole");
        inner.removeAttribute("aria-busy");
        inner.inert = false;
    }

    function coverWith(...children) {
        const whole = inner.childElementCount === 0 || inner.hidden;
        cover.classList.toggle("whole", whole);
        fill(cover, make("div", { class: "state" }, ...children));
        cover.hidden = false;
        inner.inert = true;
    }

    function showFailure(error, retry) {
        const [title, text] = explain(error);
        const more = error.status === 404 && nothing ? nothing(error) : null;
        inner.hidden = true;
        coverWith(make("h2", {}, title), more || make("p", { class: "text" }, text),
            make("div", { class: "row" }, button("Try again", { onclick: retry })));
        cover.firstChild.classList.toggle("failed", error.status !== 404);
        cover.firstChild.setAttribute("role", "alert");
        tell(`${title}: ${text}`, { seen: false });
    }

    function showProgress(number, cancel) {
        const begin = performance.now(), amount = make("p", { class: "quiet" }), slow = make("p", { class: "quiet", hidden: true });
        let bytes = 0, timer = 0;
        const tick = () => {
            if (number !== run || cover.hidden) return clearInterval(timer);
            const spent = performance.now() - begin;
            amount.textContent = (bytes ? formatBytes(bytes) + " so far, " : "") + Math.round(spent / 1000) + " s";
            slow.hidden = spent < SLOW_MS;
            slow.textContent = "This takes long. A shorter range or more labels make it quick.";
        };
        coverWith(make("p", {}, `Loading ${what}\u2026`), make("div", { class: "bytes", role: "progressbar", "aria-label": "Loading " + what }, make("i")),
            amount, slow, button("Cancel", { onclick: cancel }));
        timer = setInterval(tick, 500);
        tick();
        return got => { bytes = got; };
    }

    async function load(urls, { force = false } = {}) {
        const list = [urls].flat(), key = list.join("\n");
        if (key === wanted && !force) return;
        controller?.abort();
        controller = new AbortController();
        wanted = key;
        const number = ++run, { signal } = controller;
        const again = () => load(urls, { force: true });
        let told = null;
        const cancel = () => {
            controller.abort();
            run++;
            inner.hidden = true;
            coverWith(make("p", {}, "Loading was cancelled."), button("Load again", { onclick: again }));
        };
        inner.setAttribute("aria-busy", "true");
        const timer = list.every(isKnown) ? 0 : setTimeout(() => { told = showProgress(number, cancel); }, PATIENCE_MS);
        try {
            const answers = await Promise.all(list.map(url => ask(url, { signal, told: bytes => told?.(bytes) })));
            if (number !== run) return;
            inner.hidden = false;
            uncover();
            await show(Array.isArray(urls) ? answers : answers[0], inner);
        } catch (error) {
            if (number !== run) return;
            if (signal.aborted && error.name === "AbortError") return;
            if (!(error instanceof Failure)) console.error(error);
            showFailure(error, again);
        } finally {
            clearTimeout(timer);
        }
    }

    return {
        element: inner, load,
        clear() {
            controller?.abort();
            run++;
            wanted = null;
            inner.hidden = false;
            uncover();
        }
    };
}

/* The lines about what an answer lacks; none if it lacks nothing. */
export function notices(facts, zoneTime) {
    const lines = [];
    if (facts.stale) lines.push(`The bucket cannot be listed at the moment: what was stored in the last ${Math.ceil(facts.stale / 1000)} s may be missing here.`);
    if (facts.horizon) lines.push(`The index is being rebuilt: what was stored before ${zoneTime(facts.horizon)} may be missing here.`);
    if (facts.missing) lines.push(`${facts.missing.split(" ")[0]} profiles are left out: their objects are gone from the bucket.`);
    if (facts.note) lines.push(facts.note);
    return lines;
}

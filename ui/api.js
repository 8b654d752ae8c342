/* Asking the collector. Answers are kept by URL, so nothing is asked twice while only the view of it changes; two who ask
   for the same at once share one request, which is given up when both have given up. URLs are relative to the page, so
   that it works behind any path prefix. An answer's headers say what it lacks; they stay with it. */
import { login } from "./login.js";

/* The second one keeps the browser from asking for a password on its own. */
const OURS = { Accept: "application/json", "X-Brazier-Page": "1" };
const KEPT_BYTES = 192 * 1024 * 1024, KEPT_ANSWERS = 200, SLOW_RETRY_S = 3;
const kept = new Map(); /* url: {answer, bytes}, the one used last at the end */
const asked = new Map(); /* url: a request under way */

/* What went wrong, in words for a person: `text`; `status` is 0 when there was no answer at all. */
export class Failure extends Error {
    constructor(status, text, retryAfter = 0) {
        super(text);
        this.status = status;
        this.retryAfter = retryAfter;
    }
}

export const href = path => new URL(path, document.baseURI).href;

function keep(url, answer, bytes) {
    kept.delete(url);
    kept.set(url, { answer, bytes });
    let sum = 0;
    for (const each of kept.values()) sum += each.bytes;
    for (const [oldest, each] of kept) {
        if ((sum <= KEPT_BYTES && kept.size <= KEPT_ANSWERS) || oldest === url) break;
        kept.delete(oldest);
        sum -= each.bytes;
    }
}

/* Forgets what it knows; "refresh" means it. */
export const forget = () => kept.clear();

function factsOf(headers) {
    const facts = {};
    for (const name of ["Stale", "Horizon", "Missing", "Note", "Profiles", "Base-Profiles", "Total", "Next"]) {
        const value = headers.get("X-Brazier-" + name);
        if (value !== null) facts[name.toLowerCase().replace("-p", "P")] = value;
    }
    return facts;
}

/* The body's text; told(bytes so far) on the way. */
async function read(response, told) {
    if (!response.body) return response.text();
    const reader = response.body.getReader(), decoder = new TextDecoder(), parts = [];
    let bytes = 0;
    for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        bytes += value.byteLength;
        parts.push(decoder.decode(value, { stream: true }));
        told(bytes);
    }
    parts.push(decoder.decode());
    return parts.join("");
}

function errorText(text, status) {
    try {
        const { error } = JSON.parse(text);
        if (typeof error === "string") return error;
    } catch { /* then it is text, or something of a proxy in between */ }
    const plain = text.trim();
    return plain && !/<\w/.test(plain) && plain.length < 2000 ? plain : `the server answered ${status}`;
}

async function fetchOnce(url, options, told) {
    let response;
    try {
        response = await fetch(href(url), { credentials: "same-origin", ...options, headers: { ...OURS, ...options.headers } });
    } catch (error) {
        if (options.signal?.aborted) throw error;
        throw new Failure(0, "The server does not answer: the connection failed or was refused.");
    }
    let text;
    try {
        text = await read(response, told);
    } catch (error) {
        if (options.signal?.aborted) throw error;
        throw new Failure(0, "The connection broke before the answer was complete.");
    }
    if (!response.ok) throw new Failure(response.status, errorText(text, response.status), +response.headers.get("Retry-After") || 0);
    return { text, facts: factsOf(response.headers), type: response.headers.get("Content-Type") || "",
        bytes: parseInt(response.headers.get("Content-Length"), 10) };
}

const pause = (seconds, signal) => new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); });
});

/* Once more after a login, and once more when a busy server says that it will be quick. */
export async function send(url, options = {}, told = () => {}) {
    for (let tries = 0; ; tries++) {
        try {
            return await fetchOnce(url, options, told);
        } catch (error) {
            if (error instanceof Failure && error.status === 401 && await login()) continue;
            if (!(error instanceof Failure) || error.status !== 503 || tries > 0 || error.retryAfter > SLOW_RETRY_S) throw error;
            await pause(Math.max(error.retryAfter, 1), options.signal);
        }
    }
}

/* JSON of most routes is {code, body}; views come bare, texts as they are. */
function answerOf({ text, facts, type }) {
    if (!type.includes("json")) return { body: text, facts };
    let body;
    try {
        body = JSON.parse(text);
    } catch {
        throw new Failure(0, "The answer is no JSON. Is something else between the page and the collector?");
    }
    return { body: body !== null && Object.hasOwn(body, "body") && Object.hasOwn(body, "code") ? body.body : body, facts };
}

function request(url) {
    const controller = new AbortController(), listeners = new Set();
    const shared = { users: 0, listeners, controller };
    shared.promise = send(url, { signal: controller.signal }, bytes => listeners.forEach(told => told(bytes))).then(got => {
        const answer = answerOf(got);
        if (!controller.signal.aborted) keep(url, answer, got.text.length);
        return answer;
    }).finally(() => {
        if (asked.get(url) === shared) asked.delete(url);
    });
    shared.promise.catch(() => {}); /* each who asked hears of it */
    asked.set(url, shared);
    return shared;
}

/* {body, facts}. told(bytes) while it comes; signal gives it up; `known` answers are not asked for again. */
export async function ask(url, { signal, told } = {}) {
    const known = kept.get(url);
    if (known) {
        keep(url, known.answer, known.bytes);
        return known.answer;
    }
    const shared = asked.get(url) || request(url);
    shared.users++;
    if (told) shared.listeners.add(told);
    let leave = () => {};
    const left = new Promise((_, reject) => {
        leave = () => {
            if (--shared.users === 0) {
                asked.delete(url);
                shared.controller.abort();
            }
            reject(new DOMException("given up", "AbortError"));
        };
    });
    if (signal?.aborted) leave();
    signal?.addEventListener("abort", leave, { once: true });
    try {
        return await Promise.race([shared.promise, left]);
    } finally {
        signal?.removeEventListener("abort", leave);
        if (told) shared.listeners.delete(told);
    }
}

/* How many bytes are at a URL, without them; NaN if the server does not say. */
export const sizeOf = async (url, signal) => (await send(url, { method: "HEAD", signal })).bytes;

export const isKnown = url => kept.has(url);
/* Without keeping the answer: what changes by itself. */
export const askNow = async (url, options) => answerOf(await send(url, options));

/* Which functions a regular expression means. Capitals make it mind case. Names are matched, each once, not frames; in a
   worker that is ended when it takes too long, as JavaScript's expressions can take for ever, and when it has had nothing
   to do for a while: browsers end none that nobody ends. */

const BUDGET_MS = 1500, IDLE_MS = 10000, KEPT = 20;

/* null: no expression. (?i) in front is RE2's way to say that case does not matter. */
function expressionOf(text) {
    const bare = text.replace(/^\(\?i\)/, "");
    try {
        return new RegExp(bare, bare === text && /[A-Z]/.test(text.replace(/\\./g, "")) ? "u" : "iu");
    } catch {
        return null;
    }
}

const searchers = new WeakMap();

/* {text, nameIds, hits (by frame), count}; `error`: it is no expression; `cut`: how many of the `names` were looked at.
   null: there is nothing to search for. Views beside each other share the work. */
export function search(model, text) {
    if (!searchers.has(model)) searchers.set(model, new Searcher(model.symbols));
    return searchers.get(model).search(text);
}

class Searcher {
    constructor(symbols) {
        this.symbols = symbols;
        this.kept = new Map();
        this.last = 0;
    }

    search(text) {
        if (text === "") return Promise.resolve(null);
        if (!this.kept.has(text)) {
            if (this.kept.size >= KEPT) this.kept.delete(this.kept.keys().next().value);
            this.kept.set(text, this.start(text));
        }
        return this.kept.get(text);
    }

    async start(text) {
        const expression = expressionOf(text), { symbols } = this, names = symbols.distinct.length;
        if (!expression) return { text, nameIds: [], hits: new Uint8Array(symbols.count), count: 0, names, error: "no regular expression" };
        const found = await this.match(expression), nameIds = found.hits.map(i => symbols.distinct[i]);
        return { text, nameIds, hits: symbols.framesOf(nameIds), count: nameIds.length, names, ...(found.looked < names ? { cut: found.looked } : {}) };
    }

    worker() {
        clearTimeout(this.idle);
        if (this.thread) return this.thread;
        this.thread = new Worker(new URL("search_worker.js", import.meta.url), { type: "module" });
        this.thread.postMessage({ names: this.symbols.distinct.map(id => this.symbols.strings[id]) });
        return this.thread;
    }

    endWorker() {
        this.thread.terminate();
        this.thread = null;
    }

    /* {hits, looked}. One after the other, so that each has the whole time. */
    match(expression) {
        const next = () => new Promise(resolve => {
            const worker = this.worker(), id = ++this.last, hits = [];
            let looked = 0;
            const end = () => {
                clearTimeout(timer);
                worker.removeEventListener("message", heard);
                if (this.thread) this.idle = setTimeout(() => this.endWorker(), IDLE_MS);
                resolve({ hits, looked });
            };
            const timer = setTimeout(() => {
                this.endWorker();
                end();
            }, BUDGET_MS);
            const heard = ({ data }) => {
                if (data.id !== id) return;
                for (const hit of data.hits) hits.push(hit);
                looked = data.looked;
                if (data.done) end();
            };
            worker.addEventListener("message", heard);
            worker.postMessage({ id, source: expression.source, flags: expression.flags });
        });
        return this.queue = (this.queue || Promise.resolve()).then(next);
    }
}

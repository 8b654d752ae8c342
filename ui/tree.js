/* The call tree in rows that open: mountTree(element, {data, options, on}). A treegrid: Right opens or goes in, Left closes or
   goes out, * follows the heaviest way down. A search marks what matches and says where in a closed row there is more.

     options  {type, inverted, collapsed}
     on       {select(name), hover(frame or null), menu(frame, action)} */
import { make, only } from "./dom.js";
import { countHits } from "./flame_draw.js";
import { openActions } from "./flame_input.js";
import { modelOf } from "./flame_model.js";
import { search } from "./flame_search.js";
import { REMAINDER } from "./flame_symbols.js";
import { Rows, changeCells, valueCells } from "./rows.js";
import { formatCount, formatShare } from "./units.js";

const PLAIN = ["Total", "Total %", "Self", "Self %"], DIFF = ["Total, base", "Total, now", "Change", "Self, base", "Self, now", "Change"];
const FIRST_OPEN = 0.5, DEEPEST_FIRST = 12, INDENT = 13, MOST_INDENT = 420;

class TreeView {
    constructor(element, options, on) {
        this.options = options;
        this.on = on;
        this.note = make("p", { class: "table-note quiet", "aria-live": "polite" });
        this.element = make("div", { class: "tree-view" }, this.note);
        element.replaceChildren(this.element);
    }

    setData(data) {
        this.data = data;
        this.model = modelOf(data);
        const heads = ["Frame", ...(data.diff ? DIFF : PLAIN)].map((text, i) => make("div", { role: "columnheader", class: i === 0 ? "row-name" : "row-number" }, make("span", {}, text)));
        this.rows?.destroy();
        this.rows = new Rows({ role: "treegrid", label: "Call tree", head: make("div", { role: "row", class: "row-head row-words" }, heads), columns: heads.length,
            row: i => this.row(i), act: (i, event) => this.act(i, event), key: (event, i) => this.key(event, i),
            hover: i => this.on.hover?.(i >= 0 && this.tree.frame[this.shown[i]] >= 0 ? this.info(this.shown[i]) : null),
            menu: (i, place) => this.tree.frame[this.shown[i]] >= 0 && openActions(this.on, this.info(this.shown[i]), place, this.rows.element) });
        this.rows.element.classList.toggle("rows-diff", data.diff);
        this.element.insertBefore(this.rows.element, this.note);
        this.result = null;
        this.grow();
        if (this.asks) this.search(this.asks);
    }

    setOptions(options) {
        this.options = { ...this.options, ...options };
        if (this.data) this.grow();
    }

    grow() {
        const tree = this.model.tree(this.options);
        if (tree === this.tree) return;
        this.tree = tree;
        this.whole = this.model.whole(this.options);
        this.unit = this.model.unit(this.options);
        this.open = new Set([0]);
        for (let node = 0, depth = 0; depth < DEEPEST_FIRST && !tree.isEmpty; depth++) {
            const [child] = tree.children(node);
            this.open.add(node);
            if (child === undefined || tree.width[child] < FIRST_OPEN * tree.width[node]) break;
            node = child;
        }
        this.mark();
        this.list();
        this.rows.set(this.shown.length, 0);
    }

    /* The nodes in sight: those whose way up is open. */
    list() {
        const { tree, open } = this, shown = [];
        for (let i = 0; i < tree.count && !tree.isEmpty;) {
            if (tree.width[i] > 0) shown.push(i);
            i = open.has(i) ? i + 1 : tree.end[i];
        }
        this.shown = shown;
    }

    isLeaf(node) {
        return this.tree.end[node] === node + 1;
    }

    toggle(node, opens = !this.open.has(node)) {
        if (this.isLeaf(node) || this.open.has(node) === opens) return;
        if (opens) this.open.add(node);
        else this.open.delete(node);
        this.list();
        this.rows.set(this.shown.length, this.shown.indexOf(node));
    }

    act(i, event) {
        const node = this.shown[i];
        if (event.type === "click" && !event.target.closest(".tree-twist")) this.on.select?.(this.tree.symbols.name(this.tree.frame[node]));
        else this.toggle(node);
    }

    key(event, i) {
        const node = this.shown[i];
        if (node === undefined) return false;
        if (event.key === "ArrowRight") {
            if (!this.open.has(node)) this.toggle(node, true);
            else if (!this.isLeaf(node)) this.rows.move(i + 1);
        } else if (event.key === "ArrowLeft") {
            if (this.open.has(node) && !this.isLeaf(node)) this.toggle(node, false);
            else if (node > 0) this.rows.move(this.shown.indexOf(this.tree.parent[node]));
        } else if (event.key === "*") this.follow(node);
        else return false;
        return true;
    }

    /* Opens the heaviest way down. */
    follow(node) {
        const { tree } = this, from = node;
        for (;;) {
            const [child] = tree.children(node);
            if (child === undefined) break;
            this.open.add(node);
            node = child;
        }
        this.list();
        this.rows.set(this.shown.length, this.shown.indexOf(from));
        this.rows.move(this.shown.indexOf(node));
    }

    info(node) {
        const { tree } = this, frame = tree.frame[node], { symbols } = tree;
        return { name: symbols.name(frame), path: tree.path(node), file: symbols.file(frame), line: symbols.line(frame), module: symbols.module(frame), self: tree.self[node],
            total: tree.total[node], baseSelf: tree.isDiff ? tree.baseSelf[node] : 0, baseTotal: tree.isDiff ? tree.baseTotal[node] : 0, share: tree.total[node] / (this.whole.total || 1) };
    }

    row(i) {
        const { tree } = this, node = this.shown[i], leaf = this.isLeaf(node), open = this.open.has(node), name = tree.name(node), place = tree.symbols.place(tree.frame[node]);
        const twist = make("span", { class: "tree-twist", "aria-hidden": "true" }, leaf ? "" : open ? "\u25be" : "\u25b8");
        const cell = make("div", { role: "gridcell", class: "row-name", title: (place ? `${name}\n${place}` : name).slice(0, 600) }, twist, make("span", {}, name.slice(0, 300)));
        cell.style.paddingLeft = Math.min(4 + tree.depth[node] * INDENT, MOST_INDENT) + "px";
        const row = make("div", { role: "row", "aria-level": tree.depth[node] + 1, "aria-expanded": leaf ? null : String(open) }, cell, this.cells(node));
        if (this.hits) {
            const own = tree.frame[node] >= 0 && this.hits[tree.frame[node]] === 1;
            if (own) row.classList.add("row-hit");
            else if (!open && this.sums[tree.end[node]] > this.sums[node]) row.classList.add("row-hit-within");
        }
        if (tree.frame[node] === REMAINDER) row.classList.add("quiet");
        if (this.highlighted && name === this.highlighted) row.classList.add("row-lit");
        return row;
    }

    cells(node) {
        const { tree, unit, whole } = this;
        return tree.isDiff ? changeCells([[tree.baseTotal[node], tree.total[node]], [tree.baseSelf[node], tree.self[node]]], unit, whole)
            : valueCells([tree.total[node], tree.self[node]], unit, whole);
    }

    mark() {
        this.hits = this.result ? this.result.hits : null;
        this.sums = this.hits ? countHits(this.tree, this.hits) : null;
        const parts = [`${formatCount(this.tree.count - 1)} frames`];
        if (this.hits) parts.unshift(`${formatShare(this.tree.matched(this.hits), 1)} matched`);
        if (this.problem?.error) parts.push("the search is no regular expression");
        if (this.problem?.cut !== undefined) parts.push(`the expression is too slow: only ${formatCount(this.problem.cut)} names were looked at`);
        if (this.data.pruned > 0) parts.push(`${formatCount(this.data.pruned)} small ones stand in remainders`);
        this.note.textContent = parts.join(" \u00b7 ");
    }

    /* Marks what matches and opens the way to the widest. */
    async search(text) {
        this.asks = text;
        const result = await search(this.model, text);
        if (this.asks !== text) return null;
        this.problem = result;
        this.result = result && !result.error ? result : null;
        this.mark();
        const first = this.hits ? this.widestHit() : -1;
        for (let i = first > 0 ? this.tree.parent[first] : -1; i >= 0; i = this.tree.parent[i]) this.open.add(i);
        this.list();
        this.rows.set(this.shown.length, first > 0 ? this.shown.indexOf(first) : this.rows.current);
        if (first > 0) this.rows.reveal(this.shown.indexOf(first));
        this.rows.draw(true);
        return result;
    }

    widestHit() {
        const { tree, hits } = this;
        let best = -1;
        for (let i = 1; i < tree.count; i++)
            if (tree.frame[i] >= 0 && hits[tree.frame[i]] && (best < 0 || tree.width[i] > tree.width[best])) best = i;
        return best;
    }

    highlight(name) {
        if (this.highlighted === name) return;
        this.highlighted = name;
        this.rows?.draw(true);
    }

    testState() {
        return { rows: this.shown.map(node => ({ name: this.tree.name(node), depth: this.tree.depth[node], self: this.tree.self[node], total: this.tree.total[node], open: this.open.has(node) })),
            current: this.rows.current, drawn: this.rows.space.childElementCount, note: this.note.textContent };
    }

    destroy() {
        this.rows?.destroy();
        this.element.remove();
    }
}

export function mountTree(element, { data, options = {}, on = {} }) {
    const view = new TreeView(element, options, on);
    if (data) view.setData(data);
    return only(view, ["setData", "setOptions", "search", "highlight", "testState", "destroy"]);
}

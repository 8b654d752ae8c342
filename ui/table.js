/* Functions with what they took themselves and in all: mountTable(element, {data, options, on}). Of a difference: both sides
   and the change. Sorted by a click on a head, filtered by the same search as the flame graph.

     options  {type, sort: "name" | "self" | "total" | "selfChange" | "totalChange" | ..., descending, palette}
     on       {select(name), hover(frame or null), menu(frame, action), sort(key, descending)} */
import { make, only } from "./dom.js";
import { paletteOf } from "./flame_colour.js";
import { themeOf } from "./flame_draw.js";
import { openActions } from "./flame_input.js";
import { modelOf } from "./flame_model.js";
import { search } from "./flame_search.js";
import { shadeOf } from "./flame_symbols.js";
import { Rows, changeCells, valueCells } from "./rows.js";
import { formatCount, formatShare, formatValue } from "./units.js";

/* [key, head, what a screen reader is told] */
const PLAIN = [["self", "Self", "self value"], ["selfShare", "Self %", "share of self value"], ["total", "Total", "with what it calls"],
    ["totalShare", "Total %", "share with what it calls"]];
const DIFF = [["baseSelf", "Self, base", "self value of the base"], ["self", "Self, now", "self value now"], ["selfChange", "Change", "change of the self value"],
    ["baseTotal", "Total, base", "base, with what it calls"], ["total", "Total, now", "now, with what it calls"], ["totalChange", "Change", "change with what it calls"]];

class Table {
    constructor(element, options, on) {
        this.on = on;
        this.options = options;
        this.note = make("p", { class: "table-note quiet", "aria-live": "polite" });
        this.element = make("div", { class: "table-view" }, this.note);
        element.replaceChildren(this.element);
        this.dressed = () => this.dress();
        document.addEventListener("brazier-theme", this.dressed);
    }

    setData(data) {
        this.data = data;
        this.model = modelOf(data);
        this.columns = data.diff ? DIFF : PLAIN;
        this.rows?.destroy();
        this.heads = this.makeHeads();
        this.rows = new Rows({ role: "grid", label: "Functions", head: make("div", { role: "row", class: "row-head" }, this.heads), columns: this.columns.length + 1,
            row: i => this.row(i), act: i => this.on.select?.(this.nameOf(i)), hover: i => this.on.hover?.(i >= 0 ? this.info(i) : null),
            menu: (i, place) => openActions(this.on, this.info(i), place, this.rows.element) });
        this.rows.element.classList.toggle("rows-diff", data.diff);
        this.element.insertBefore(this.rows.element, this.note);
        this.result = null;
        this.shades = this.shadesNow();
        this.sum();
        if (this.asks) this.search(this.asks);
    }

    setOptions(options) {
        const type = this.options.type;
        this.options = { ...this.options, ...options };
        if (!this.data) return;
        if (this.options.type !== type) this.sum();
        else this.arrange();
        this.dress();
    }

    makeHeads() {
        const cell = ([key, text, told]) => {
            const sorts = make("button", { type: "button", title: `Sort by ${told}` }, text);
            sorts.addEventListener("click", () => this.sortBy(key));
            const head = make("div", { role: "columnheader", class: key === "name" ? "row-name" : "row-number" }, sorts);
            head.dataset.key = key;
            return head;
        };
        return [cell(["name", "Function", "name"]), ...this.columns.map(cell)];
    }

    sortBy(key) {
        const descending = this.options.sort === key ? !this.isDescending : key !== "name";
        this.options = { ...this.options, sort: key, descending };
        this.arrange();
        this.on.sort?.(key, descending);
    }

    get sort() {
        const { sort } = this.options, known = sort === "name" || this.columns.some(([key]) => key === sort);
        return known ? sort : this.data.diff ? "totalChange" : "self";
    }

    get isDescending() {
        return this.options.descending ?? this.sort !== "name";
    }

    shadesNow() {
        return paletteOf(this.options.palette, themeOf(this.element).isDark).packages;
    }

    dress() {
        if (!this.data) return;
        this.shades = this.shadesNow();
        this.rows.draw(true);
    }

    sum() {
        this.sums = this.model.functions(this.options);
        this.whole = this.model.whole(this.options);
        this.unit = this.model.unit(this.options);
        this.all = [];
        for (let frame = 0; frame < this.model.symbols.count; frame++) if (this.sums.size[frame] > 0) this.all.push(frame);
        this.arrange();
    }

    /* What a frame is sorted by. */
    keyOf() {
        const { sums } = this, plain = { selfShare: "self", totalShare: "total" }[this.sort] || this.sort;
        if (plain === "selfChange") return frame => Math.abs(sums.self[frame] - sums.baseSelf[frame]);
        if (plain === "totalChange") return frame => Math.abs(sums.total[frame] - sums.baseTotal[frame]);
        return frame => sums[plain][frame];
    }

    arrange() {
        const { symbols } = this.model, hits = this.result?.hits, frames = hits ? this.all.filter(frame => hits[frame]) : this.all.slice();
        const name = frame => symbols.name(frame), sign = this.isDescending ? -1 : 1;
        const byName = (a, b) => name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : a - b;
        if (this.sort === "name") frames.sort((a, b) => sign * byName(a, b));
        else {
            const key = this.keyOf();
            frames.sort((a, b) => sign * (key(a) - key(b)) || byName(a, b));
        }
        this.frames = frames;
        for (const head of this.heads)
            if (head.dataset.key === this.sort) head.setAttribute("aria-sort", this.isDescending ? "descending" : "ascending");
            else head.removeAttribute("aria-sort");
        this.rows.set(frames.length);
        this.rows.element.scrollTop = 0;
        this.rows.draw(true);
        this.tell();
    }

    tell() {
        const { rest } = this.sums, parts = [this.result ? `${formatCount(this.frames.length)} of ${formatCount(this.all.length)} functions` : `${formatCount(this.all.length)} functions`];
        if (this.problem?.error) parts.push("the search is no regular expression");
        if (this.problem?.cut !== undefined) parts.push(`the expression is too slow: only ${formatCount(this.problem.cut)} names were looked at`);
        if (rest.count > 0)
            parts.push(`${formatCount(rest.count)} small frames are not told apart: ${formatValue(rest.self, this.unit)}, ${formatShare(rest.self, this.whole.total)}`);
        this.note.textContent = parts.join(" \u00b7 ");
    }

    nameOf(i) {
        return this.model.symbols.name(this.frames[i]);
    }

    info(i) {
        const frame = this.frames[i], { sums, model: { symbols } } = this;
        return { name: symbols.name(frame), path: null, file: symbols.file(frame), line: symbols.line(frame), module: symbols.module(frame), self: sums.self[frame],
            total: sums.total[frame], baseSelf: sums.baseSelf[frame], baseTotal: sums.baseTotal[frame], share: sums.total[frame] / (this.whole.total || 1) };
    }

    row(i) {
        const frame = this.frames[i], { symbols } = this.model, name = symbols.name(frame), swatch = make("i", { class: "flame-swatch" });
        swatch.style.backgroundColor = this.shades[shadeOf(symbols.package(frame))];
        const row = make("div", { role: "row" }, make("div", { role: "gridcell", class: "row-name", title: name.slice(0, 500) }, swatch, make("span", {}, name.slice(0, 300))), this.cells(frame));
        if (name === this.highlighted) row.classList.add("row-lit");
        return row;
    }

    cells(frame) {
        const { sums, unit, whole } = this;
        return this.data.diff ? changeCells([[sums.baseSelf[frame], sums.self[frame]], [sums.baseTotal[frame], sums.total[frame]]], unit, whole)
            : valueCells([sums.self[frame], sums.total[frame]], unit, whole);
    }

    async search(text) {
        this.asks = text;
        const result = await search(this.model, text);
        if (this.asks !== text) return null;
        this.problem = result;
        this.result = result && !result.error ? result : null;
        this.arrange();
        return result;
    }

    highlight(name) {
        if (this.highlighted === name) return;
        this.highlighted = name;
        this.rows?.draw(true);
    }

    testState() {
        return { rows: this.frames.map(frame => ({ name: this.model.symbols.name(frame), self: this.sums.self[frame], total: this.sums.total[frame],
            baseSelf: this.sums.baseSelf[frame], baseTotal: this.sums.baseTotal[frame] })), sort: this.sort, descending: this.isDescending, drawn: this.rows.space.childElementCount,
        note: this.note.textContent };
    }

    destroy() {
        document.removeEventListener("brazier-theme", this.dressed);
        this.rows?.destroy();
        this.element.remove();
    }
}

export function mountTable(element, { data, options = {}, on = {} }) {
    const table = new Table(element, options, on);
    if (data) table.setData(data);
    return only(table, ["setData", "setOptions", "search", "highlight", "sortBy", "testState", "destroy"]);
}

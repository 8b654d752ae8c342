/* What a frame stands for, in words: for the tooltip beside the pointer and for those who listen. */
import { make } from "./dom.js";
import { REMAINDER } from "./flame_symbols.js";
import { formatChange, formatCount, formatShare, formatValue } from "./units.js";

const LONGEST = 400;
const cut = text => text.length > LONGEST ? text.slice(0, LONGEST) + "\u2026" : text;

export class Words {
    /* whole {total, base}: what shares are of; functions() gives sums by function */
    constructor(tree, unit, whole, functions) {
        Object.assign(this, { tree, unit, whole, functions });
    }

    value(value) {
        return formatValue(value, this.unit);
    }

    /* [what, value, share, and of a difference base, source, change] by line */
    sides(what, base, source) {
        const { whole } = this, change = source - base;
        return [what, this.value(base), formatShare(base, whole.base), this.value(source), formatShare(source, whole.total),
            (change > 0 ? "+" : "") + this.value(change), base && !source ? "gone" : formatChange(base, source)];
    }

    /* Lines of a node for the tooltip: [[cell...]...]; the first is a heading if it is of words only. */
    lines(node, focus) {
        const { tree, whole } = this, rows = [];
        if (tree.isDiff) {
            rows.push(["", "base", "", "now", "", "change", ""]);
            rows.push(this.sides("total", tree.baseTotal[node], tree.total[node]), this.sides("self", tree.baseSelf[node], tree.self[node]));
            return rows;
        }
        const inside = focus > 0 && tree.isInside(node, focus), zoomed = tree.total[focus];
        rows.push(inside ? ["", "", "of all", "of zoomed"] : ["", "", "of all"]);
        for (const [what, value] of [["total", tree.total[node]], ["self", tree.self[node]]]) {
            const row = [what, this.value(value), formatShare(value, whole.total)];
            rows.push(inside ? [...row, formatShare(value, zoomed)] : row);
        }
        const frame = tree.frame[node], sums = frame >= 0 ? this.functions() : null;
        if (sums && sums.total[frame] !== tree.total[node]) {
            const row = ["everywhere", this.value(sums.total[frame]), formatShare(sums.total[frame], whole.total)];
            rows.push(inside ? [...row, ""] : row);
        }
        return rows;
    }

    place(node) {
        const { tree } = this, frame = tree.frame[node], notes = [];
        if (frame === REMAINDER) return ["too small to be told one by one"];
        const place = tree.symbols.place(frame), module = tree.symbols.module(frame);
        if (place !== "") notes.push(place);
        if (module !== "") notes.push(module);
        if (tree.inlined[node]) notes.push("inlined");
        return notes;
    }

    /* What the picture as a whole is of. */
    summary() {
        const { tree, whole } = this;
        if (tree.isEmpty) return "no values";
        if (tree.isDiff) return `${this.value(tree.baseTotal[0])} \u2192 ${this.value(tree.total[0])}`;
        const own = this.value(tree.total[0]);
        return tree.total[0] === whole.total ? own : `${own}, ${formatShare(tree.total[0], whole.total)} of ${this.value(whole.total)}`;
    }

    /* One sentence, for those who listen. */
    sentence(node) {
        const { tree, whole } = this, name = cut(tree.name(node));
        if (tree.isDiff) {
            const [, base, , source, , , change] = this.sides("", tree.baseTotal[node], tree.total[node]);
            return `${name}, ${base} before, ${source} now, ${change}`;
        }
        return `${name}, ${this.value(tree.total[node])}, ${formatShare(tree.total[node], whole.total)}, self ${this.value(tree.self[node])}`;
    }
}

export class Tip {
    constructor(parent) {
        this.element = make("div", { class: "flame-tip", role: "tooltip", hidden: true });
        parent.append(this.element);
    }

    hide() {
        this.element.hidden = true;
    }

    /* A frame at a point of the window. */
    show(words, node, focus, x, y) {
        const rows = words.lines(node, focus).map(cells => make("tr", {}, cells.map((cell, i) => make(i === 0 && cell !== "" ? "th" : "td", {}, cell))));
        this.fill(words.tree.name(node), make("table", {}, make("tbody", {}, rows)), words.place(node), x, y);
    }

    /* Many frames that are one box. */
    showMany(words, boxes, i, x, y) {
        const { tree } = words, first = boxes.node[i], end = tree.end[boxes.last[i]];
        let total = 0, base = 0;
        for (let node = first, left = boxes.many[i]; left > 0 && node < end;) {
            if (tree.depth[node] !== boxes.depth[i]) {
                node++;
                continue;
            }
            total += tree.total[node];
            base += tree.isDiff ? tree.baseTotal[node] : 0;
            node = tree.end[node];
            left--;
        }
        const text = tree.isDiff ? `${words.value(base)} \u2192 ${words.value(total)}` : `${words.value(total)} (${formatShare(total, words.whole.total)}) together`;
        this.fill(`${formatCount(boxes.many[i])} frames side by side, each too thin to be drawn`, make("p", {}, text), ["a click zooms in on them"], x, y);
    }

    fill(name, body, notes, x, y) {
        this.element.replaceChildren(make("p", { class: "flame-tip-name" }, cut(name)), body, ...notes.map(note => make("p", { class: "quiet" }, cut(note))));
        this.element.hidden = false;
        const size = this.element.getBoundingClientRect(), margin = 8;
        const left = Math.max(margin, Math.min(x + 14, innerWidth - size.width - margin));
        const below = y + 20 + size.height <= innerHeight - margin || y < size.height + 14;
        this.element.style.left = left + "px";
        this.element.style.top = (below ? y + 20 : y - size.height - 12) + "px";
    }
}

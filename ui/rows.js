/* Many rows, of which those in sight are elements: a table of 100,000 functions or a tree of a million frames scrolls like a
   short one. One row is current; the keyboard moves it, and those who listen hear it (aria-activedescendant). */
import { make } from "./dom.js";
import { formatChange, formatShare, formatValue } from "./units.js";

const HEIGHT = 24, AROUND = 6;
let numbers = 0;

export class Rows {
    /* role "grid" or "treegrid"; head: an element; row(i): an element with role=row; act(i, event), key(event, i), hover(i or -1), menu(i, place) */
    constructor({ role, label, head, row, act, key, hover, menu, columns }) {
        Object.assign(this, { row, act, key, hover, menu });
        this.id = "rows-" + ++numbers;
        this.count = 0;
        this.current = -1;
        this.space = make("div", { class: "rows-space", role: "rowgroup" });
        this.element = make("div", { class: "rows", role, tabindex: 0, "aria-label": label, "aria-colcount": columns }, make("div", { role: "rowgroup", class: "rows-head" }, head), this.space);
        this.element.addEventListener("scroll", () => this.draw(), { passive: true });
        this.element.addEventListener("keydown", event => this.keyed(event));
        this.element.addEventListener("focus", () => this.focused());
        this.space.addEventListener("click", event => this.clicked(event));
        this.space.addEventListener("contextmenu", event => this.asked(event));
        this.space.addEventListener("pointerover", event => this.hover?.(this.at(event)));
        this.space.addEventListener("pointerleave", () => this.hover?.(-1));
        this.sizes = new ResizeObserver(() => this.draw());
        this.sizes.observe(this.element);
    }

    at(event) {
        const row = event.target.closest(".row-line");
        return row ? Number(row.dataset.row) : -1;
    }

    clicked(event) {
        const i = this.at(event);
        if (i < 0) return;
        this.current = i;
        this.draw(true);
        this.act?.(i, event);
    }

    asked(event) {
        const i = this.at(event);
        if (i < 0 || !this.menu) return;
        event.preventDefault();
        this.current = i;
        this.draw(true);
        this.menu(i, { left: event.clientX, right: event.clientX, top: event.clientY, bottom: event.clientY });
    }

    /* New rows. */
    set(count, current = Math.min(this.current, count - 1)) {
        this.count = count;
        this.current = current;
        this.space.style.height = count * HEIGHT + "px";
        this.element.setAttribute("aria-rowcount", count + 1);
        this.draw(true);
    }

    get headHeight() {
        return this.element.firstChild.offsetHeight;
    }

    draw(isNew = false) {
        const top = this.element.scrollTop, room = Math.max(this.element.clientHeight - this.headHeight, 0);
        const first = Math.max(0, Math.floor(top / HEIGHT) - AROUND), end = Math.min(this.count, Math.ceil((top + room) / HEIGHT) + AROUND);
        if (!isNew && this.first === first && this.end === end) return;
        this.first = first;
        this.end = end;
        const rows = [];
        for (let i = first; i < end; i++) {
            const row = this.row(i);
            row.id = `${this.id}-${i}`;
            row.dataset.row = i;
            row.classList.add("row-line");
            row.setAttribute("aria-rowindex", i + 2);
            if (i === this.current) {
                row.classList.add("row-current");
                row.setAttribute("aria-selected", "true");
            }
            row.style.top = i * HEIGHT + "px";
            rows.push(row);
        }
        this.space.replaceChildren(...rows);
        if (this.current >= first && this.current < end) this.element.setAttribute("aria-activedescendant", `${this.id}-${this.current}`);
        else this.element.removeAttribute("aria-activedescendant");
    }

    reveal(i) {
        const { element } = this, top = i * HEIGHT, room = element.clientHeight - this.headHeight;
        if (top < element.scrollTop) element.scrollTop = top;
        else if (top + HEIGHT > element.scrollTop + room) element.scrollTop = top + HEIGHT - room;
    }

    move(i) {
        if (this.count === 0) return;
        this.current = Math.max(0, Math.min(this.count - 1, i));
        this.reveal(this.current);
        this.draw(true);
        this.hover?.(this.current);
    }

    /* By keyboard: a click chooses a row itself, and what it meets must still be there when it ends. */
    focused() {
        if (!this.element.matches(":focus-visible")) return;
        if (this.current < 0 && this.count > 0) this.move(0);
    }

    keyed(event) {
        if (event.target !== this.element || event.altKey || event.metaKey || event.ctrlKey) return;
        const page = Math.max(1, Math.floor((this.element.clientHeight - this.headHeight) / HEIGHT) - 1), { current } = this;
        const to = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: current + page, PageUp: current - page, Home: 0, End: this.count - 1 }[event.key];
        if (to !== undefined) this.move(to);
        else if (current >= 0 && (event.key === "Enter" || event.key === " ")) this.act?.(current, event);
        else if (current >= 0 && this.menu && (event.key === "ContextMenu" || event.key === "F10" && event.shiftKey))
            this.menu(current, document.getElementById(`${this.id}-${current}`).getBoundingClientRect());
        else if (!this.key?.(event, current)) return;
        event.preventDefault();
        event.stopPropagation();
    }

    destroy() {
        this.sizes.disconnect();
        this.element.remove();
    }
}

/* A number, and one with its share as a bar behind it; `more` stands beside it, less loud. */
const numberCell = (text, isZero = false) => make("div", { role: "gridcell", class: isZero ? "row-number row-zero" : "row-number" }, text);

function barCell(text, share, { kind = "", more = "" } = {}) {
    const bar = make("i", { class: "row-bar", "aria-hidden": "true" });
    bar.style.width = Math.min(1, Math.max(0, Math.abs(share) || 0)) * 100 + "%";
    return make("div", { role: "gridcell", class: `row-number ${kind} ${share === 0 ? "row-zero" : ""}` }, bar, make("span", {}, text), more === "" ? null : make("span", { class: "row-more" }, more));
}

/* [value, share] of total and self, or [base, now, change] of them. */
export function valueCells(values, unit, whole) {
    return values.flatMap(value => [numberCell(formatValue(value, unit), value === 0), barCell(formatShare(value, whole.total), value / (whole.total || 1))]);
}

export function changeCells(pairs, unit, whole) {
    const most = Math.max(Math.abs(whole.total), Math.abs(whole.base)) || 1;
    return pairs.flatMap(([base, now]) => {
        const change = now - base, text = change === 0 ? "0" : `${change > 0 ? "+" : ""}${formatValue(change, unit)}`;
        const more = change === 0 ? "" : base !== 0 && now === 0 ? "gone" : formatChange(base, now);
        return [numberCell(formatValue(base, unit), base === 0), numberCell(formatValue(now, unit), now === 0),
            barCell(text, change / most, { kind: change > 0 ? "row-grew" : change < 0 ? "row-shrank" : "", more })];
    });
}

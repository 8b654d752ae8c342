/* The way back: every frame above the zoomed one is a button. Beside it what a search has found. */
import { make } from "./dom.js";
import { formatCount, formatShare } from "./units.js";

export class Crumbs {
    constructor(zoomed) {
        this.list = make("ol", {});
        this.found = make("output", { class: "flame-found", "aria-live": "polite" });
        this.element = make("div", { class: "flame-bar" }, make("div", { class: "flame-way", role: "group", "aria-label": "Zoom" }, this.list), this.found);
        this.list.addEventListener("click", event => {
            const crumb = event.target.closest("button");
            if (crumb) zoomed(Number(crumb.dataset.node));
        });
    }

    show(words, focus) {
        const { tree } = words, path = focus > 0 ? [0, ...tree.ancestors(focus)] : [0];
        if (this.tree === tree && this.focus === focus) return;
        this.tree = tree;
        this.focus = focus;
        this.list.replaceChildren(...path.map(node => {
            const isLast = node === focus, name = tree.name(node);
            const crumb = make("button", { type: "button", class: "flame-crumb", title: name.slice(0, 400), "aria-current": isLast ? "true" : null }, name.slice(0, 200));
            crumb.dataset.node = node;
            return make("li", {}, crumb);
        }));
        if (focus === 0) this.list.append(make("li", { class: "quiet" }, words.summary()));
        this.list.scrollLeft = this.list.scrollWidth;
    }

    /* result: of a search; shares of the whole and of what is zoomed */
    tell(result, share, inner) {
        if (!result) this.found.textContent = "";
        else if (result.error) this.found.textContent = "This is no regular expression";
        else {
            const parts = [`${formatShare(share, 1) === "\u2013" ? "0%" : formatShare(share, 1)} matched`];
            if (inner !== null) parts.push(`${formatShare(inner, 1)} of the zoomed`);
            parts.push(`${formatCount(result.count)} of ${formatCount(result.names)} names`);
            if (result.cut !== undefined)
                parts.push(`the expression is too slow: only ${formatCount(result.cut)} names were looked at`);
            this.found.textContent = parts.join(" \u00b7 ");
        }
        this.found.classList.toggle("flame-cut", Boolean(result && (result.error || result.cut !== undefined)));
    }
}

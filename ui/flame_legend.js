/* What colours mean: packages or files with the greatest self values, or a scale. A click shows where they are. */
import { make } from "./dom.js";
import { HEATS, STEPS, shadeKey } from "./flame_colour.js";
import { formatShare } from "./units.js";

const MOST = 9;

function swatch(colour) {
    const box = make("i", { class: "flame-swatch" });
    box.style.backgroundColor = colour;
    return box;
}

function scale(colours, marks) {
    const strip = make("span", { class: "flame-scale" }, colours.map(swatch));
    return [marks[0], strip, marks[1]].map(part => typeof part === "string" ? make("span", {}, part) : part);
}

/* [[key, share]...] the greatest first */
function largest(tree, colouring, functions) {
    const sums = new Map();
    let whole = 0;
    for (let frame = 0; frame < tree.symbols.count; frame++) {
        const size = functions.ownSize[frame], key = shadeKey(tree.symbols, frame, colouring.how);
        whole += size;
        if (size > 0) sums.set(key, (sums.get(key) || 0) + size);
    }
    return [...sums].sort((a, b) => b[1] - a[1]).map(([key, size]) => [key, whole > 0 ? size / whole : 0]);
}

export class Legend {
    /* pick(frames or null, text): show these */
    constructor(pick) {
        this.pick = pick;
        this.element = make("div", { class: "flame-legend" });
    }

    clear() {
        this.element.replaceChildren();
    }

    show(tree, colouring, functions) {
        this.clear();
        this.element.classList.toggle("flame-legend-scale", colouring.how === "diff" || colouring.how === "value");
        if (colouring.how === "diff") this.element.append(...scale(colouring.colours.slice(0, 2 * STEPS + 1), ["gone", "new"]),
            make("span", { class: "quiet" }, "\u00b7 the middle is the same, half-way is half or double \u00b7 a box is as wide as both sides together"));
        else if (colouring.how === "value") this.element.append(...scale(colouring.colours.slice(0, HEATS), ["nothing", "the function with the greatest self value"]));
        else this.packages(tree, colouring, functions);
    }

    packages(tree, colouring, functions) {
        const all = largest(tree, colouring, functions);
        for (const [key, share] of all.slice(0, MOST)) {
            const item = make("button", { type: "button", class: "flame-key", "aria-pressed": "false", title: key.slice(0, 300) },
                swatch(colouring.colourOf(key)), make("span", {}, key.slice(0, 60) || "unknown"), make("span", { class: "quiet" }, formatShare(share, 1)));
            item.addEventListener("click", () => this.choose(item, tree, colouring, key));
            this.element.append(item);
        }
        if (all.length > MOST) this.element.append(make("span", { class: "quiet" }, `and ${all.length - MOST} more`));
    }

    choose(item, tree, colouring, key) {
        const chosen = item.getAttribute("aria-pressed") !== "true";
        for (const each of this.element.querySelectorAll("[aria-pressed]")) each.setAttribute("aria-pressed", String(chosen && each === item));
        if (!chosen) return this.pick(null);
        const hits = new Uint8Array(tree.symbols.count);
        for (let frame = 0; frame < hits.length; frame++) hits[frame] = shadeKey(tree.symbols, frame, colouring.how) === key;
        this.pick(hits);
    }

    release() {
        for (const each of this.element.querySelectorAll("[aria-pressed]")) each.setAttribute("aria-pressed", "false");
    }
}

/* A function between its callers, above, and what it calls, below: mountSandwich(element, {data, name, options, on}). Both
   halves are flame graphs of all places where the function is, no sample counted twice.

     options  as those of the flame graph; name: the function
     on       as those of the flame graph; select(name) also when another function is chosen here */
import { fill, make, only } from "./dom.js";
import { Flame } from "./flame.js";
import { modelOf } from "./flame_model.js";
import { formatChange, formatShare, formatValue } from "./units.js";

const MOST = 24;

class Sandwich {
    constructor(element, name, options, on) {
        this.on = on;
        this.name = name || "";
        this.options = options;
        this.top = make("div", { class: "sandwich-half", role: "region", "aria-label": "Callers" });
        this.bottom = make("div", { class: "sandwich-half", role: "region", "aria-label": "Callees" });
        this.bar = make("div", { class: "sandwich-bar" });
        this.choice = make("div", { class: "sandwich-choice" });
        this.element = make("div", { class: "sandwich" }, this.choice, this.top, this.bar, this.bottom);
        element.replaceChildren(this.element);
        this.callers = new Flame(this.top, { options: { ...options, icicle: false, label: "Callers" }, on: this.events(), bare: true });
        this.callees = new Flame(this.bottom, { options: { ...options, icicle: true, label: "Callees" }, on: this.events(), bare: true });
    }

    /* Zooms stay here: their paths are those of halves, not of the whole. */
    events() {
        return { hover: frame => this.on.hover?.(frame), menu: this.on.menu && ((frame, action) => {
            if (action === "sandwich") this.choose(frame.name);
            else this.on.menu(frame, action);
        }) };
    }

    choose(name) {
        this.setName(name);
        this.on.select?.(name);
    }

    setData(data) {
        this.data = data;
        this.model = modelOf(data);
        this.show();
    }

    setName(name) {
        this.name = name || "";
        if (this.data) this.show();
    }

    setOptions({ name, ...options }) {
        this.options = { ...this.options, ...options };
        const { icicle, inverted, collapsed, ...looks } = this.options;
        for (const half of [this.callers, this.callees]) half.use({ ...half.options, ...looks });
        if (name !== undefined) this.name = name;
        if (this.data) this.show();
    }

    show() {
        const id = this.model.symbols.nameId(this.name), found = id >= 0;
        for (const part of [this.top, this.bar, this.bottom]) part.hidden = !found;
        this.choice.hidden = found;
        if (!found) return this.offer();
        const options = { type: this.options.type }, above = this.model.callers(this.name, options), below = this.model.callees(this.name, options);
        this.describe(below);
        this.callers.setTree(this.model, above);
        this.callees.setTree(this.model, below);
        if (this.asks) this.search(this.asks);
        return undefined;
    }

    describe(tree) {
        const unit = this.model.unit(this.options), whole = this.model.whole(this.options), facts = [];
        for (const [what, now, base] of [["total", tree.total[0], tree.baseTotal?.[0]], ["self", tree.self[0], tree.baseSelf?.[0]]])
            facts.push(make("span", {}, make("span", { class: "quiet" }, what + " "), tree.isDiff
                ? `${formatValue(base, unit)} \u2192 ${formatValue(now, unit)}, ${base && !now ? "gone" : formatChange(base, now)}` : `${formatValue(now, unit)} (${formatShare(now, whole.total)})`));
        fill(this.bar, make("span", { class: "quiet" }, "\u25b4 callers"), make("strong", { title: this.name.slice(0, 500) }, this.name.slice(0, 300)), facts, make("span", { class: "quiet" }, "callees \u25be"));
    }

    /* No function yet, or one that is not here: those with the greatest self values. */
    offer() {
        const sums = this.model.functions(this.options), { symbols } = this.model, unit = this.model.unit(this.options);
        const frames = [...sums.ownSize.keys()].filter(frame => sums.ownSize[frame] > 0).sort((a, b) => sums.ownSize[b] - sums.ownSize[a]).slice(0, MOST);
        const head = this.name === "" ? "Choose a function" : `${this.name.slice(0, 200)} is not in this profile. Choose another function`;
        fill(this.choice, make("h2", {}, head), make("p", { class: "quiet" }, "Those with the greatest self values; any row of the table and any frame's menu leads here too."),
            make("ul", {}, frames.map(frame => {
                const item = make("button", { type: "button", class: "flame-crumb" }, symbols.name(frame).slice(0, 200));
                item.addEventListener("click", () => this.choose(symbols.name(frame)));
                return make("li", {}, item, make("span", { class: "quiet" }, formatValue(sums.self[frame], unit)));
            })));
    }

    async search(text) {
        this.asks = text;
        if (!this.model || this.model.symbols.nameId(this.name) < 0) return null;
        const [result] = await Promise.all([this.callers.search(text), this.callees.search(text)]);
        return result;
    }

    highlight(name) {
        this.callers.highlight(name);
        this.callees.highlight(name);
    }

    testState() {
        const found = !this.top.hidden;
        return { name: this.name, callers: found ? this.callers.testState() : null, callees: found ? this.callees.testState() : null };
    }

    destroy() {
        this.callers.destroy();
        this.callees.destroy();
        this.element.remove();
    }
}

export function mountSandwich(element, { data, name, options = {}, on = {} }) {
    const sandwich = new Sandwich(element, name, options, on);
    if (data) sandwich.setData(data);
    return only(sandwich, ["setData", "setOptions", "setName", "search", "highlight", "testState", "destroy"]);
}

/* The bar above a call tree: which form, which values, search, how it is drawn. All of it is in the URL; here it is only
   turned into that. */
import { arrow, button, fill, make } from "./dom.js";
import { makeFilterMenu } from "./filters.js";
import { PANES, typeIndex } from "./figure.js";
import { menuButton } from "./popup.js";
import { change, current } from "./state.js";
import { counted, formatShare } from "./units.js";

const SEARCH_PAUSE_MS = 120;

const GRANULARITIES = [["functions", "Functions"], ["filefunctions", "Functions with files"], ["files", "Files"], ["lines", "Lines"], ["addresses", "Addresses"]];
const COLOURS = [["package", "Package or module"], ["file", "File"], ["value", "Value of its own"]];

function drawingItems(isDiff) {
    const state = current();
    const radio = (key, list) => list.map(([value, text]) => ({ text, checked: state[key] === value, run: () => change({ [key]: value }) }));
    const tick = (key, text, on, off, more) => ({ text, many: true, checked: state[key] === on, more, run: () => change({ [key]: state[key] === on ? off : on }) });
    return [
        { heading: "Direction" }, ...radio("shape", [["icicle", "Roots on top (icicle)"], ["flame", "Roots at the bottom (flame)"]]), "-",
        tick("inverted", "Bottom-up: callers above what burns", "1", ""), tick("collapsed", "Collapse recursion", "1", ""), "-",
        { heading: "A frame is" }, ...radio("granularity", GRANULARITIES), "-",
        ...(isDiff ? [] : [{ heading: "Colour by" }, ...radio("colour", COLOURS), "-"]),
        tick("palette", "Colours for the colour-blind", "colourblind", "default")
    ];
}

export class Tools {
    /* `search(found)`: what a search has matched, from the figure; `more`: elements at the end of the bar. */
    constructor(element, { panes = PANES.map(([name]) => name), more = [] } = {}) {
        this.panes = make("span", { class: "group panes", role: "group", "aria-label": "Form" }, PANES.filter(([name]) => panes.includes(name)).map(([name, text]) =>
            button(text, { "data-pane": name, onclick: () => change({ pane: name }) })));
        this.sample = make("select", { class: "field", "aria-label": "Values", onchange: () => change({ sample: this.sample.value, zoom: current().zoom }) });
        this.input = make("input", { class: "field search", type: "search", placeholder: "Search, a regular expression", "aria-label": "Search functions by regular expression",
            spellcheck: "false", autocomplete: "off", oninput: () => this.type(), onkeydown: event => this.press(event) });
        this.output = make("output", { class: "quiet found", role: "status" });
        this.draw = menuButton(["View", arrow()], "How it is drawn", () => drawingItems(this.isDiff));
        this.element = make("div", { class: "bar tools" }, this.panes, this.sample, make("span", { class: "row" }, this.input, this.output), make("span", { class: "spread" }),
            makeFilterMenu(), this.draw, ...more);
        element.append(this.element);
    }

    type() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => change({ search: this.input.value }, { replace: true }), SEARCH_PAUSE_MS);
    }

    press(event) {
        if (event.key === "Enter") {
            clearTimeout(this.timer);
            change({ search: this.input.value }, { replace: true });
        } else if (event.key === "Escape") {
            this.input.value = "";
            clearTimeout(this.timer);
            change({ search: "" }, { replace: true });
            this.input.blur();
            event.stopPropagation();
        }
    }

    update(state, data) {
        this.isDiff = Boolean(data?.diff);
        for (const each of this.panes.children) each.setAttribute("aria-pressed", String(each.dataset.pane === state.pane));
        if (document.activeElement !== this.input) this.input.value = state.search;
        const key = data ? data.types.map(each => `${each.type}\n${each.unit}`).join("\n\n") : "";
        if (key !== this.typesKey) {
            this.typesKey = key;
            fill(this.sample, (data?.types || []).map(({ type, unit }) => make("option", { value: type }, `${type} (${unit})`)));
        }
        this.sample.hidden = !data;
        if (data) this.sample.value = data.types[typeIndex(data, state)]?.type;
    }

    /* What a search has found: {error} or {share, count}. `told`: the flame graph says it already. */
    tellFound(found, told) {
        const fails = Boolean(found?.error);
        this.input.setAttribute("aria-invalid", String(fails));
        this.output.textContent = !found || told ? "" : fails ? "no regular expression"
            : [found.share === undefined ? "" : formatShare(found.share, 1), found.count === undefined ? "" : `in ${counted(found.count, "function")}`].filter(Boolean).join(" ");
    }

    focusSearch() {
        this.input.focus();
        this.input.select();
    }
}

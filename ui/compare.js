/* Two selections: as a difference (picture and table of what grew and shrank), or side by side. The base is "before", the source
   "now"; the fields at the top of the page are the source's. */
import { arrow, button, fill, make } from "./dom.js";
import { Figure, typeIndex } from "./figure.js";
import { makeFilterChips } from "./filters.js";
import { makeLabelsField, makeServiceField } from "./find.js";
import { makeLoader } from "./loader.js";
import { showTree } from "./look.js";
import { NO_BASE, compareItems, previousPeriod } from "./compare_menu.js";
import { menuButton } from "./popup.js";
import { baseOf, baseRangeOf, diffUrl, flameOptions, hasBase, sourceOf, viewUrl } from "./question.js";
import { makeRangeField } from "./range.js";
import { change, current } from "./state.js";
import { takeMenu } from "./take.js";
import { Tools } from "./tools.js";
import { counted, formatChange, formatValue } from "./units.js";

const MODES = [["diff", "Difference"], ["sides", "Side by side"]];

/* The base's own service, labels and range. What it says nothing about is as in the source. */
class BaseFields {
    constructor() {
        this.service = makeServiceField("base_service", "Service to compare with", state => state.base_service || state.service);
        this.labels = makeLabelsField("Labels to compare with", baseOf, labels => change({ base_labels: labels }));
        this.range = makeRangeField({ keys: { from: "base_from", to: "base_to" }, name: "Time to compare with", range: baseRangeOf,
            set: (from, to) => change({ base_from: from, base_to: to }) });
        this.ids = make("span", { class: "chip", hidden: true });
        this.element = make("div", { class: "bar base", role: "group", "aria-label": "What it is compared with" }, make("b", { class: "side" }, "Base"),
            this.service.element, this.labels.element, this.range.element, this.ids, make("span", { class: "spread" }),
            menuButton(["Compare with", arrow()], "Compare with", compareItems),
            button("Swap", { title: "Exchange both sides", onclick: () => swap(current()) }),
            button("Stop comparing", { class: "plain", onclick: () => change({ view: "flame", ...NO_BASE }) }));
    }

    update(state) {
        this.service.update(state);
        this.labels.update(state);
        this.range.update(state);
        const byIds = Boolean(state.base_ids);
        for (const each of [this.service, this.labels, this.range]) each.element.hidden = byIds;
        this.ids.hidden = !byIds;
        if (byIds) fill(this.ids, make("button", { type: "button", disabled: true }, `profile ${state.base_ids} \u2192 ${state.ids}`));
    }
}

function swap(state) {
    if (state.base_ids) return change({ ids: state.base_ids, base_ids: state.ids });
    const base = baseOf(state), hasRange = state.base_from || state.base_to;
    change({ service: base.service, type: state.type, labels: base.labels, base_service: base.service === state.service ? "" : state.service,
        base_labels: base.labels === state.labels ? null : state.labels,
        ...(hasRange ? { from: state.base_from, to: state.base_to, base_from: state.from, base_to: state.to || "now" } : {}), ids: "", base_ids: "" });
}

/* Both flame graphs; what is pointed at in one is shown in the other. */
class Sides {
    constructor() {
        this.places = ["base", "source"].map(side => make("section", { class: "half", "aria-label": side === "base" ? "Base" : "Source" }));
        this.element = make("div", { class: "halves" }, ...this.places);
        this.loaders = this.places.map((place, i) => makeLoader(place, { what: i === 0 ? "the base" : "the source", show: (answer, inner) => this.show(i, answer, inner) }));
        this.figures = [];
        this.titles = [];
    }

    update(state) {
        for (const figure of this.figures) figure?.update(state);
        [baseOf(state), sourceOf(state)].forEach((selection, i) => this.loaders[i].load(viewUrl(selection, flameOptions(state))));
    }

    show(i, { body, facts }, inner) {
        const state = current();
        if (!this.figures[i]) {
            this.titles[i] = make("h2", { class: "bar" });
            inner.append(this.titles[i]);
            this.figures[i] = new Figure(inner, { only: "flame", found: (...found) => this.found?.(...found), hover: node => this.figures[1 - i]?.highlight(node ? node.name : null) });
        }
        const at = typeIndex(body, state), type = body.types[at];
        fill(this.titles[i], i === 0 ? "Base" : "Source", make("span", { class: "quiet" }, ` ${formatValue(body.values[at].total[0], type.unit)} of ${counted(+facts.profiles || 1, "profile")}`));
        this.figures[i].setData(body);
        this.told?.(body);
    }

    testState() { return this.figures.map(figure => figure?.testState()); }
}

export class Compare {
    constructor(element) {
        this.base = new BaseFields();
        this.modes = make("span", { class: "group", role: "group", "aria-label": "Shown as" }, MODES.map(([value, text]) => button(text, { "data-mode": value, onclick: () => change({ compare: value }) })));
        this.normal = make("input", { type: "checkbox", onchange: () => change({ normalize: this.normal.checked ? "1" : "" }) });
        this.words = make("span", { class: "quiet summary" });
        this.notes = make("div");
        this.chips = makeFilterChips();
        this.element = make("section", { class: "look", "aria-label": "Comparison" }, this.base.element);
        const take = takeMenu({ urlOf: options => this.url(current(), options), png: () => this.figure?.png() });
        this.tools = new Tools(this.element, { more: [take] });
        this.tools.element.prepend(this.modes, make("label", { class: "tick", title: "Scales the source to the base's total: what is left has changed its share" }, this.normal, "Normalise"));
        this.diffPlace = make("div", { class: "place" });
        this.sides = new Sides();
        this.sides.told = data => this.tools.update(current(), data);
        this.sides.found = (...found) => this.tools.tellFound(...found);
        this.empty = make("div", { class: "state", hidden: true }, make("h2", {}, "Compare two selections"), make("p", {}, "The fields at the top are the source. Choose what it is compared with:"),
            make("div", { class: "row" }, button("Previous period", { class: "main", onclick: previousPeriod }), menuButton(["Something else", arrow()], "Compare with", compareItems)));
        this.element.append(this.chips.element, this.notes, make("div", { class: "bar thin" }, this.words), this.empty, this.diffPlace, this.sides.element);
        element.append(this.element);
        this.loader = makeLoader(this.diffPlace, { what: "the difference", show: (answer, inner) => showTree(this, answer, inner) });
    }

    url(state, options) {
        return diffUrl(sourceOf(state), baseOf(state), { normalize: state.normalize, ...options });
    }

    update(state) {
        const ready = hasBase(state), mode = state.compare;
        this.base.update(state);
        this.chips.update(state);
        for (const each of this.modes.children) each.setAttribute("aria-pressed", String(each.dataset.mode === mode));
        this.normal.checked = state.normalize === "1";
        this.normal.parentElement.hidden = mode === "sides";
        this.empty.hidden = ready;
        this.tools.panes.hidden = mode !== "diff";
        this.words.parentElement.hidden = mode !== "diff";
        this.diffPlace.hidden = !ready || mode !== "diff";
        this.sides.element.hidden = !ready || mode !== "sides";
        this.tools.update(state, this.data);
        if (!ready) return;
        if (mode === "sides") this.sides.update(state);
        if (mode === "diff") {
            if (this.data) this.figure.update(state);
            this.loader.load(this.url(state, flameOptions(state)));
        }
        if (this.data) this.tell(state);
    }

    tell(state) {
        const at = typeIndex(this.data, state), { unit } = this.data.types[at], values = this.data.values[at];
        const [before, after] = [values.base_total[0], values.total[0]];
        this.words.textContent = `${formatValue(before, unit)} of ${counted(+this.facts.baseProfiles || 0, "profile")} \u2192 ${formatValue(after, unit)} of ` +
            `${counted(+this.facts.profiles || 0, "profile")}: ${formatChange(before, after)}${state.normalize ? ", scaled" : ""}`;
    }

    focusSearch() { this.tools.focusSearch(); }
    testState() { return { diff: this.figure?.testState(), sides: this.sides.testState() }; }
}

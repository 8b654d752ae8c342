/* The main view: a selection's call tree, below its timeline. */
import { Figure, typeIndex } from "./figure.js";
import { compareMenu } from "./compare_menu.js";
import { button, fill, make } from "./dom.js";
import { makeFilterChips } from "./filters.js";
import { makeLoader, notices } from "./loader.js";
import { flameOptions, sourceOf, viewUrl } from "./question.js";
import { change, current, linkTo } from "./state.js";
import { takeMenu } from "./take.js";
import { formatTime } from "./time.js";
import { Tools } from "./tools.js";
import { counted, formatDuration, formatValue } from "./units.js";

/* The line that says what is seen: how much of what, of how many profiles. */
export function summary(data, facts, state) {
    const type = data.types[typeIndex(data, state)], at = typeIndex(data, state), total = data.values[at].total[0];
    const words = [`${type.type}: ${formatValue(total, type.unit)}`];
    if (facts.profiles) words.push(counted(+facts.profiles, "profile"));
    if (data.duration_nanos > 0) words.push(`${formatDuration(data.duration_nanos / 1e6)} long`);
    if (data.pruned > 0) words.push(`${counted(data.pruned, "node")} folded together`);
    if (data.saturated) words.push("some sums are beyond 64 bits");
    return words.join(" \u00b7 ");
}

export function noticeLines(facts, data, zone) {
    const lines = [...notices(facts, time => formatTime(Date.parse(time), zone)), ...(data?.notes || [])];
    return [...new Set(lines)].map(line => make("p", { class: "notice", role: "status" }, line));
}

/* An answer becomes what is seen, of a selection and of a difference alike. `view` has tools, notes and tell(); it gets a figure. */
export function showTree(view, { body, facts }, inner) {
    const state = current();
    if (!view.figure) view.figure = new Figure(inner, { found: (...found) => view.tools.tellFound(...found) });
    view.data = body;
    view.facts = facts;
    view.figure.setData(body);
    view.tools.update(state, body);
    fill(view.notes, noticeLines(facts, body, state.zone));
    view.tell(state);
}

export class Look {
    constructor(element) {
        this.chosen = make("div", { class: "bar", hidden: true });
        this.words = make("span", { class: "quiet summary" });
        this.notes = make("div");
        this.chips = makeFilterChips();
        const place = make("div", { class: "place" });
        this.element = make("section", { class: "look", "aria-label": "Flame graph" });
        const take = takeMenu({ urlOf: options => viewUrl(sourceOf(current()), options), png: () => this.figure?.png() });
        this.tools = new Tools(this.element, { more: [compareMenu(), take] });
        this.element.append(this.chosen, this.chips.element, this.notes, make("div", { class: "bar thin" }, this.words), place);
        element.append(this.element);
        this.loader = makeLoader(place, { what: "the flame graph", show: (answer, inner) => showTree(this, answer, inner), nothing: () => this.nothing() });
    }

    nothing() {
        const { service, type } = current();
        return make("div", {}, make("p", {}, `There are no ${type} profiles of \u201c${service}\u201d in this range with these labels.`),
            make("div", { class: "row" }, make("a", { class: "button", href: linkTo({ from: "-24h", to: "" }) }, "Last 24 hours"),
                make("a", { class: "button", href: linkTo({ from: "-30d", to: "" }) }, "Last 30 days"),
                current().labels ? make("a", { class: "button", href: linkTo({ labels: "" }) }, "Without labels") : null));
    }

    update(state) {
        const count = state.ids ? state.ids.split(",").length : 0;
        this.chosen.hidden = count === 0;
        if (count > 0) fill(this.chosen, make("span", {}, count === 1 ? "One chosen profile " : `${count} chosen profiles, merged `), make("code", { class: "quiet ids" }, state.ids.replaceAll(",", " ")),
            make("span", { class: "spread" }), button("Back to the whole selection", { class: "small", onclick: () => change({ ids: "" }) }));
        this.chips.update(state);
        this.tools.update(state, this.data);
        if (this.figure && this.data) {
            this.figure.update(state);
            this.tell(state);
        }
        this.loader.load(viewUrl(sourceOf(state), flameOptions(state)));
    }

    tell(state) {
        this.words.textContent = summary(this.data, this.facts, state);
    }

    focusSearch() { this.tools.focusSearch(); }
    testState() { return this.figure?.testState(); }
}

/* What the values of a label share of a selection: one timeline by that label, with one step, says it all. */
import { fill, make } from "./dom.js";
import { compareMenu, compareWithRest } from "./compare_menu.js";
import { labelNames } from "./find.js";
import { makeLoader } from "./loader.js";
import { noticeLines } from "./look.js";
import { formatMatchers, parseMatchers, withMatcher } from "./matchers.js";
import { sourceOf, timelineUrl } from "./question.js";
import { current, linkTo } from "./state.js";
import { latest } from "./time.js";
import { counted, formatCount, formatShare, formatValue } from "./units.js";

/* One step over all: a whole number of seconds, and of hours where that is cheaper. */
function wholeStep(range) {
    const seconds = Math.ceil((latest(range) - range.from) / 1000) + 1;
    return (seconds > 172800 ? Math.ceil(seconds / 3600) * 3600 : seconds) + "s";
}

export class Explore {
    constructor(element) {
        this.names = make("nav", { class: "row", "aria-label": "Labels" });
        this.words = make("span", { class: "quiet" });
        this.notes = make("div");
        const place = make("div", { class: "place" });
        this.element = make("section", { class: "look", "aria-label": "Explore by label" }, make("div", { class: "bar" }, this.names, make("span", { class: "spread" }), this.words, compareMenu()), this.notes, place);
        element.append(this.element);
        this.loader = makeLoader(place, { what: "the shares", show: (answer, inner) => this.show(answer, inner) });
        this.place = place;
    }

    async update(state) {
        const key = JSON.stringify(sourceOf(state));
        if (this.key !== key) {
            this.key = key;
            try {
                this.list = await labelNames(sourceOf(state));
            } catch {
                this.list = [];
            }
        }
        state = current();
        const label = state.label || this.list?.[0]?.name || "";
        fill(this.names, make("span", { class: "quiet" }, "By"), (this.list || []).map(({ name, profiles }) => make("a", { class: "button small", href: linkTo({ label: name }), "aria-current": name === label ? "true" : null
            }, name, make("span", { class: "quiet" }, formatCount(profiles)))));
        this.names.hidden = !this.list?.length;
        if (!label) {
            this.loader.clear();
            fill(this.loader.element, make("div", { class: "state" }, make("h2", {}, "These profiles have no labels"),
                make("p", {}, "Labels say where a profile comes from: labels=region=fra,version=1.4,instance=web-3. Agents and the scraper set them.")));
            return;
        }
        const selection = { ...sourceOf(state) };
        this.label = label;
        if (selection.range) this.loader.load(timelineUrl(selection, { group_by: label, sample_type: state.sample, step: wholeStep(selection.range) }));
        if (this.answer && this.answer.group_by === label) this.draw(this.answer);
    }

    rowOf(group, answer, most) {
        const state = current(), { label } = this, known = typeof group.value === "string";
        const labels = known ? formatMatchers(withMatcher(parseMatchers(state.labels), { name: label, sign: "=", value: group.value })) : "";
        const name = known ? group.value : "other" in group ? counted(group.other, "other value") : `without ${label}`;
        const bar = make("i", { class: "share" });
        bar.style.width = (most ? Math.max(0, group.total / most * 100) : 0) + "%";
        return make("tr", {},
            make("td", { class: "name" }, known ? make("a", { class: "link still", href: linkTo({ view: "flame", labels }) }, name) : make("span", { class: "quiet" }, name)),
            make("td", { class: "bars" }, bar),
            make("td", { class: "number" }, answer.kind === "sum" ? formatShare(group.total, answer.total) : ""),
            make("td", { class: "number" }, formatValue(group.total, answer.unit)),
            make("td", { class: "number" }, formatCount(group.total_profiles)),
            make("td", { class: "actions" }, known ? [make("a", { class: "button small", href: linkTo({ view: "flame", labels }), "aria-label": `Flame graph of ${name}` }, "Flame graph"), " ",
                make("button", { class: "button small", type: "button", "aria-label": `Compare ${name} with the rest`, onclick: () => compareWithRest(label, group.value) }, "Compare with the rest")] : null));
    }

    show({ body, facts }, inner) {
        this.answer = body;
        this.inner = inner;
        fill(this.notes, noticeLines(facts, null, current().zone));
        this.draw(body);
    }

    draw(answer) {
        const most = Math.max(...answer.groups.map(group => group.total ?? 0), 0), average = answer.kind === "average";
        this.words.textContent = `${answer.sample_type || answer.type}, ${average ? "average of a profile" : "sum"}: ${formatValue(answer.total, answer.unit)} of ${counted(answer.total_profiles, "profile")}`;
        if (answer.groups.length === 0) return void fill(this.inner, make("div", { class: "state" }, make("h2", {}, "Nothing found"), make("p", {}, "No profiles in this range.")));
        fill(this.inner, make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Shares" }, make("table", { class: "table shares" },
            make("thead", {}, make("tr", {}, make("th", { scope: "col" }, answer.group_by), make("th", { scope: "col" }, make("span", { class: "heard" }, "Bar")), make("th", { scope: "col", class: "number" }, average ? "" : "Share"),
                make("th", { scope: "col", class: "number" }, average ? "Average" : "Sum"), make("th", { scope: "col", class: "number" }, "Profiles"), make("th", { scope: "col" }, make("span", { class: "heard" }, "Look at it")))),
            make("tbody", {}, answer.groups.map(group => this.rowOf(group, answer, most))))));
    }
}

/* The strip above the views: what the selection adds up to over time, by label if wanted. Dragging over it chooses a range,
   a click on a step lists its profiles. */
import { hasLibrary, mountChart, showNumbers } from "./chart.js";
import { button, fill, make } from "./dom.js";
import { labelNames } from "./find.js";
import { makeLoader, notices } from "./loader.js";
import { formatMatchers, parseMatchers, withMatcher } from "./matchers.js";
import { makeProfileList } from "./profiles.js";
import { rangeOf, sourceOf, stepFor, timelineUrl } from "./question.js";
import { change, current, linkTo } from "./state.js";
import { formatDuration, formatShare, formatValue, counted } from "./units.js";
import { formatStamp, formatTime, parseTime } from "./time.js";

const TOP = 9; /* groups with a colour of their own; the others are one */

const add = (a, b) => a === null ? b : b === null ? a : a + b;

/* The groups of an answer as series: the greatest, and the rest as one. */
function seriesOf(answer) {
    const named = answer.groups.filter(group => !("other" in group)), shown = named.slice(0, TOP);
    const rest = [...named.slice(TOP), ...answer.groups.filter(group => "other" in group)];
    const list = shown.map((group, i) => ({ group: answer.group_by ? group.value : undefined, name: !answer.group_by ? "" : group.value ?? `(no ${answer.group_by})`,
        colour: `--series-${i}`, values: group.values, total: group.total, profiles: group.total_profiles }));
    if (rest.length > 0) {
        const count = rest.reduce((sum, group) => sum + (group.other || 1), 0);
        list.push({ name: counted(count, "other"), colour: "--series-rest", total: rest.reduce((sum, group) => add(sum, group.total), null),
            profiles: rest.reduce((sum, group) => sum + group.total_profiles, 0),
            values: rest[0].values.map((_, i) => rest.reduce((sum, group) => add(sum, group.values[i]), null)) });
    }
    return list;
}

function dataOf(answer, zone) {
    const profiles = new Array(answer.points).fill(0);
    for (const group of answer.groups) group.profiles.forEach((count, i) => { profiles[i] += count; });
    return { start: Date.parse(answer.start), step: answer.step_ms, points: answer.points, unit: answer.unit, stacked: answer.kind === "sum", zone, profiles,
        series: seriesOf(answer) };
}

function legendOf(answer, series, state) {
    if (!answer.group_by) return [];
    return series.map(each => {
        const words = [make("i", { class: "swatch" }), make("span", {}, each.name), make("span", { class: "quiet" },
            answer.kind === "sum" ? formatShare(each.total, answer.total) : formatValue(each.total, answer.unit))];
        words[0].style.background = `var(${each.colour})`;
        if (typeof each.group !== "string") return make("li", {}, ...words);
        const labels = formatMatchers(withMatcher(parseMatchers(state.labels), { name: answer.group_by, sign: "=", value: each.group }));
        return make("li", {}, make("a", { href: linkTo({ labels, group: "" }), title: "Look at this one alone" }, ...words));
    });
}

class Timeline {
    constructor(element) {
        this.title = make("span", { class: "quiet" });
        this.groups = make("select", { class: "field", "aria-label": "Group the timeline by label", onchange: () => change({ group: this.groups.value }) });
        this.fold = button("", { class: "plain small", onclick: () => change({ show_timeline: current().show_timeline === "1" ? "0" : "1" }, { replace: true }) });
        this.legend = make("ul", { class: "legend", "aria-label": "Groups" });
        this.notes = make("div");
        this.place = make("div", { class: "strip" });
        this.element = make("section", { class: "timeline", "aria-label": "Timeline" },
            make("div", { class: "row" }, this.title, make("span", { class: "spread" }), make("label", { class: "named" }, "by", this.groups), this.fold), this.place, this.legend, this.notes);
        this.list = makeProfileList(this.element, { close: () => change({ at: "" }) });
        element.append(this.element);
        this.on = {
            select: (from, to) => change({ from: formatStamp(from), to: formatStamp(to) }),
            point: (from, to) => change({ at: `${formatStamp(from)},${formatStamp(to)}` })
        };
        this.loader = makeLoader(this.place, { what: "the timeline", show: (answer, inner) => this.show(answer, inner) });
    }

    async listGroups(state) {
        const selection = { ...sourceOf(state), labels: "" }, key = JSON.stringify(selection);
        if (this.grouped !== key) {
            this.grouped = key;
            this.names = [];
            try {
                this.names = (await labelNames(selection)).map(each => each.name);
            } catch { /* then there is nothing to group by */ }
        }
        const { group } = current(), names = this.names.includes(group) || !group ? this.names : [...this.names, group];
        fill(this.groups, make("option", { value: "" }, "nothing"), names.map(name => make("option", { value: name }, name)));
        this.groups.value = group;
    }

    update(state, sample) {
        const shown = state.show_timeline === "1";
        this.fold.textContent = shown ? "Hide" : "Show the timeline";
        this.fold.setAttribute("aria-expanded", String(shown));
        this.place.hidden = this.legend.hidden = this.title.hidden = this.groups.parentElement.hidden = !shown;
        const step = this.stepOf(state);
        if (step) this.list.show(step, state);
        else this.list.hide();
        if (!shown || !rangeOf(state)) return;
        this.listGroups(state);
        this.loader.load(timelineUrl({ ...sourceOf(state), range: rangeOf(state) }, { group_by: state.group, sample_type: state.sample || sample, step: stepFor(rangeOf(state)) }));
        if (this.answer) this.draw(this.answer);
    }

    stepOf(state) {
        const [from, to] = state.at.split(",").map(text => parseTime(text, 0));
        if (!(from < to)) return null;
        return { service: state.service, type: state.type, labels: state.labels, ids: "", range: { from, to: to - 1000, open: false } };
    }

    show({ body, facts }, inner) {
        this.answer = body;
        if (!this.holder) this.holder = make("div");
        if (this.holder.parentNode !== inner) fill(inner, this.holder);
        this.draw(body);
        fill(this.notes, notices(facts, time => formatTime(Date.parse(time), current().zone)).map(line => make("p", { class: "notice", role: "status" }, line)));
    }

    draw(answer) {
        const { zone } = current(), data = dataOf(answer, zone);
        const what = answer.kind === "sum" ? `sum each ${formatDuration(answer.step_ms)}` : `average of a profile each ${formatDuration(answer.step_ms)}`;
        const without = answer.without_facts + answer.without_type;
        this.title.textContent = `${answer.sample_type || answer.type}, ${what}; ${answer.kind === "sum" ? "in all " : "on average "}` +
            `${formatValue(answer.total, answer.unit)} of ${counted(answer.total_profiles, "profile")}` + (without ? `, ${without} of them without a known total` : "");
        if (!hasLibrary()) return showNumbers(this.holder, data, this.on);
        if (!this.chart) this.chart = mountChart(this.holder, this.on);
        this.chart.setData(data);
        fill(this.legend, legendOf(answer, data.series, current()));
    }

    focus() { this.chart?.element.focus(); }
    testState() { return this.chart?.testState(); }
}

export const mountTimeline = element => new Timeline(element);

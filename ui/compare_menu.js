/* "Compare with ...": two clicks from any view to what one usually wants to compare with. */
import { arrow } from "./dom.js";
import { labelNames, labelValues } from "./find.js";
import { formatMatchers, parseMatchers } from "./matchers.js";
import { menuButton } from "./popup.js";
import { rangeOf, sourceOf } from "./question.js";
import { change, current } from "./state.js";
import { formatStamp, isMoving, parseBack } from "./time.js";

const DAY = 86400e3;
const LABELS_SHOWN = 12;

export const NO_BASE = { base_service: "", base_labels: null, base_from: "", base_to: "", base_ids: "" };

/* Moving ranges stay moving: the last hour is compared with the hour before it, whenever the link is opened. */
function backBy(ms) {
    const state = current(), range = rangeOf(state);
    if (!range) return {};
    const minutes = Math.round(ms / 60e3);
    if (isMoving(state.from, state.to) && !state.to && ms % 60e3 === 0) {
        const back = Math.round(parseBack(state.from || "-1h") / 60e3);
        return { base_from: `-${back + minutes}m`, base_to: `-${minutes}m` };
    }
    return { base_from: formatStamp(range.from - ms), base_to: formatStamp(range.to - ms) };
}

const compareWith = base => change({ view: "compare", ids: "", ...NO_BASE, ...base });

export const previousPeriod = () => {
    const range = rangeOf(current());
    if (range) compareWith(backBy(range.to - range.from));
};

/* Two values of a label: the one that is chosen, or the most frequent one, and the most frequent other. */
async function otherValue(name) {
    const state = current(), list = parseMatchers(state.labels), chosen = list.find(each => each.name === name && each.sign === "=");
    const values = (await labelValues(sourceOf(state), name)).sort((a, b) => b.profiles - a.profiles).map(each => each.name);
    const source = chosen ? chosen.value : values[0], base = values.find(value => value !== source);
    const rest = list.filter(each => each.name !== name), of = value => formatMatchers([...rest, { name, sign: "=", value }]);
    if (base === undefined) return compareWith({ base_labels: formatMatchers(rest) });
    change({ view: "compare", labels: of(source), ...NO_BASE, base_labels: of(base), normalize: "1" });
}

/* All but what is chosen by a label's value. */
export function compareWithRest(name, value) {
    const rest = parseMatchers(current().labels).filter(each => each.name !== name);
    change({ view: "compare", labels: formatMatchers([...rest, { name, sign: "=", value }]), ...NO_BASE,
        base_labels: formatMatchers([...rest, { name, sign: "!=", value }]), normalize: "1" });
}

export async function compareItems() {
    const state = current(), chosen = new Map(parseMatchers(state.labels).filter(each => each.sign === "=").map(each => [each.name, each.value]));
    let names = [];
    try {
        names = (await labelNames(sourceOf(state))).map(each => each.name);
    } catch { /* times can be compared without knowing labels */ }
    names.sort((a, b) => chosen.has(b) - chosen.has(a));
    return [
        { heading: "Compare with" },
        { text: "Previous period", key: "c", run: previousPeriod },
        { text: "Same time yesterday", run: () => compareWith(backBy(DAY)) },
        { text: "Same time last week", run: () => compareWith(backBy(7 * DAY)) },
        ...(names.length > 0 ? ["-", { heading: "Other value of a label" }] : []),
        ...names.slice(0, LABELS_SHOWN).map(name => ({ text: `Other value of ${name}`, more: chosen.has(name) ? `than ${chosen.get(name)}` : "", run: () => otherValue(name) })),
        "-", { text: "Something else\u2026", more: "choose both sides", run: () => compareWith({ base_labels: state.labels }) }
    ];
}

export const compareMenu = () => menuButton(["Compare", arrow()], "Compare with", compareItems);

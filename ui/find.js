/* Saying what is looked at: a service, a type of profiles, labels. The same fields serve both sides of a comparison. Names
   and values are completed from the index, with counts of profiles. */
import { ask } from "./api.js";
import { makeCombobox, matching } from "./combobox.js";
import { fill, make, tell } from "./dom.js";
import { describeMatcher, formatMatcher, formatMatchers, parseMatcher, parseMatchers, withMatcher } from "./matchers.js";
import { labelsUrl, overviewUrl, rangeOf, servicesUrl, typesUrl, valuesUrl } from "./question.js";
import { change, current } from "./state.js";
import { counted, formatCount } from "./units.js";

/* 404 means that there is none. */
async function listOf(url) {
    try {
        return (await ask(url)).body;
    } catch (error) {
        if (error.status === 404) return [];
        throw error;
    }
}

/* [{service, profiles, types}] of the range, the busiest first. */
export const overview = async range => (await ask(overviewUrl(range))).body.services;

/* [{name, profiles}] of all services; those that sent something in the range are first and have their counts. */
export async function services(range) {
    const [all, busy] = await Promise.all([listOf(servicesUrl()), range ? overview(range) : []]);
    const counted = new Set(busy.map(each => each.service));
    return [...busy.map(each => ({ name: each.service, profiles: each.profiles })), ...all.filter(name => !counted.has(name)).map(name => ({ name, profiles: range ? 0 : undefined }))];
}

export const types = service => listOf(typesUrl(service));
export const labelNames = selection => listOf(labelsUrl(selection));
export const labelValues = (selection, name) => listOf(valuesUrl(selection, name));

const option = ({ name, profiles }) => ({ value: name, text: name, more: profiles === undefined ? "" : formatCount(profiles) });

/* --- service ------------------------------------------------------------------------------------------------- */

/* `key` is the parameter: service or base_service. `shown(state)` is what stands in the field. */
export function makeServiceField(key, name, shown) {
    const set = value => {
        if (value) change({ [key]: key !== "service" && value === current().service ? "" : value });
        box.input.value = shown(current());
    };
    const box = makeCombobox({ name, placeholder: "Service", className: "service",
        options: async text => matching((await services(rangeOf(current()))).map(option), text === shown(current()) ? "" : text),
        chosen: item => set(item.value),
        entered: async text => {
            const found = matching((await services(rangeOf(current()))).map(option), text);
            if (found.length === 0) tell(`No service is called ${text}`);
            set(found[0]?.value);
        },
        left: () => { box.input.value = shown(current()); } });
    box.input.addEventListener("focus", () => box.input.select());
    return { element: box.input, update(state) { if (document.activeElement !== box.input || box.input.value === "") box.input.value = shown(state); } };
}

/* --- type ---------------------------------------------------------------------------------------------------- */

export function makeTypeField() {
    const select = make("select", { class: "field", "aria-label": "Profile type", onchange: () => change({ type: select.value }) });
    let listed = null;

    async function update(state) {
        if (listed === state.service) {
            select.value = state.type;
            return;
        }
        listed = state.service;
        if (!listed) return;
        let list = [];
        try {
            list = await types(state.service);
        } catch { /* whoever asks for the view will say it */ }
        if (listed !== current().service) return;
        const known = list.some(each => each.name === current().type);
        fill(select, list.map(each => make("option", { value: each.name }, `${each.name} (${formatCount(each.profiles)})`)),
            known || !current().type ? null : make("option", { value: current().type }, current().type));
        select.value = current().type;
    }

    return { element: select, update };
}

/* --- labels -------------------------------------------------------------------------------------------------- */

/* What the field may become: names at first, then values of the name that stands there. */
async function completions(text, of) {
    const found = parseMatcher(text);
    if (!found) {
        const names = await labelNames(of);
        return matching(names.map(({ name, profiles }) => ({ value: formatMatcher({ name, sign: "=", value: "" }), text: name, more: counted(profiles, "profile"), goOn: true })), text.replace(/[!=~]+$/, ""));
    }
    const values = (await labelValues(of, found.name)).map(option);
    const what = found.sign.endsWith("~") ? values : matching(values, found.value);
    return what.map(each => ({ ...each, text: describeMatcher({ ...found, value: each.value }), matcher: { ...found, value: each.value } }));
}

/* `of(state)`: {service, type, labels, range} of the side; `set(labels)` writes. */
export function makeLabelsField(name, of, set) {
    const element = make("div", { class: "row labels", role: "group", "aria-label": name });
    let edited = null;

    function put(matcher) {
        const list = parseMatchers(of(current()).labels);
        const old = edited;
        edited = null;
        box.input.value = "";
        set(formatMatchers(withMatcher(list, matcher, old)));
    }

    const box = makeCombobox({ name: `${name}: add, as dc=fra, dc!=fra, dc=~f.*, dc!~f.*`, placeholder: "Add label\u2026", className: "label",
        options: text => completions(text, of(current())),
        chosen(item) {
            if (!item.goOn) return put(item.matcher);
            box.input.value = item.value;
            box.input.focus();
            box.show(item.value);
        },
        entered(text) {
            const matcher = parseMatcher(text);
            if (matcher) put(matcher);
            else if (text.trim()) tell("A label is written as name=value, name!=value, name=~expression or name!~expression");
        },
        left: text => {
            if (text.trim() === "") edited = null;
        } });

    function chip(matcher) {
        const words = describeMatcher(matcher);
        return make("span", { class: "chip" },
            make("button", { type: "button", title: words, "aria-label": `Change label ${words}`, onclick: () => {
                edited = matcher;
                box.input.value = formatMatcher(matcher);
                box.input.focus();
                box.show(formatMatcher({ ...matcher, value: "" }));
            } }, make("b", {}, matcher.name), matcher.sign, matcher.value === "" ? '""' : matcher.value),
            make("button", { type: "button", "aria-label": `Remove label ${words}`, onclick: () => {
                set(formatMatchers(parseMatchers(of(current()).labels).filter(each => formatMatcher(each) !== formatMatcher(matcher))));
                box.input.focus();
            } }, "\u2715"));
    }

    let drawn = null;
    return {
        element, focus: () => box.input.focus(),
        update(state) {
            const { labels } = of(state);
            if (labels === drawn) return;
            drawn = labels;
            const focused = document.activeElement === box.input;
            fill(element, parseMatchers(labels).map(chip), box.input);
            if (focused) box.input.focus();
        }
    };
}

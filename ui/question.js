/* From what the page's URL says to what the collector is asked. A moving range ("the last hour") is given fixed ends once,
   at the moment that `refresh` sets, so that all views of it are of the same profiles and share their answers. */
import { formatMatchers, parseMatchers } from "./matchers.js";
import { latest, parseRange, rangeParameters } from "./time.js";

const NODES_MAX = 1000000; /* what a browser draws at over 30 frames a second; what is beyond is folded into remainders */

let moment = Date.now();

export const now = () => moment;
export const refresh = () => { moment = Date.now(); };

export const rangeOf = state => parseRange(state.from, state.to, moment);

/* The base of a comparison: what is not said of it is as in the source. Of its range one end is enough. */
export function baseRangeOf(state) {
    if (!state.base_from && !state.base_to) return rangeOf(state);
    const source = rangeOf(state), length = source ? source.to - source.from : 3600e3;
    const only = { from: parseRange(state.base_from, state.base_from, moment), to: parseRange(state.base_to, state.base_to, moment) };
    if (state.base_from && state.base_to) return parseRange(state.base_from, state.base_to, moment);
    if (state.base_from) return only.from && { from: only.from.from, to: only.from.from + length, open: false };
    return only.to && { from: only.to.to - length, to: only.to.to, open: false };
}

export const hasBase = state => Boolean(state.base_ids || state.base_service || state.base_labels !== null || state.base_from || state.base_to);

export function baseOf(state) {
    const range = baseRangeOf(state);
    return { service: state.base_service || state.service, type: state.type, labels: state.base_labels ?? state.labels, range, ids: state.base_ids };
}

export const sourceOf = state => ({ service: state.service, type: state.type, labels: state.labels, range: rangeOf(state), ids: state.ids });

const OPTIONS = ["focus", "ignore", "hide", "show", "show_from", "tagfocus", "tagignore"];

export const optionsOf = state => {
    const given = {};
    for (const name of OPTIONS) if (state[name]) given[name] = state[name];
    if (state.group_by) given.group_by = state.group_by;
    if (state.granularity !== "functions") given.granularity = state.granularity;
    return given;
};

export function urlOf(path, parameters) {
    const given = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) if (value !== "" && value !== null && value !== undefined) given.set(name, value);
    const text = given.toString();
    return text ? path + "?" + text : path;
}

/* A selection as parameters; `prefix` is base_ for the other side. */
function selectionParameters({ service, type, labels, range }, prefix = "") {
    const given = { [prefix + "service"]: service };
    if (!prefix) given.type = type;
    const text = formatMatchers(parseMatchers(labels));
    if (text) given[prefix + "labels"] = text;
    else if (prefix) given[prefix + "labels"] = ",";
    if (range) for (const [name, value] of Object.entries(rangeParameters(range))) given[prefix + name] = value;
    return given;
}

/* A view of a selection: {format, ...}. */
export function viewUrl(selection, options) {
    if (selection.ids) return urlOf("api/0/profiles/" + selection.ids.split(",").map(encodeURIComponent).join("+"), options);
    return urlOf("api/0/profiles/merge", { ...selectionParameters(selection), ...options });
}

export function diffUrl(source, base, options) {
    if (source.ids && base.ids) return urlOf("api/0/profiles/diff", { ids: source.ids, base_ids: base.ids, ...options });
    return urlOf("api/0/profiles/diff", { ...selectionParameters(source), ...selectionParameters(base, "base_"), ...options });
}

export const flameOptions = state => ({ format: "flamegraph", ...optionsOf(state), max_nodes: NODES_MAX });

/* Columns of a timeline: clocks' and calendars' steps, no more than a strip can show. */
const STEPS_S = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const COLUMNS = 130;

export function stepFor(range) {
    const seconds = (latest(range) - range.from) / 1000, step = STEPS_S.find(each => seconds / each <= COLUMNS);
    return (step || Math.ceil(seconds / 86400 / COLUMNS) * 86400) + "s";
}

export const timelineUrl = (selection, options) => urlOf("api/0/timeline", { ...selectionParameters(selection), ...options });
export const listUrl = (selection, options) => urlOf("api/0/profiles", { ...selectionParameters(selection), ...options });

export const servicesUrl = () => "api/0/services";
export const overviewUrl = range => urlOf("api/0/overview", rangeParameters(range));
export const typesUrl = service => urlOf("api/0/types", { service });
/* Names and values are counted in the range, and as the other labels leave them. */
export const labelsUrl = selection => urlOf("api/0/labels", selectionParameters(selection));
export const valuesUrl = (selection, name) => urlOf(`api/0/labels/${encodeURIComponent(name)}/values`,
    selectionParameters({ ...selection, labels: formatMatchers(parseMatchers(selection.labels).filter(each => each.name !== name)) }));

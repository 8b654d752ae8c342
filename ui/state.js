/* Everything that a view hangs on stands in the URL, so that it can be pasted, reloaded, and gone back to. The table
   below is all of it; docs/UI.md promises these names to whoever links to the page. What equals its default is left out.

   A change that leads elsewhere is an entry of the browser's history; one that refines what is seen (typing a search,
   zooming) replaces the entry. Some changes make others pointless: `clears` says which parameters fall back then. */

const OF_TREE = ["zoom", "function"];
const OF_SELECTION = [...OF_TREE, "ids", "at"];

export const PARAMETERS = {
    view: { default: "flame", values: ["flame", "compare", "explore", "profiles", "adhoc", "status"] },
    service: { default: "", clears: [...OF_SELECTION, "type", "labels", "sample", "group", "label"] },
    type: { default: "", clears: [...OF_SELECTION, "sample"] },
    labels: { default: "", clears: OF_SELECTION },
    from: { default: "-1h", clears: OF_SELECTION },
    to: { default: "", clears: OF_SELECTION },
    ids: { default: "", clears: OF_TREE },
    at: { default: "" },
    zone: { default: "utc", values: ["utc", "local"] },
    sample: { default: "" },
    group: { default: "" },
    show_timeline: { default: "1", values: ["1", "0"] },

    pane: { default: "both", values: ["both", "flame", "table", "sandwich", "tree", "graph"] },
    function: { default: "" },
    search: { default: "" },
    sort: { default: "" },
    zoom: { default: "", fragment: true }, /* a path of names can be long, and a server need not see it */
    focus: { default: "", clears: OF_TREE },
    ignore: { default: "", clears: OF_TREE },
    hide: { default: "", clears: OF_TREE },
    show: { default: "", clears: OF_TREE },
    show_from: { default: "", clears: OF_TREE },
    tagfocus: { default: "", clears: OF_TREE },
    tagignore: { default: "", clears: OF_TREE },
    group_by: { default: "", clears: OF_TREE },
    granularity: { default: "functions", values: ["functions", "filefunctions", "files", "lines", "addresses"], clears: OF_TREE },
    inverted: { default: "", values: ["", "1"], clears: ["zoom"] },
    collapsed: { default: "", values: ["", "1"], clears: ["zoom"] },
    shape: { default: "icicle", values: ["icicle", "flame"] },
    colour: { default: "package", values: ["package", "file", "value"] },
    palette: { default: "default", values: ["default", "colourblind"] },

    base_service: { default: "", clears: [...OF_TREE, "base_ids"] },
    base_labels: { default: null, clears: [...OF_TREE, "base_ids"] },
    base_from: { default: "", clears: [...OF_TREE, "base_ids"] },
    base_to: { default: "", clears: [...OF_TREE, "base_ids"] },
    base_ids: { default: "", clears: OF_TREE },
    compare: { default: "diff", values: ["diff", "sides"] },
    normalize: { default: "", values: ["", "1"] },
    label: { default: "" }
};

let now = parse(location);
const listeners = [];

/* Of a Location or a URL. */
function parse({ search, hash }) {
    const inQuery = new URLSearchParams(search), inFragment = new URLSearchParams(hash.slice(1)), found = {};
    for (const [name, parameter] of Object.entries(PARAMETERS)) {
        const value = (parameter.fragment ? inFragment : inQuery).get(name);
        found[name] = value === null || (parameter.values && !parameter.values.includes(value)) ? parameter.default : value;
    }
    return found;
}

function changed(from, changes) {
    const next = { ...from };
    for (const [name, value] of Object.entries(changes)) {
        if (!Object.hasOwn(PARAMETERS, name)) throw new Error("no parameter is called " + name);
        if (value === from[name]) continue;
        for (const other of PARAMETERS[name].clears || [])
            if (!Object.hasOwn(changes, other)) next[other] = PARAMETERS[other].default;
        next[name] = value;
    }
    return next;
}

function format(all) {
    const inQuery = new URLSearchParams(), inFragment = new URLSearchParams();
    for (const [name, parameter] of Object.entries(PARAMETERS))
        if (all[name] !== parameter.default && all[name] !== null) (parameter.fragment ? inFragment : inQuery).set(name, all[name]);
    /* What need not be escaped in a query is left readable. */
    const readable = text => text.toString().replace(/%3A/gi, ":").replace(/%2C/gi, ",").replace(/%2F/gi, "/");
    return "?" + readable(inQuery) + (inFragment.size > 0 ? "#" + readable(inFragment) : "");
}

/* {name: value}, of all parameters. Not to be written to. */
export const current = () => now;

/* The relative URL of the page after the changes. */
export const linkTo = changes => format(changed(now, changes));
/* Of a selection that shares nothing with this one but how things are shown. */
export function linkAnew(changes) {
    const kept = {};
    for (const name of ["zone", "shape", "colour", "palette"]) kept[name] = now[name];
    return format(changed(parse({ search: new URLSearchParams(kept).toString(), hash: "" }), changes));
}

export const wholeLink = () => new URL(format(now), document.baseURI).href;

export function go(link, { replace = false } = {}) {
    const before = now, url = new URL(link, document.baseURI);
    if (format(parse(url)) === format(now)) return;
    history[replace ? "replaceState" : "pushState"](null, "", format(parse(url)));
    now = parse(url);
    for (const listener of listeners) listener(now, before);
}

export const change = (changes, options) => go(linkTo(changes), options);

/* listener(now, before), at every change, by whatever means. */
export const onChange = listener => listeners.push(listener);

addEventListener("popstate", () => {
    const before = now;
    now = parse(location);
    for (const listener of listeners) listener(now, before);
});

/* Links to other states of the page need no reload, but keep all that links can: new tabs, copying, middle clicks. */
document.addEventListener("click", event => {
    const link = event.target.closest?.("a[href^='?']");
    if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
});

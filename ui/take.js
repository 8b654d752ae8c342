/* Taking away what is seen: files in the formats of other tools, the commands that fetch it, links into other viewers. */
import { href } from "./api.js";
import { arrow, command, copy, make } from "./dom.js";
import { menuButton, openDialog } from "./popup.js";
import { current, wholeLink } from "./state.js";
import { optionsOf } from "./question.js";

const FORMATS = [["pprof", "pprof", "for go tool pprof and all that reads its files"], ["svg", "SVG", "a flame graph in one file"],
    ["folded", "Folded stacks", "one line a stack"], ["speedscope", "speedscope JSON", "for speedscope.app"], ["top.txt", "Table, as text", "what go tool pprof -top prints"]];

/* In single quotes for a POSIX shell. */
const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;

/* `urlOf(options)`: the relative URL of what is seen with other options. */
function showCommands(urlOf) {
    const state = current(), options = optionsOf(state), filters = { ...options, granularity: "" };
    const withFilters = Object.values(filters).some(Boolean) ? href(urlOf(filters)) : null;
    const name = `${state.service || "profile"}-${state.type || "profile"}.pb.gz`.replace(/[^\w.+-]/g, "_");
    openDialog("Commands", make("p", { class: "quiet" }, "They fetch the range of time that is on the page now. With tokens on, write any:TOKEN@ before the host, or give curl -H 'Authorization: Bearer TOKEN'."),
        make("h3", {}, "Explore it with pprof"), command(`go tool pprof -http=: ${quoted(href(urlOf({})))}`, "go tool pprof in a browser"),
        make("h3", {}, "The table in a terminal"), command(`go tool pprof -top${state.sample ? " -sample_index=" + quoted(state.sample) : ""} ${quoted(href(urlOf({})))}`, "go tool pprof -top"),
        make("h3", {}, "The profile as a file"), command(`curl -fsS -o ${quoted(name)} ${quoted(href(urlOf({})))}`, "curl of the profile"),
        withFilters ? [make("h3", {}, "Only what the filters leave"), command(`curl -fsS -o ${quoted(name)} ${quoted(withFilters)}`, "curl with filters")] : [],
        make("h3", {}, "The table as JSON"), command(`curl -fsS ${quoted(href(urlOf({ ...options, sample_index: state.sample, format: "top", nodecount: 20 })))}`, "curl of the table"));
}

/* What a viewer elsewhere can fetch: it comes from another origin, so the collector has to allow it. */
const viewers = urlOf => [
    { text: "Open in speedscope", more: "speedscope.app", target: "_blank", title: "speedscope.app fetches it from this collector, which has to allow that origin (--cors-origin)",
        href: "https://www.speedscope.app/#profileURL=" + encodeURIComponent(href(urlOf({ ...optionsOf(current()), format: "speedscope" }))) },
    { text: "Open in Firefox Profiler", more: "profiler.firefox.com", target: "_blank", title: "profiler.firefox.com fetches folded stacks from this collector, which has to allow that origin (--cors-origin)",
        href: "https://profiler.firefox.com/from-url/" + encodeURIComponent(href(urlOf({ ...optionsOf(current()), sample_index: current().sample, format: "folded" }))) }
];

/* `png`: draws what is seen. */
export function takeMenu({ urlOf, png }) {
    return menuButton(["Take away", arrow()], "Take away", () => {
        const options = { ...optionsOf(current()), sample_index: current().sample };
        return [
            { heading: "As a file" },
            ...FORMATS.map(([format, text, more]) => ({ text, more, href: href(urlOf({ ...options, format })), download: "" })),
            { text: "PNG", more: "the flame graph as it is seen", run: png }, "-",
            { text: "Commands\u2026", more: "go tool pprof, curl", run: () => showCommands(urlOf) },
            { text: "Copy the link to this view", key: "y", run: () => copy(wholeLink(), "Link") }, "-",
            ...viewers(urlOf)
        ];
    });
}

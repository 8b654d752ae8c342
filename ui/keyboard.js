/* Keys for all that matters. Single keys act only where nobody types, and can be switched off, for people who dictate. */
import { isTyping, make } from "./dom.js";
import { isPopupOpen, openDialog } from "./popup.js";

const OFF = "brazier-keys-off";

const isOff = () => {
    try {
        return localStorage.getItem(OFF) === "1";
    } catch {
        return false;
    }
};

function switchOff(off) {
    try {
        if (off) localStorage.setItem(OFF, "1");
        else localStorage.removeItem(OFF);
    } catch { /* then they stay on */ }
}

const groups = []; /* {title, keys: [{key, text, run}]} */

export const addKeys = (title, keys) => groups.push({ title, keys });

const shown = key => key.split(" ").map((each, i) => [i > 0 ? " " : "", each === "or" ? "or" : make("kbd", {}, each)]).flat();

export function showKeys() {
    if (document.querySelector("dialog.help")) return;
    const rows = list => list.map(({ key, text }) => make("div", {}, make("dt", {}, shown(key)), make("dd", {}, text)));
    const dialog = openDialog("Keyboard", make("div", { class: "keys" }, groups.map(({ title, keys }) => [make("h3", {}, title), make("dl", {}, rows(keys))]).flat()),
        make("p", {}, make("label", { class: "tick" }, make("input", { type: "checkbox", checked: !isOff(), onchange: event => switchOff(!event.target.checked) }), "Single keys act")));
    dialog.classList.add("help");
}

document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || isPopupOpen()) return;
    if (document.querySelector("dialog[open]")) return;
    if (isOff() && event.key !== "Escape") return;
    for (const { keys } of groups) {
        const found = keys.find(each => each.run && each.key === event.key);
        if (!found) continue;
        event.preventDefault();
        found.run();
        return;
    }
});

/* Elements are made here, and only from text: no string ever becomes markup, so a function may be called
   <img onerror=...> if it likes. */

/* make("button", {class: "button", type: "button", onclick: f, "aria-label": "x", hidden: true}, "text", element, null...)
   Attributes that are null or false are left out, true is an empty one; on... are listeners. */
export function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        if (value === null || value === undefined || value === false) continue;
        if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
        else if (key === "value") element.value = value;
        else element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
    return element;
}

/* What the owner of a view may call, and nothing else of it. */
export const only = (view, names) => Object.fromEntries(names.map(name => [name, (...args) => view[name](...args)]));

export const button = (text, attributes, ...more) =>
    make("button", { type: "button", ...attributes, class: "button " + (attributes?.class || "") }, text, ...more);

/* The mark on what opens a menu. */
export const arrow = () => make("span", { class: "arrow", "aria-hidden": "true" }, "\u25be");

export function fill(element, ...children) {
    element.replaceChildren(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
    return element;
}

const SVG = "http://www.w3.org/2000/svg";

/* A picture in strokes: icon("M1 2L3 4"). */
export function icon(path, size = 16) {
    const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
    const attributes = { viewBox: "0 0 16 16", width: size, height: size, fill: "none", stroke: "currentColor", "aria-hidden": "true",
        "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round" };
    for (const key in attributes) svg.setAttribute(key, attributes[key]);
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
}

/* Says something to those who listen to the page, and shows it for a moment to those who look. */
export function tell(text, { seen = true } = {}) {
    const heard = document.getElementById("heard");
    heard.textContent = "";
    heard.textContent = text;
    if (!seen) return;
    document.querySelector(".toast")?.remove();
    const toast = make("div", { class: "toast", "aria-hidden": "true" }, text);
    document.body.append(toast);
    setTimeout(() => toast.remove(), 2500);
}

/* Puts text into the clipboard. Without a secure origin browsers have no clipboard API: then the text is selected in
   a field that is taken away again. */
export async function copy(text, what) {
    let done = false;
    try {
        await navigator.clipboard.writeText(text);
        done = true;
    } catch {
        const field = make("textarea", { class: "heard", "aria-hidden": "true", value: text });
        const focused = document.activeElement;
        (document.querySelector("dialog[open]") || document.body).append(field);
        field.select();
        done = document.execCommand("copy");
        field.remove();
        focused?.focus();
    }
    tell(done ? what + " copied" : "The browser does not allow to copy");
}

/* A command line with a button that copies it. */
export function command(text, name) {
    return make("div", { class: "command" }, make("pre", { tabindex: 0, role: "region", "aria-label": name }, text),
        button("Copy", { class: "small", "aria-label": "Copy: " + name, onclick: () => copy(text, "Command") }));
}

export const isTyping = target => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") != null;

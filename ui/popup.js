/* What opens over the page: menus, small forms, dialogs. One popup is open at a time; Escape, a click elsewhere or Tab
   out of it closes it, and the focus goes back to where it came from. */
import { button, fill, make } from "./dom.js";

let open = null;

function place(popup, anchor) {
    const at = anchor.getBoundingClientRect(), size = popup.getBoundingClientRect(), margin = 6;
    const left = Math.max(margin, Math.min(at.left, innerWidth - size.width - margin));
    const below = at.bottom + 4, above = at.top - 4 - size.height;
    popup.style.left = left + "px";
    popup.style.top = (below + size.height > innerHeight - margin && above > margin ? above : Math.max(margin, Math.min(below, innerHeight - size.height - margin))) + "px";
}

export function closePopup({ focus = true } = {}) {
    if (!open) return;
    const { popup, anchor, closed } = open;
    const inside = popup.contains(document.activeElement);
    open = null;
    popup.remove();
    anchor.setAttribute?.("aria-expanded", "false");
    if (focus && inside && anchor.isConnected) anchor.focus();
    closed?.();
}

export const isPopupOpen = () => open !== null;
export const isOpenAt = anchor => open?.anchor === anchor;

/* `element` becomes a popup at `anchor`, in the part of the page where that is. `focus` is what gets the focus. */
export function openPopup(anchor, element, { focus, closed } = {}) {
    closePopup({ focus: false });
    element.classList.add("popup");
    (anchor.closest?.("dialog, header, nav, main") || document.body).append(element);
    anchor.setAttribute?.("aria-expanded", "true");
    open = { popup: element, anchor, closed };
    place(element, anchor);
    (focus === undefined ? element.querySelector("[role^=menuitem], input, select, button") : focus)?.focus();
    return element;
}

export const replacePopup = anchor => { if (open) place(open.popup, anchor); };

document.addEventListener("pointerdown", event => {
    if (open && !open.popup.contains(event.target) && !open.anchor.contains?.(event.target)) closePopup({ focus: false });
}, true);
document.addEventListener("focusin", event => {
    if (open && !open.popup.contains(event.target) && !open.anchor.contains?.(event.target)) closePopup({ focus: false });
});
document.addEventListener("keydown", event => {
    if (!open || event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    closePopup();
}, true);
addEventListener("resize", () => closePopup({ focus: false }));

/* --- menus ---------------------------------------------------------------------------------------------------- */

function itemOf(item) {
    if (item === "-") return make("hr", { role: "separator" });
    if (item.heading) return make("div", { class: "what", role: "presentation" }, item.heading);
    const ticked = item.checked !== undefined;
    const attributes = { role: ticked ? (item.many ? "menuitemcheckbox" : "menuitemradio") : "menuitem", tabindex: -1,
        "aria-checked": ticked ? String(item.checked) : null, title: item.title };
    const children = [make("span", {}, item.text), item.more ? make("span", { class: "more" }, item.more) : null,
        item.key ? make("kbd", { "aria-hidden": "true" }, item.key) : null];
    if (item.href) return make("a", { ...attributes, href: item.href, download: item.download, target: item.target, rel: item.target ? "noopener noreferrer" : null }, ...children);
    return make("button", { ...attributes, type: "button" }, ...children);
}

function moveIn(menu, event) {
    const items = [...menu.querySelectorAll("[role^=menuitem]")], at = items.indexOf(document.activeElement);
    let next = -1;
    if (event.key === "ArrowDown") next = (at + 1) % items.length;
    else if (event.key === "ArrowUp") next = (at <= 0 ? items.length : at) - 1;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = items.length - 1;
    else if (event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
        next = items.indexOf(rest.find(item => item.textContent.toLowerCase().startsWith(event.key.toLowerCase())));
    }
    if (next < 0) return;
    items[next]?.focus();
    event.preventDefault();
    event.stopPropagation();
}

/* items: {text, more, key, title, checked, many, run or href, download, target}, {heading} or "-". */
export function openMenu(anchor, name, items) {
    const menu = make("div", { role: "menu", "aria-label": name });
    for (const item of items.filter(Boolean)) {
        const element = itemOf(item);
        if (item.run || item.href) element.addEventListener("click", () => {
            closePopup();
            item.run?.();
        });
        menu.append(element);
    }
    menu.addEventListener("keydown", event => moveIn(menu, event));
    return openPopup(anchor, menu);
}

/* A button that opens a menu; items() is asked each time, and may be a promise. */
export function menuButton(children, name, items, attributes = {}) {
    const opener = button(children, { "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": name, ...attributes,
        onclick: async () => {
            if (isOpenAt(opener)) return closePopup();
            const given = items();
            if (given instanceof Promise) openMenu(opener, name, [{ heading: "Loading\u2026" }]);
            const list = await given;
            if (!(given instanceof Promise) || isOpenAt(opener)) openMenu(opener, name, list);
        } });
    return opener;
}

/* --- dialogs -------------------------------------------------------------------------------------------------- */

/* A dialog over all; gives the <dialog>, which is gone when it is closed. */
export function openDialog(title, ...children) {
    closePopup();
    const name = "title-" + title.replace(/\W/g, "");
    const dialog = make("dialog", { "aria-labelledby": name });
    fill(dialog, make("div", { class: "title" }, make("h2", { id: name }, title),
        button("\u2715", { class: "plain", "aria-label": "Close", onclick: () => dialog.close() })), ...children);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
}

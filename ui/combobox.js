/* A field that completes what is typed: a combobox with a list, as the ARIA practices describe it. The list comes from
   options(text), an array or a promise of {value, text, more}; what cannot be loaded is told in the list's place. */
import { make } from "./dom.js";
import { closePopup, isOpenAt, openPopup, replacePopup } from "./popup.js";

const SHOWN = 200;
let count = 0;

/* What fits what was typed: first what begins with it, then what holds it. */
export function matching(list, text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return list;
    const place = item => (item.text ?? item.value).toLowerCase().indexOf(wanted);
    return list.filter(item => place(item) >= 0).sort((a, b) => (place(a) > 0) - (place(b) > 0));
}

class Combobox {
    constructor({ name, placeholder, options, chosen, entered, left, className }) {
        Object.assign(this, { options, chosen, entered, name });
        this.id = "combobox-" + ++count;
        this.items = [];
        this.at = -1;
        this.run = 0;
        this.input = make("input", { class: "field " + (className || ""), role: "combobox", type: "text", "aria-label": name, placeholder,
            "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.id, autocomplete: "off", spellcheck: "false",
            oninput: () => this.show(this.input.value), onkeydown: event => this.press(event),
            onclick: () => { if (!isOpenAt(this.input)) this.show(""); },
            onblur: () => left?.(this.input.value) });
        this.list = make("div", { id: this.id, role: "listbox", "aria-label": name });
        this.list.addEventListener("pointerdown", event => event.preventDefault()); /* the field keeps the focus */
    }

    async show(text) {
        const number = ++this.run;
        let found = this.options(text), failure = "";
        if (found instanceof Promise) {
            try {
                found = await found;
            } catch (error) {
                found = [];
                failure = error.message;
            }
        }
        if (number !== this.run || document.activeElement !== this.input) return;
        this.items = found.slice(0, SHOWN);
        this.at = -1;
        const rest = found.length - this.items.length;
        this.list.replaceChildren(...this.items.map((item, i) => make("div", { role: "option", id: `${this.id}-${i}`, "aria-selected": "false",
            onclick: () => this.choose(i) }, make("span", {}, item.text ?? item.value), item.more ? make("span", { class: "more" }, item.more) : null)));
        if (failure || rest > 0 || this.items.length === 0)
            this.list.append(make("div", { class: "what", role: "option", "aria-disabled": "true" }, failure || (rest > 0 ? `${rest} more: type to find them` : "Nothing matches")));
        if (isOpenAt(this.input)) replacePopup(this.input);
        else openPopup(this.input, this.list, { focus: null, closed: () => this.mark(-1) });
    }

    mark(i) {
        this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
        this.at = i;
        const option = i >= 0 ? this.list.children[i] : null;
        option?.setAttribute("aria-selected", "true");
        option?.scrollIntoView({ block: "nearest" });
        if (option) this.input.setAttribute("aria-activedescendant", option.id);
        else this.input.removeAttribute("aria-activedescendant");
    }

    choose(i) {
        const item = this.items[i];
        this.run++;
        closePopup();
        this.chosen(item);
    }

    press(event) {
        const shown = isOpenAt(this.input);
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            if (!shown) return void this.show("");
            const step = event.key === "ArrowDown" ? 1 : -1, count = this.items.length;
            if (count > 0) this.mark(this.at < 0 ? (step > 0 ? 0 : count - 1) : (this.at + step + count) % count);
        } else if (event.key === "Enter") {
            event.preventDefault();
            if (shown && this.at >= 0) return this.choose(this.at);
            this.run++;
            closePopup();
            this.entered?.(this.input.value);
        } else if (event.key === "Tab") {
            this.run++;
            closePopup({ focus: false });
        }
    }
}

/* chosen(item): one of the list; entered(text): Enter without a choice; left(text): the focus went on. */
export const makeCombobox = parts => new Combobox(parts);

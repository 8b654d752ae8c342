/* Brings the flame graph that it stands in to life: zoom by click, search by regular expression, what a box stands for,
   keyboard. Everything it knows was read from the boxes; strings only ever become text nodes and attributes' values,
   never markup. Asks nobody for anything. The picture is whole without it. */
(() => {
    "use strict";
    const SVG = "http://www.w3.org/2000/svg", XHTML = "http://www.w3.org/1999/xhtml";
    const svg = document.currentScript.closest("svg");
    const group = svg.querySelector("#frames"), head = svg.querySelector("#head");
    const top = +svg.dataset.top, row = +svg.dataset.row, margin = +svg.dataset.margin;
    const WIDE = 860, BAR_HEIGHT = 30, LEAST_WIDTH = 0.2, LONGEST = 600, TEXT_IN = 4;

    function make(space, name, attributes, ...children) {
        const element = document.createElementNS(space, name);
        for (const key in attributes) element.setAttribute(key, attributes[key]);
        element.append(...children);
        return element;
    }

    /* --- what is there ------------------------------------------------------------------------------------ */

    /* Boxes stand depth first. x and width are shares of the whole; `last` is the last box beneath. */
    const boxes = [], byGroup = new Map();
    {
        const path = [];
        let whole = null;
        for (const g of group.querySelectorAll("g")) {
            const title = g.querySelector("title"), rect = g.querySelector("rect");
            const lines = title.textContent.split("\n");
            const box = { g, rect, text: g.querySelector("text"), name: lines[0], lines, caption: null, hidden: false,
                x: +rect.getAttribute("x"), width: +rect.getAttribute("width"), index: boxes.length,
                depth: Math.round((+rect.getAttribute("y") - top) / row), hit: false };
            whole = whole || { x: box.x, width: box.width };
            box.x = (box.x - whole.x) / whole.width;
            box.width /= whole.width;
            box.parent = box.depth > 0 ? path[box.depth - 1] : null;
            path.length = box.depth;
            path.push(box);
            for (const above of path) above.last = box.index;
            title.remove();
            g.setAttribute("role", "treeitem");
            g.setAttribute("aria-level", box.depth + 1);
            g.setAttribute("aria-label", lines.join(", ").slice(0, LONGEST));
            g.setAttribute("tabindex", boxes.length === 0 ? 0 : -1);
            boxes.push(box);
            byGroup.set(g, box);
        }
        group.setAttribute("role", "tree");
        group.setAttribute("aria-label", svg.querySelector("title").textContent);
    }
    const root = boxes[0];
    const inside = (box, outer) => box.index >= outer.index && box.index <= outer.last;

    /* --- texts that fit ----------------------------------------------------------------------------------- */

    const canvas = make(XHTML, "canvas", {}).getContext("2d");
    const widths = new Map();
    let ellipsis = 0;

    function useFont(element) {
        const style = getComputedStyle(element);
        canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        widths.clear();
        ellipsis = canvas.measureText("\u2026").width;
    }

    function widthOf(character) {
        let width = widths.get(character);
        if (width === undefined) {
            width = canvas.measureText(character).width;
            widths.set(character, width);
        }
        return width;
    }

    /* As much of the text as there is room for: characters, of code points. */
    function fit(text, room) {
        let width = 0, cut = 0, at = 0;
        for (const character of text) {
            width += widthOf(character);
            if (width > room) return cut > 1 ? text.slice(0, cut) + "\u2026" : "";
            at += character.length;
            if (width + ellipsis <= room) cut = at;
        }
        return text;
    }

    /* What stands in no brackets behind the last "." or "::"; a Go closure says nothing without its function. */
    function lastPart(name) {
        let at = 0, depth = 0;
        for (let i = 1; i < name.length - 1; i++) {
            if ("([<".includes(name[i])) depth++;
            else if (")]>".includes(name[i])) depth = Math.max(0, depth - 1);
            else if (depth === 0 && (name[i] === "." || name[i] === ":" && name[i - 1] === ":")
                && !/^(func|gowrap|deferwrap|)[0-9]/.test(name.slice(i + 1, i + 12))) at = i + 1;
        }
        return name.slice(at);
    }

    /* The name; without the path in front of a Go package; without package and type; and that cut. */
    function caption(name, room) {
        if (fit(name, room) === name) return name;
        const short = name.slice(name.match(/^[^[(< ]*/)[0].lastIndexOf("/") + 1);
        return fit(short, room) === short ? short : fit(lastPart(short), room);
    }

    /* --- layout ------------------------------------------------------------------------------------------- */

    let zoomed = root, width = 0, down = 0;

    function show(box, left, size) {
        const hidden = size < LEAST_WIDTH;
        if (hidden !== box.hidden) {
            box.hidden = hidden;
            if (hidden) box.g.setAttribute("display", "none");
            else box.g.removeAttribute("display");
        }
        if (hidden) return;

        /* A little paper between neighbours that are wide enough for it. */
        box.rect.setAttribute("x", left.toFixed(2));
        box.rect.setAttribute("width", (size > 4 ? size - 0.7 : size).toFixed(2));
        const words = size > 20 ? caption(box.name, size - 2 * TEXT_IN) : "";
        if (words !== "" && !box.text) {
            box.text = make(SVG, "text", { y: +box.rect.getAttribute("y") + 13 });
            box.g.append(box.text);
        }
        if (!box.text) return;
        if (box.caption !== words) box.text.textContent = box.caption = words;
        box.text.setAttribute("x", (left + TEXT_IN).toFixed(2));
    }

    function layout() {
        const room = width - 2 * margin;
        useFont(group);
        for (const box of boxes) {
            const above = inside(zoomed, box);
            box.g.classList.toggle("above", above && box !== zoomed);
            if (above) show(box, margin, room);
            else if (!inside(box, zoomed)) show(box, 0, 0);
            else show(box, margin + (box.x - zoomed.x) / zoomed.width * room, box.width / zoomed.width * room);
        }
    }

    const headLines = [...head.querySelectorAll(":scope > text")].map(text => ({ text, words: text.textContent }));
    const viewHeight = svg.viewBox.baseVal.height;

    /* One unit is one pixel from here on, however wide the window is. */
    function resize() {
        svg.setAttribute("width", "100%");
        const now = Math.max(svg.getBoundingClientRect().width, 240);
        if (now === width) return;
        width = now;
        svg.removeAttribute("viewBox");
        const wide = width >= WIDE;
        down = wide ? 0 : BAR_HEIGHT;
        svg.setAttribute("height", viewHeight + down);
        group.setAttribute("transform", `translate(0 ${down})`);
        head.querySelector(".paper").setAttribute("width", width);
        head.querySelector(".paper").setAttribute("height", top - 2 + down);
        const barWidth = wide ? Math.min(width * 0.5, 560) : width - 2 * margin;
        holder.setAttribute("x", width - margin - barWidth);
        holder.setAttribute("y", wide ? 6 : top - 4);
        holder.setAttribute("width", barWidth);
        bar.style.justifyContent = wide ? "flex-end" : "flex-start";
        headLines.forEach(({ text, words }, i) => {
            useFont(text);
            text.textContent = fit(words, width - 2 * margin - (wide && i === 0 ? barWidth : 0));
        });
        if (root) layout();
    }

    function follow() {
        head.setAttribute("transform", `translate(0 ${Math.max(0, -svg.getBoundingClientRect().top)})`);
    }

    /* --- zoom --------------------------------------------------------------------------------------------- */

    function zoom(box) {
        zoomed = box;
        back.hidden = box === root;
        layout();
        report();
    }

    /* --- search ------------------------------------------------------------------------------------------- */

    const field = make(XHTML, "input", { type: "search", placeholder: "Search (Ctrl-F)", spellcheck: "false",
        "aria-label": "Search by regular expression", title: "A regular expression; with capitals, case matters" });
    const found = make(XHTML, "output", { "aria-live": "polite" });
    const back = make(XHTML, "button", { type: "button", title: "Escape" }, "Reset zoom");
    const bar = make(XHTML, "div", { "class": "bar" }, found, field, back);
    const holder = make(SVG, "foreignObject", { height: BAR_HEIGHT }, bar);
    back.hidden = true;
    head.append(holder);

    function pattern(text) {
        try {
            return new RegExp(text, /[A-Z]/.test(text.replace(/\\./g, "")) ? "u" : "iu");
        } catch {
            return null;
        }
    }

    /* Of what matches, the outermost boxes: what is beneath is in them. */
    function matched(outer) {
        let sum = 0;
        for (let i = outer.index; i <= outer.last; i++)
            if (boxes[i].hit) {
                sum += boxes[i].width;
                i = boxes[i].last;
            }
        return sum / outer.width;
    }

    const percent = share => (share * 100).toFixed(share > 0.99995 ? 0 : 2) + "%";

    function isBeneathHit(box) {
        for (let outer = box.parent; outer; outer = outer.parent) if (outer.hit) return true;
        return false;
    }

    function report() {
        const text = field.value, searching = text !== "" && field.getAttribute("aria-invalid") !== "true";
        const inner = isBeneathHit(zoomed) ? 1 : matched(zoomed);
        found.textContent = text === "" ? "" : !searching ? "no regular expression"
            : `${percent(matched(root))} matched` + (zoomed !== root ? `, ${percent(inner)} of the zoomed` : "");
    }

    function search() {
        const expression = field.value === "" ? null : pattern(field.value);
        field.setAttribute("aria-invalid", field.value !== "" && !expression);
        for (const box of boxes) {
            box.hit = expression !== null && expression.test(box.name);
            box.g.classList.toggle("hit", box.hit);
        }
        group.classList.toggle("searching", expression !== null);
        if (root) report();
    }

    /* --- what a box stands for ---------------------------------------------------------------------------- */

    const tip = make(XHTML, "div", { "class": "tip", role: "status" });
    const tipHolder = make(SVG, "foreignObject", { width: 1, height: 1, display: "none", "pointer-events": "none" }, tip);
    svg.append(tipHolder);

    function hide() {
        tipHolder.setAttribute("display", "none");
    }

    /* Beside the point, where there is room for it; all in pixels of the window. */
    function tell(box, x, y) {
        const lines = box.lines.map(line => line.length > LONGEST ? line.slice(0, LONGEST) + "\u2026" : line);
        if (zoomed !== root && inside(box, zoomed) && box !== zoomed)
            lines.push(`${percent(box.width / zoomed.width)} of ${zoomed.name.slice(0, LONGEST)}`);
        tip.replaceChildren(...lines.map(line => make(XHTML, "p", {}, line)));

        const frame = svg.getBoundingClientRect(), most = Math.min(560, width - 2 * margin);
        tipHolder.setAttribute("width", most);
        tipHolder.setAttribute("height", 1000);
        tipHolder.removeAttribute("display");
        const size = tip.getBoundingClientRect();
        const left = Math.max(margin, Math.min(x - frame.left + 14, width - margin - size.width));
        const below = y + 18 + size.height <= innerHeight || y < size.height + 12;
        tipHolder.setAttribute("x", left);
        tipHolder.setAttribute("y", (below ? y + 18 : y - size.height - 10) - frame.top);
        tipHolder.setAttribute("width", Math.ceil(size.width) + 1);
        tipHolder.setAttribute("height", Math.ceil(size.height) + 1);
    }

    const boxOf = event => byGroup.get(event.target.closest && event.target.closest("#frames > g"));

    group.addEventListener("mousemove", event => {
        const box = boxOf(event);
        if (box) tell(box, event.clientX, event.clientY);
    });
    group.addEventListener("mouseleave", hide);
    group.addEventListener("click", event => {
        const box = boxOf(event);
        if (!box) return;
        current(box, false);
        zoom(box);
        hide();
    });
    addEventListener("scroll", () => { follow(); hide(); });

    /* --- keyboard ----------------------------------------------------------------------------------------- */

    let here = root;

    function current(box, focus) {
        here.g.setAttribute("tabindex", -1);
        here = box;
        here.g.setAttribute("tabindex", 0);
        if (!focus) return;
        here.g.focus({ preventScroll: true });
        const at = here.rect.getBoundingClientRect();
        const covered = head.getBoundingClientRect().height;
        if (at.top < covered) scrollBy(0, at.top - covered - row);
        else if (at.bottom > innerHeight) scrollBy(0, at.bottom - innerHeight + row);
        const seen = here.rect.getBoundingClientRect();
        tell(here, Math.max(seen.left, margin), seen.bottom - 12);
    }

    function sibling(box, step) {
        for (let i = box.index + step; i > 0 && i < boxes.length; i += step)
            if (boxes[i].depth === box.depth && !boxes[i].hidden) return boxes[i];
        return box;
    }

    function child(box) {
        for (let i = box.index + 1; i <= box.last; i++) if (!boxes[i].hidden) return boxes[i];
        return box;
    }

    const moves = { ArrowDown: child, ArrowUp: box => box.parent || box, ArrowRight: box => sibling(box, 1),
        ArrowLeft: box => sibling(box, -1), Home: () => zoomed };

    group.addEventListener("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key in moves) current(moves[event.key](here), true);
        else if (event.key === "Enter" || event.key === " ") {
            zoom(here);
            current(here, true);
        } else return;
        event.preventDefault();
    });
    /* On the window: elements of SVG that listen for focus can be given it. */
    addEventListener("focusin", event => {
        const box = boxOf(event);
        if (box && box !== here) current(box, false);
    });
    addEventListener("focusout", hide);

    addEventListener("keydown", event => {
        const typing = event.target === field;
        if ((event.ctrlKey || event.metaKey) && event.key === "f" || event.key === "/" && !typing) {
            field.focus();
            field.select();
        } else if (event.key === "Escape") {
            hide();
            if (field.value !== "" && (typing || zoomed === root)) {
                field.value = "";
                search();
            } else if (typing) field.blur();
            else if (root) zoom(root);
        } else return;
        event.preventDefault();
    });
    field.addEventListener("input", search);
    back.addEventListener("click", () => {
        zoom(root);
        field.focus({ preventScroll: true });
    });

    addEventListener("resize", () => { hide(); resize(); follow(); });
    resize();
    follow();
    if (document.fonts) document.fonts.ready.then(() => { if (root) layout(); });
})();

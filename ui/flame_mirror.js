/* The picture for those who do not see it: a tree of the way to the frame that has the keyboard, of its children and of
   those beside it. It has the focus; the canvas shows where that is. */
import { make } from "./dom.js";

const MOST = 60, LONGEST = 300;
let mirrors = 0;

export class Mirror {
    constructor(name) {
        this.id = "flame-mirror-" + ++mirrors;
        this.element = make("div", { class: "flame-mirror", role: "tree", tabindex: 0, "aria-label": name });
    }

    item(words, node, level, position, size, isOpen) {
        const element = make("div", { role: "treeitem", id: `${this.id}-${node}`, "aria-level": level, "aria-posinset": position, "aria-setsize": size,
            "aria-expanded": isOpen === null ? null : String(isOpen), "aria-selected": String(node === this.current) },
            words.sentence(node).slice(0, LONGEST));
        element.dataset.node = node;
        return element;
    }

    hasChildren(tree, node) {
        return tree.end[node] > node + 1;
    }

    /* The path to a node, then its siblings around it and its children. */
    show(words, node) {
        const { tree } = words, items = [], path = [0, ...tree.ancestors(node)];
        this.current = node;
        path.slice(0, -1).forEach((above, level) => items.push(this.item(words, above, level + 1, 1, 1, true)));
        const level = path.length, siblings = node > 0 ? tree.children(tree.parent[node]) : [0], at = siblings.indexOf(node);
        const first = Math.max(0, at - MOST / 2), near = siblings.slice(first, first + MOST);
        near.forEach((sibling, i) => {
            const isHere = sibling === node;
            items.push(this.item(words, sibling, level, first + i + 1, siblings.length, this.hasChildren(tree, sibling) ? isHere : null));
            if (!isHere) return;
            const children = tree.children(node);
            children.slice(0, MOST).forEach((child, k) =>
                items.push(this.item(words, child, level + 1, k + 1, children.length, this.hasChildren(tree, child) ? false : null)));
        });
        this.element.replaceChildren(...items);
        this.element.setAttribute("aria-activedescendant", `${this.id}-${node}`);
    }

    clear(text) {
        this.element.replaceChildren(make("div", { role: "treeitem", "aria-selected": "false" }, text));
        this.element.removeAttribute("aria-activedescendant");
    }
}

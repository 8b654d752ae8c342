// What the tests of the page's pure parts stand on. Run by tests/e2e/test_22_page_flame.py:
//     node tests/ui/run.mjs UI DATA
// UI holds a copy of ui/ whose package.json says "type": "module"; DATA what the engine says of real profiles: NAME.json is a
// flame graph and NAME.top.json the whole top table of the same.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [ui, data] = process.argv.slice(2);

export const load = name => import(pathToFileURL(path.join(ui, name)).href);
export const read = name => JSON.parse(fs.readFileSync(path.join(data, name + ".json"), "utf8"));
export const PROFILES = ["cpu", "heap", "pruned", "diff", "mutex", "empty"];

// A flame graph's JSON of folded stacks: {"a;b;c": value or [base, source]}.
export function foldedData(stacks, more = {}) {
    const strings = [""], names = [], root = { children: new Map(), self: [0, 0] }, isDiff = Object.values(stacks).some(Array.isArray);
    for (const [stack, value] of Object.entries(stacks)) {
        let node = root;
        for (const name of stack.split(";")) {
            if (!node.children.has(name)) node.children.set(name, { children: new Map(), self: [0, 0] });
            node = node.children.get(name);
        }
        const sides = Array.isArray(value) ? value : [0, value];
        node.self = node.self.map((own, i) => own + sides[i]);
    }
    const nodes = { depth: [], frame: [], inlined: "" }, values = { self: [], total: [], base_self: [], base_total: [] };
    const sum = node => node.total = [...node.children.values()].reduce((total, child) => total.map((own, i) => own + sum(child)[i]), node.self);
    const frameOf = name => {
        if (!names.includes(name)) names.push(name);
        return names.indexOf(name);
    };
    const walk = (node, name, depth) => {
        nodes.depth.push(depth);
        nodes.frame.push(depth === 0 ? -1 : frameOf(name));
        nodes.inlined += "0";
        values.self.push(node.self[1]);
        values.total.push(node.total[1]);
        values.base_self.push(node.self[0]);
        values.base_total.push(node.total[0]);
        for (const [child, under] of [...node.children].sort((a, b) => Math.max(...b[1].total) - Math.max(...a[1].total))) walk(under, child, depth + 1);
    };
    sum(root);
    walk(root, "", 0);
    strings.push(...names);
    const none = names.map(() => 0);
    return { types: [{ type: "cpu", unit: "nanoseconds" }], shown: 0, total: isDiff ? root.total[0] : root.total[1], diff: isDiff, source: root.total[1], base: root.total[0],
        pruned: 0, saturated: false, notes: [], strings, frames: { name: names.map((_, i) => i + 1), file: none, line: none, module: none }, nodes,
        remainders: { node: [], count: [] }, values: [isDiff ? values : { self: values.self, total: values.total }], ...more };
}

// A tree as folded stacks again.
export function foldedOf(tree) {
    const stacks = {};
    for (let i = 0; i < tree.count; i++) if (tree.self[i] !== 0) stacks[tree.path(i).join(";")] = (stacks[tree.path(i).join(";")] || 0) + tree.self[i];
    return stacks;
}

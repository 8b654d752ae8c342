/* What the views show, made from the flame graph's JSON (docs/API.md) and kept with it: the tree of a sample type; the
   same bottom-up; without recursion; callers and callees of a function; sums by function. Pure: no page is needed. */
import { REMAINDER, ROOT, Symbols } from "./flame_symbols.js";
import { Tree, TreeBuilder } from "./flame_tree.js";

/* A bottom-up tree can be larger than the tree that it is made of; what would come after so many nodes is folded. */
const MOST_NODES = 3e6;

const models = new WeakMap();

/* The same model for the same JSON, so that views beside each other share its trees. */
export function modelOf(data) {
    let model = models.get(data);
    if (!model) models.set(data, model = new Model(data));
    return model;
}

function sizeOf(tree, node) {
    return Math.abs(tree.self[node]) + (tree.isDiff ? Math.abs(tree.baseSelf[node]) : 0);
}

/* Of the JSON's columns. Siblings are in the order of the shown type. */
function readTree(data, symbols, type) {
    const values = data.values[type], count = data.nodes.depth.length, tree = new Tree(symbols, count, data.diff);
    tree.depth.set(data.nodes.depth);
    tree.frame.set(data.nodes.frame);
    tree.self.set(values.self);
    tree.total.set(values.total);
    if (data.diff) {
        tree.baseSelf.set(values.base_self);
        tree.baseTotal.set(values.base_total);
    }
    for (let i = 0; i < count; i++) {
        tree.width[i] = sizeOf(tree, i);
        tree.inlined[i] = data.nodes.inlined.charCodeAt(i) === 49 ? 1 : 0;
    }
    data.remainders.node.forEach((node, i) => tree.folded.set(node, data.remainders.count[i]));
    return tree.measure();
}

function addSelf(builder, to, tree, node) {
    builder.add(to, tree.self[node], tree.isDiff ? tree.baseSelf[node] : 0, sizeOf(tree, node));
    if (tree.frame[node] === REMAINDER) builder.fold(to, tree.folded.get(node) || 0);
}

/* The same nodes in the order of their own values. */
export function sorted(tree) {
    const builder = new TreeBuilder(tree.symbols, tree.isDiff), to = new Int32Array(tree.count);
    for (let i = 0; i < tree.count; i++) {
        if (i > 0) to[i] = builder.child(to[tree.parent[i]], tree.frame[i], tree.inlined[i]);
        addSelf(builder, to[i], tree, i);
    }
    return builder.tree();
}

/* Makes a bottom-up tree by parting stacks by the frame that is next, level by level: no step is looked up, which a tenth
   of the time is enough for. A node of the new tree is a stretch [begin, end) of `at`, where the stacks that it stands for
   have come to, and of `from`, where they began. */
class Inverter {
    constructor(tree, builder, nodes) {
        this.tree = tree;
        this.builder = builder;
        this.at = Int32Array.from(nodes);
        this.from = this.at.slice();
        this.at2 = this.at.slice();
        this.from2 = this.at.slice();
        this.begin = [0];
        this.end = [nodes.length];
        this.frames = [];
        this.child = new Int32Array(tree.symbols.count + 2); /* both by frame + 2 */
        this.fill = new Int32Array(tree.symbols.count + 2);
    }

    add(to, node) {
        const { tree } = this;
        this.builder.add(to, tree.self[node], tree.isDiff ? tree.baseSelf[node] : 0, sizeOf(tree, node));
    }

    /* What began at the root of the old tree stays; the others get children. */
    part(node) {
        const { tree: { frame, inlined }, builder, at, from, child, fill, frames } = this, a = this.begin[node], b = this.end[node];
        frames.length = 0;
        for (let i = a; i < b; i++) {
            const old = at[i];
            if (old <= 0) {
                this.add(node, from[i]);
                continue;
            }
            const f = frame[old] + 2;
            if (fill[f]++ === 0) {
                child[f] = builder.put(node, f - 2);
                frames.push(f);
            }
            if (!inlined[old]) builder.plain[child[f]] = 1;
        }
        this.scatter(a, b);
    }

    scatter(a, b) {
        const { tree: { frame, parent }, at, from, at2, from2, child, fill, frames } = this;
        let place = a;
        for (let k = 0; k < frames.length; k++) {
            const f = frames[k], size = fill[f];
            this.begin[child[f]] = fill[f] = place;
            place += size;
            this.end[child[f]] = place;
        }
        for (let i = a; i < b; i++) {
            if (at[i] <= 0) continue;
            const to = fill[frame[at[i]] + 2]++;
            at2[to] = parent[at[i]];
            from2[to] = from[i];
        }
        for (let i = a; i < place; i++) {
            at[i] = at2[i];
            from[i] = from2[i];
        }
        for (let k = 0; k < frames.length; k++) fill[frames[k]] = 0;
    }

    /* There is no room for what is next: one remainder. */
    cut(node) {
        const more = this.builder.put(node, REMAINDER);
        for (let i = this.begin[node]; i < this.end[node]; i++) {
            this.add(this.at[i] > 0 ? more : node, this.from[i]);
            this.builder.fold(more, this.tree.depth[this.at[i]]);
        }
    }
}

/* Callers beneath what they call. */
export function inverted(tree, most = MOST_NODES) {
    const builder = new TreeBuilder(tree.symbols, tree.isDiff), nodes = [];
    let folded = 0;
    for (let i = 1; i < tree.count; i++) if (sizeOf(tree, i) > 0) nodes.push(i);
    const work = new Inverter(tree, builder, nodes);
    work.part(0);
    const first = builder.count;
    for (let node = 1; node < builder.count; node++) {
        if (node >= work.end.length) continue; /* a remainder of cut() */
        if (builder.count < most) work.part(node);
        else work.cut(node);
    }
    for (const count of tree.folded.values()) folded += count;
    for (let node = 1; node < first; node++) if (builder.frame[node] === REMAINDER) builder.fold(node, folded);
    if (sizeOf(tree, 0) > 0) addSelf(builder, 0, tree, 0);
    return builder.tree();
}

/* Where a stack comes to a function that it is in already, what lies between is left out: a;b;c;b;d is a;b;d. */
export function collapsed(tree) {
    const builder = new TreeBuilder(tree.symbols, tree.isDiff), to = new Int32Array(tree.count);
    addSelf(builder, 0, tree, 0);
    for (let i = 1; i < tree.count; i++) {
        const frame = tree.frame[i];
        let at = frame >= 0 ? to[tree.parent[i]] : 0;
        while (at > 0 && builder.frame[at] !== frame) at = builder.parent[at];
        to[i] = at > 0 ? at : builder.child(to[tree.parent[i]], frame, tree.inlined[i]);
        addSelf(builder, to[i], tree, i);
    }
    return builder.tree();
}

/* Calls fn for each node of this name that is not beneath another one. */
function eachOutermost(tree, nameId, fn) {
    const { frame, end, symbols } = tree;
    for (let i = 1; i < tree.count;) {
        if (frame[i] >= 0 && symbols.nameIds[frame[i]] === nameId) {
            fn(i);
            i = end[i];
        } else i++;
    }
}

const frameNamed = (symbols, nameId) => symbols.nameIds.indexOf(nameId);

/* What calls the function: it is the root, its callers are beneath. */
export function callers(tree, nameId) {
    const builder = new TreeBuilder(tree.symbols, tree.isDiff, frameNamed(tree.symbols, nameId)), whole = tree.width;
    eachOutermost(tree, nameId, node => {
        let to = 0;
        for (let i = tree.parent[node]; i > 0; i = tree.parent[i]) to = builder.child(to, tree.frame[i], tree.inlined[i]);
        builder.add(to, tree.total[node], tree.isDiff ? tree.baseTotal[node] : 0, whole[node]);
    });
    return builder.tree();
}

/* What the function calls, all its calls together. */
export function callees(tree, nameId) {
    const builder = new TreeBuilder(tree.symbols, tree.isDiff, frameNamed(tree.symbols, nameId)), to = new Int32Array(tree.count);
    eachOutermost(tree, nameId, node => {
        to[node] = 0;
        addSelf(builder, 0, tree, node);
        for (let i = node + 1; i < tree.end[node]; i++) {
            to[i] = builder.child(to[tree.parent[i]], tree.frame[i], tree.inlined[i]);
            addSelf(builder, to[i], tree, i);
        }
    });
    return builder.tree();
}

/* By frame {self, total, baseSelf, baseTotal, size}: a total counts no sample twice. `rest` is what stands in
   remainders and so belongs to no function. */
export function functionsOf(tree) {
    const { frame, end, isDiff, width } = tree, count = tree.symbols.count;
    const column = () => new Float64Array(count), until = new Int32Array(count);
    const sums = { self: column(), total: column(), baseSelf: column(), baseTotal: column(), size: column(), ownSize: column(),
        rest: { self: 0, baseSelf: 0, count: 0 } };
    for (let i = 1; i < tree.count; i++) {
        const f = frame[i];
        if (f < 0) {
            sums.rest.self += tree.total[i];
            sums.rest.baseSelf += isDiff ? tree.baseTotal[i] : 0;
            sums.rest.count += tree.folded.get(i) || 0;
            continue;
        }
        sums.self[f] += tree.self[i];
        sums.ownSize[f] += sizeOf(tree, i);
        if (isDiff) sums.baseSelf[f] += tree.baseSelf[i];
        if (i < until[f]) continue;
        until[f] = end[i];
        sums.total[f] += tree.total[i];
        sums.size[f] += width[i];
        if (isDiff) sums.baseTotal[f] += tree.baseTotal[i];
    }
    return sums;
}

export class Model {
    constructor(data) {
        this.data = data;
        this.symbols = new Symbols(data);
        this.kept = new Map();
    }

    keep(key, make) {
        if (!this.kept.has(key)) this.kept.set(key, make());
        return this.kept.get(key);
    }

    typeOf(options = {}) {
        const { types, shown } = this.data, asked = options.type;
        const found = typeof asked === "string" ? types.findIndex(each => each.type === asked) : asked ?? shown;
        return found >= 0 && found < types.length ? found : shown;
    }

    unit(options) {
        return this.data.types[this.typeOf(options)].unit;
    }

    /* {type, inverted, collapsed} */
    tree(options = {}) {
        const type = this.typeOf(options);
        if (options.inverted) return this.keep(`up ${type} ${!!options.collapsed}`, () => inverted(this.tree({ ...options, inverted: false })));
        if (options.collapsed) return this.keep(`short ${type}`, () => collapsed(this.tree({ type })));
        return this.keep(`tree ${type}`, () => {
            const tree = readTree(this.data, this.symbols, type);
            return type === this.data.shown ? tree : sorted(tree);
        });
    }

    functions(options) {
        return this.keep(`functions ${this.typeOf(options)}`, () => functionsOf(this.tree({ type: this.typeOf(options) })));
    }

    callers(name, options) {
        return callers(this.tree({ type: this.typeOf(options) }), this.symbols.nameId(name));
    }

    callees(name, options) {
        return callees(this.tree({ type: this.typeOf(options) }), this.symbols.nameId(name));
    }

    /* What shares are of: {total}, of a difference also {base}. The head says it for the shown type only; for the others
       it is what the tree holds. */
    whole(options) {
        const { data } = this, type = this.typeOf(options), tree = this.tree({ type });
        if (type !== data.shown) return { total: tree.total[0], base: data.diff ? tree.baseTotal[0] : 0 };
        return data.diff ? { total: data.source, base: data.base } : { total: data.total, base: 0 };
    }
}

export { REMAINDER, ROOT };

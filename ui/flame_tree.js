/* A call tree in typed arrays, depth first: what a million nodes need to be walked in milliseconds. `end` is behind a
   node's last descendant, so the nodes beneath i are i + 1 to end[i].

   A node is as wide as the sizes of all self values beneath it, of a difference those of both sides together: children
   fit into their parent also where values are negative, and what is gone still has half of its place. Widths and lefts
   are shares of the whole. */
import { REMAINDER, ROOT, many } from "./flame_symbols.js";

export class Tree {
    constructor(symbols, count, isDiff) {
        this.symbols = symbols;
        this.count = count;
        this.isDiff = isDiff;
        this.depth = new Int32Array(count);
        this.frame = new Int32Array(count);
        this.parent = new Int32Array(count);
        this.end = new Int32Array(count);
        this.self = new Float64Array(count);
        this.total = new Float64Array(count);
        this.baseSelf = isDiff ? new Float64Array(count) : null;
        this.baseTotal = isDiff ? new Float64Array(count) : null;
        this.width = new Float64Array(count);
        this.left = new Float64Array(count);
        this.inlined = new Uint8Array(count);
        this.folded = new Map(); /* remainder: how many nodes it stands for */
    }

    /* Fills parent, end, width and left from depth and own sizes (in width). */
    measure() {
        const { count, depth, parent, end, width, left } = this, path = [];
        for (let i = 0; i < count; i++) {
            parent[i] = depth[i] > 0 ? path[depth[i] - 1] : -1;
            path[depth[i]] = i;
        }
        end.fill(0);
        for (let i = count - 1; i >= 0; i--) {
            if (end[i] === 0) end[i] = i + 1;
            if (i === 0) break;
            width[parent[i]] += width[i];
            if (end[parent[i]] < end[i]) end[parent[i]] = end[i];
        }
        const whole = count > 0 && width[0] > 0 ? width[0] : 1, next = new Float64Array(this.deepest(0) + 2);
        for (let i = 0; i < count; i++) {
            const d = depth[i];
            width[i] /= whole;
            left[i] = next[d];
            next[d] += width[i];
            next[d + 1] = left[i];
        }
        return this;
    }

    get isEmpty() {
        return this.count === 0 || !(this.width[0] > 0);
    }

    /* The depth of the deepest beneath. */
    deepest(node) {
        let most = 0;
        for (let i = node; i < this.end[node]; i++) if (this.depth[i] > most) most = this.depth[i];
        return most;
    }

    /* {start, nodes}: nodes of depth d that have a size are nodes[start[d]] to nodes[start[d + 1] - 1], from left to right. */
    get levels() {
        if (this.byDepth) return this.byDepth;
        const { count, depth, width } = this, start = new Int32Array(this.deepest(0) + 2);
        for (let i = 0; i < count; i++) if (width[i] > 0) start[depth[i] + 1]++;
        for (let d = 1; d < start.length; d++) start[d] += start[d - 1];
        const at = start.slice(), nodes = new Int32Array(start[start.length - 1]);
        for (let i = 0; i < count; i++) if (width[i] > 0) nodes[at[depth[i]]++] = i;
        return this.byDepth = { start, nodes };
    }

    isInside(node, outer) {
        return node >= outer && node < this.end[outer];
    }

    name(node) {
        const frame = this.frame[node];
        if (frame !== REMAINDER) return this.symbols.name(frame);
        return many(this.folded.get(node) || 0);
    }

    /* From below the root to the node. */
    ancestors(node) {
        const path = [];
        for (let i = node; i > 0; i = this.parent[i]) path.push(i);
        return path.reverse();
    }

    path(node) {
        return this.ancestors(node).map(i => this.symbols.name(this.frame[i]));
    }

    children(node) {
        const found = [];
        for (let i = node + 1; i < this.end[node]; i = this.end[i]) if (this.width[i] > 0) found.push(i);
        return found;
    }

    /* The node of this path, or of as much of it as there is. */
    at(path) {
        let node = 0;
        for (const name of path) {
            const child = this.children(node).find(i => this.symbols.name(this.frame[i]) === name);
            if (child === undefined) break;
            node = child;
        }
        return node;
    }

    /* The deepest node beneath which all of a range is. */
    around(x0, x1) {
        const { left, width, end } = this, slack = (x1 - x0) * 1e-6;
        let node = 0;
        for (let i = 1; i < end[node];) {
            if (left[i] <= x0 + slack && left[i] + width[i] >= x1 - slack && width[i] > 0) node = i++;
            else if (left[i] > x0) break;
            else i = end[i];
        }
        return node;
    }

    /* The share of `outer` that lies beneath nodes whose frames are hit; nested ones count once. */
    matched(hits, outer = 0) {
        const { frame, width, end, parent } = this;
        if (!(width[outer] > 0)) return 0;
        for (let i = outer; i > 0; i = parent[i]) if (frame[i] >= 0 && hits[frame[i]]) return 1;
        let sum = 0;
        for (let i = outer; i < end[outer];) {
            if (frame[i] >= 0 && hits[frame[i]]) {
                sum += width[i];
                i = end[i];
            } else i++;
        }
        return sum / width[outer];
    }
}

/* Makes a tree of paths that come in any order: child() finds or makes, add() gives values, tree() puts children in
   order: the widest first, then by name, remainders last. */
export class TreeBuilder {
    constructor(symbols, isDiff, rootFrame = ROOT) {
        this.symbols = symbols;
        this.isDiff = isDiff;
        this.count = 0;
        this.room = 0;
        this.folded = new Map();
        this.grow(1 << 10);
        this.put(-1, rootFrame);
    }

    grow(room) {
        const wider = (old, Type) => {
            const array = new Type(room);
            if (old) array.set(old);
            return array;
        };
        this.room = room;
        for (const key of ["parent", "frame"]) this[key] = wider(this[key], Int32Array);
        for (const key of ["self", "base", "own"]) this[key] = wider(this[key], Float64Array);
        this.plain = wider(this.plain, Uint8Array);
        if (this.slots) this.index();
    }

    index() {
        this.slots = new Int32Array(this.room * 2);
        for (let i = 1; i < this.count; i++) this.slots[this.slotOf(this.parent[i], this.frame[i])] = i;
    }

    /* A child that is known to be new. Not together with child(). */
    put(parent, frame) {
        if (this.count === this.room) this.grow(this.room * 2);
        this.parent[this.count] = parent;
        this.frame[this.count] = frame;
        return this.count++;
    }

    slotOf(parent, frame) {
        const mask = this.slots.length - 1;
        let hash = Math.imul(parent + 1, 0x9E3779B1) ^ Math.imul(frame + 7, 0x85EBCA6B);
        hash = Math.imul(hash ^ hash >>> 15, 0x2C1B3C6D);
        let at = (hash ^ hash >>> 13) & mask;
        for (let i; (i = this.slots[at]) !== 0; at = at + 1 & mask)
            if (this.parent[i] === parent && this.frame[i] === frame) break;
        return at;
    }

    child(parent, frame, isInlined) {
        if (!this.slots) this.index();
        let at = this.slotOf(parent, frame), node = this.slots[at];
        if (node === 0) {
            if (this.count === this.room) {
                this.grow(this.room * 2);
                at = this.slotOf(parent, frame);
            }
            node = this.slots[at] = this.put(parent, frame);
        }
        if (!isInlined) this.plain[node] = 1;
        return node;
    }

    add(node, self, base, own) {
        this.self[node] += self;
        this.base[node] += base;
        this.own[node] += own;
    }

    fold(node, count) {
        this.folded.set(node, (this.folded.get(node) || 0) + count);
    }

    /* {totals, bases, widths} of all beneath; parents stand before their children. */
    sums() {
        const { count, parent } = this;
        const total = this.self.slice(0, count), base = this.base.slice(0, count), width = this.own.slice(0, count);
        for (let i = count - 1; i > 0; i--) {
            total[parent[i]] += total[i];
            base[parent[i]] += base[i];
            width[parent[i]] += width[i];
        }
        return { total, base, width };
    }

    /* By parent: its children in order; those without any size are left out. */
    ordered(width) {
        const { count, parent, frame, symbols } = this;
        const start = new Int32Array(count + 1), children = new Int32Array(count);
        for (let i = 1; i < count; i++) if (width[i] > 0) start[parent[i] + 1]++;
        for (let i = 0; i < count; i++) start[i + 1] += start[i];
        const at = start.slice();
        for (let i = 1; i < count; i++) if (width[i] > 0) children[at[parent[i]]++] = i;
        const compare = (a, b) => (frame[a] === REMAINDER) - (frame[b] === REMAINDER) || width[b] - width[a]
            || (symbols.name(frame[a]) < symbols.name(frame[b]) ? -1 : 1);
        for (let i = 0; i < count; i++)
            if (start[i + 1] - start[i] > 1) children.subarray(start[i], start[i + 1]).sort(compare);
        return { start, children };
    }

    tree() {
        const { total, base, width } = this.sums(), { start, children } = this.ordered(width);
        const tree = new Tree(this.symbols, 1 + start[this.count], this.isDiff), stack = [0], depths = [0];
        for (let i = 0; stack.length > 0; i++) {
            const node = stack.pop(), depth = depths.pop();
            tree.depth[i] = depth;
            tree.frame[i] = this.frame[node];
            tree.self[i] = this.self[node];
            tree.total[i] = total[node];
            tree.width[i] = this.own[node];
            tree.inlined[i] = this.plain[node] || node === 0 ? 0 : 1;
            if (this.isDiff) {
                tree.baseSelf[i] = this.base[node];
                tree.baseTotal[i] = base[node];
            }
            if (this.folded.has(node)) tree.folded.set(i, this.folded.get(node));
            for (let k = start[node + 1] - 1; k >= start[node]; k--) {
                stack.push(children[k]);
                depths.push(depth + 1);
            }
        }
        return tree.measure();
    }
}

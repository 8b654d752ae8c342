/* Who calls whom, of a call tree: functions as nodes, calls as edges, each sample counted once. What is too small is left
   out, as go tool pprof leaves it out; an edge that goes over functions that were left out is marked. Pure. */

const NODES = 60, NODE_FRACTION = 0.005, EDGE_FRACTION = 0.001;

function chosenFrames(sums, { nodes = NODES, nodeFraction = NODE_FRACTION }) {
    const weight = frame => sums.size[frame] + sums.ownSize[frame] / (sums.whole || 1);
    const frames = [...sums.size.keys()].filter(frame => sums.size[frame] >= nodeFraction && sums.size[frame] > 0);
    frames.sort((a, b) => weight(b) - weight(a));
    return frames.slice(0, nodes);
}

/* By pair of frames: what flows from the one to the other. */
function flows(tree, number) {
    const { frame, parent, end, width } = tree, nearest = new Int32Array(tree.count), edges = new Map();
    nearest[0] = -1;
    for (let i = 1; i < tree.count; i++) {
        const above = parent[i], from = above > 0 && frame[above] >= 0 && number[frame[above]] >= 0 ? above : nearest[above];
        nearest[i] = from;
        if (frame[i] < 0 || number[frame[i]] < 0 || from < 0) continue;
        const a = number[frame[from]], b = number[frame[i]], key = a * tree.symbols.count + b;
        let edge = edges.get(key);
        if (!edge) edges.set(key, edge = { from: a, to: b, value: 0, base: 0, size: 0, until: 0, direct: false });
        if (from === above) edge.direct = true;
        if (i < edge.until) continue;
        edge.until = end[i];
        edge.value += tree.total[i];
        edge.base += tree.isDiff ? tree.baseTotal[i] : 0;
        edge.size += width[i];
    }
    return [...edges.values()];
}

/* Takes out calls over functions that were left out where the calls that stay lead there too: the lightest first. */
function withoutDetours(edges, count) {
    const out = Array.from({ length: count }, () => new Set());
    for (const edge of edges) out[edge.from].add(edge.to);
    const leads = (from, to) => {
        const seen = new Set([from]), stack = [from];
        while (stack.length > 0)
            for (const next of out[stack.pop()]) {
                if (next === to) return true;
                if (!seen.has(next)) stack.push(next);
                seen.add(next);
            }
        return false;
    };
    const gone = new Set();
    for (const edge of edges.filter(each => !each.direct).reverse()) {
        out[edge.from].delete(edge.to);
        if (edge.from === edge.to || leads(edge.from, edge.to)) gone.add(edge);
        else out[edge.from].add(edge.to);
    }
    return edges.filter(edge => !gone.has(edge));
}

/* {nodes: [{frame, name, self, total, baseSelf, baseTotal, size, ownSize}], edges: [{from, to, value, base, size, direct}], left: how many
   functions were left out}. Sizes are shares. */
export function callGraph(tree, sums, limits = {}) {
    let own = 0;
    for (const size of sums.ownSize) own += size;
    const frames = chosenFrames({ ...sums, whole: own }, limits), number = new Int32Array(tree.symbols.count).fill(-1);
    frames.forEach((frame, i) => { number[frame] = i; });
    const nodes = frames.map(frame => ({ frame, name: tree.symbols.name(frame), self: sums.self[frame], total: sums.total[frame], baseSelf: sums.baseSelf[frame],
        baseTotal: sums.baseTotal[frame], size: sums.size[frame], ownSize: sums.ownSize[frame] / (own || 1) }));
    const all = flows(tree, number).filter(edge => edge.size > 0).sort((a, b) => b.size - a.size), entered = new Set(), least = limits.edgeFraction ?? EDGE_FRACTION;
    /* Every function keeps its heaviest way in, so that none hangs in the air. */
    const edges = all.filter(edge => {
        const first = edge.from !== edge.to && !entered.has(edge.to);
        if (edge.from !== edge.to) entered.add(edge.to);
        return first || edge.size >= least;
    });
    let count = 0;
    for (const size of sums.size) count += size > 0;
    return { nodes, edges: withoutDetours(edges, nodes.length).map(({ until, ...edge }) => edge), left: count - nodes.length };
}

// The call graph: its numbers, and a layout in which callers are above and boxes do not overlap.
import assert from "node:assert/strict";
import { foldedData, load, read } from "./given.mjs";

const { Model } = await load("flame_model.js"), { callGraph } = await load("graph_model.js"), { layOutGraph } = await load("graph_layout.js");

const graphOf = (data, limits) => {
    const model = new Model(data);
    return callGraph(model.tree(), model.functions(), limits);
};
const named = graph => Object.fromEntries(graph.edges.map(edge => [`${graph.nodes[edge.from].name}>${graph.nodes[edge.to].name}`, edge.value]));

export default {
    "calls carry each sample once"() {
        assert.deepEqual(named(graphOf(foldedData({ "a;b;a;b;c": 3, "a;c": 4, "d;b": 5 }))), { "a>b": 3, "b>a": 3, "b>c": 3, "a>c": 4, "d>b": 5 });
    },

    "calls over functions that are left out are marked"() {
        const graph = graphOf(foldedData({ "a;x1;b": 50, "a;x2;b": 50 }), { nodes: 2 });
        assert.deepEqual(graph.edges.map(edge => [edge.value, edge.direct]), [[100, false]]);
        assert.equal(graph.left, 2);
    },

    "what the engine's top knows stands in the boxes"() {
        const graph = graphOf(read("cpu")), top = new Map(read("cpu.top").items.map(item => [item.name, item]));
        for (const node of graph.nodes) assert.deepEqual([node.self, node.total], [top.get(node.name).flat, top.get(node.name).cum]);
        assert.ok(graph.nodes.length > 20 && graph.edges.length >= graph.nodes.length - 10);
    },

    "boxes do not overlap, and calls lead down unless they lead back"() {
        for (const name of ["cpu", "diff", "heap"]) {
            const graph = graphOf(read(name)), nodes = graph.nodes.map((node, i) => ({ w: 80 + i % 7 * 20, h: 30 + i % 3 * 10 })), layout = layOutGraph(nodes, graph.edges);
            nodes.forEach((a, i) => nodes.forEach((b, k) => {
                if (i >= k) return;
                const p = layout.places[i], q = layout.places[k];
                assert.ok(Math.abs(p.x - q.x) >= (a.w + b.w) / 2 - 0.01 || Math.abs(p.y - q.y) >= (a.h + b.h) / 2, `${i} and ${k} overlap`);
            }));
            let down = 0, between = 0;
            graph.edges.forEach((edge, i) => {
                if (edge.from === edge.to) return assert.equal(layout.routes[i], null);
                between++;
                down += layout.places[edge.from].layer < layout.places[edge.to].layer;
                return undefined;
            });
            assert.ok(down > between * 0.7);
        }
    },

    "an empty profile has an empty graph"() {
        const graph = graphOf(read("empty"));
        assert.deepEqual([graph.nodes.length, layOutGraph([], []).height], [0, 0]);
    }
};

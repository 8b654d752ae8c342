// What is drawn: every node is in exactly one box of its row, in its place, and the pointer finds it.
import assert from "node:assert/strict";
import { foldedData, load, read } from "./given.mjs";

const { Model } = await load("flame_model.js"), { Boxes, THIN, layOut } = await load("flame_layout.js");
const WIDTH = 900;

const all = (tree, view = { x0: 0, x1: 1 }) => layOut(tree, view, WIDTH, 0, tree.levels.start.length - 2, new Boxes());

export default {
    "no node is lost, however thin"() {
        for (const name of ["cpu", "heap", "diff", "pruned"]) {
            const tree = new Model(read(name)).tree(), boxes = all(tree), { start, nodes } = tree.levels;
            for (let depth = 0; depth + 1 < start.length; depth++) {
                let seen = 0, right = -1;
                const row = boxes.rows[depth];
                for (let i = row[0]; i < row[1]; i++) {
                    seen += boxes.many[i];
                    assert.ok(boxes.x[i] >= right - 0.01, "boxes overlap");
                    right = boxes.x[i] + boxes.w[i];
                    assert.ok(boxes.many[i] === 1 || boxes.node[i] < boxes.last[i]);
                    assert.equal(boxes.depth[i], depth);
                }
                let wide = 0;
                for (let k = start[depth]; k < start[depth + 1]; k++) wide += tree.width[nodes[k]] > 0;
                assert.equal(seen, wide, `${name}: row ${depth}`);
            }
        }
    },

    "boxes are where their nodes are"() {
        const tree = new Model(read("cpu")).tree(), boxes = all(tree);
        for (let i = 0; i < boxes.count; i++) {
            if (boxes.many[i] > 1) continue;
            assert.ok(Math.abs(boxes.x[i] - tree.left[boxes.node[i]] * WIDTH) < 0.01);
            assert.ok(Math.abs(boxes.w[i] - tree.width[boxes.node[i]] * WIDTH) < 0.01);
        }
    },

    "a box of many is never wider than what it stands beneath"() {
        const tree = new Model(read("heap")).tree({ type: 0 }), boxes = all(tree);
        let many = 0;
        for (let i = 0; i < boxes.count; i++) {
            if (boxes.many[i] === 1) continue;
            many++;
            let above = tree.parent[boxes.node[i]];
            while (tree.width[above] * WIDTH < THIN) above = tree.parent[above];
            const left = tree.left[above] * WIDTH, right = left + tree.width[above] * WIDTH;
            assert.ok(boxes.x[i] >= left - 0.01 && boxes.x[i] + boxes.w[i] <= right + THIN, `${boxes.x[i]} ${boxes.w[i]} ${left} ${right}`);
        }
        assert.ok(many > 20, "nothing thin in a large heap");
    },

    "the pointer finds the box, and a node its box"() {
        const tree = new Model(read("cpu")).tree(), boxes = all(tree);
        for (let i = 0; i < boxes.count; i++) {
            assert.equal(boxes.of(boxes.node[i], boxes.depth[i]), i);
            assert.equal(boxes.of(boxes.last[i], boxes.depth[i]), i);
            if (boxes.w[i] >= 1) assert.equal(boxes.at(boxes.depth[i], boxes.x[i] + boxes.w[i] / 2), i);
        }
        assert.equal(boxes.at(0, WIDTH + 5), -1);
        assert.equal(boxes.at(999, 5), -1);
    },

    "a zoom shows what is beneath and above, and nothing else"() {
        const tree = new Model(read("heap")).tree();
        for (let node = 1; node < tree.count; node += 97) {
            if (!(tree.width[node] > 0)) continue;
            const view = { x0: tree.left[node], x1: tree.left[node] + tree.width[node] }, boxes = all(tree, view);
            for (let i = 0; i < boxes.count; i++) {
                const one = boxes.node[i];
                assert.ok(tree.isInside(one, node) || tree.isInside(node, one) || boxes.w[i] < 1e-3, `${one} is beside ${node}`);
                if (tree.isInside(node, one)) assert.ok(Math.abs(boxes.w[i] - WIDTH) < 0.5);
            }
            assert.ok(boxes.of(node, tree.depth[node]) >= 0);
        }
    },

    "a million thin nodes are few boxes"() {
        const stacks = {};
        for (let i = 0; i < 20000; i++) stacks["main;f" + i] = 1;
        const boxes = all(new Model(foldedData(stacks)).tree());
        assert.deepEqual([...boxes.many.subarray(0, boxes.count)], [1, 1, 20000]);
    },

    "of an empty tree nothing is drawn"() {
        assert.equal(all(new Model(read("empty")).tree()).count, 0);
    }
};

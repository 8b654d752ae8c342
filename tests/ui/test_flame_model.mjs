// Sums of trees, however they are turned; those of the engine's own top table for real profiles.
import assert from "node:assert/strict";
import { PROFILES, foldedData, foldedOf, load, read } from "./given.mjs";

const { Model, inverted, functionsOf, modelOf } = await load("flame_model.js");

function assertTree(tree) {
    for (let i = 0; i < tree.count; i++) {
        let self = tree.self[i], width = 0;
        for (let child = i + 1, left = tree.left[i]; child < tree.end[i]; child = tree.end[child]) {
            assert.equal(tree.parent[child], i);
            assert.equal(tree.depth[child], tree.depth[i] + 1);
            assert.ok(Math.abs(tree.left[child] - left) < 1e-9);
            left += tree.width[child];
            width += tree.width[child];
            self += tree.total[child];
        }
        assert.ok(width <= tree.width[i] + 1e-9);
        assert.ok(Math.abs(self - tree.total[i]) <= 1e-6 * Math.abs(self), `total of ${i}`);
    }
}

const topOf = name => new Map(read(name + ".top").items.map(item => [item.name, item]));

export default {
    "a difference's functions have both sides of the engine's"() {
        const model = new Model(read("diff")), sums = model.functions(), top = topOf("diff");
        for (let frame = 0; frame < model.symbols.count; frame++) {
            const item = top.get(model.symbols.name(frame));
            /* The engine leaves out what has not changed. */
            if (!item) assert.deepEqual([sums.self[frame], sums.total[frame]], [sums.baseSelf[frame], sums.baseTotal[frame]]);
            else assert.deepEqual([sums.self[frame], sums.baseSelf[frame], sums.total[frame], sums.baseTotal[frame]],
                [item.flat_source, item.flat_base, item.cum_source, item.cum_base], item.name);
        }
    },

    "functions sum up to what the engine's top says"() {
        for (const name of ["cpu", "heap", "mutex"]) {
            const model = new Model(read(name)), sums = model.functions(), top = topOf(name);
            assert.equal(sums.size.filter(size => size > 0).length, [...top.values()].filter(item => item.flat !== 0 || item.cum !== 0).length);
            for (let frame = 0; frame < model.symbols.count; frame++) {
                const item = top.get(model.symbols.name(frame)) || { flat: 0, cum: 0 };
                assert.deepEqual([sums.self[frame], sums.total[frame]], [item.flat, item.cum], model.symbols.name(frame));
            }
        }
    },

    "every turn of a tree keeps its sums"() {
        for (const name of PROFILES) {
            const data = read(name), model = new Model(data);
            for (let type = 0; type < data.types.length; type++)
                for (const turn of [{}, { inverted: true }, { collapsed: true }, { inverted: true, collapsed: true }]) {
                    const tree = model.tree({ type, ...turn });
                    assertTree(tree);
                    assert.equal(tree.total[0], data.values[type].total[0], `${name} ${type} ${JSON.stringify(turn)}`);
                    let folded = 0;
                    for (const count of tree.folded.values()) folded += count;
                    /* What is nothing of a type is not in its tree. */
                    if (!turn.inverted) assert.ok(folded <= data.pruned, `${folded} of ${data.pruned} in remainders`);
                    if (!turn.inverted && !turn.collapsed && type === data.shown) assert.equal(folded, data.pruned);
                }
        }
    },

    "first callees of a bottom-up tree are self values"() {
        const model = new Model(read("cpu")), tree = model.tree({ inverted: true }), sums = model.functions();
        for (const node of tree.children(0)) assert.equal(tree.total[node], sums.self[tree.frame[node]]);
    },

    "callers and callees sum up to the function's total"() {
        for (const name of ["cpu", "diff"]) {
            const model = new Model(read(name)), sums = model.functions();
            for (let frame = 0; frame < model.symbols.count; frame += 37)
                for (const half of ["callers", "callees"]) {
                    const tree = model[half](model.symbols.name(frame));
                    assertTree(tree);
                    assert.equal(tree.total[0], sums.total[frame]);
                    if (tree.isDiff) assert.equal(tree.baseTotal[0], sums.baseTotal[frame]);
                    if (half === "callees") assert.equal(tree.symbols.name(tree.frame[0]), model.symbols.name(frame));
                }
        }
    },

    "a function below itself counts once"() {
        const model = new Model(foldedData({ "a;b;a;c": 3, "a;c": 4, "b;c": 5 })), { symbols } = model, sums = model.functions();
        const of = name => [...symbols.nameIds.keys()].find(frame => symbols.name(frame) === name);
        assert.deepEqual(["a", "b", "c"].map(name => sums.total[of(name)]), [7, 8, 12]);
        assert.deepEqual(foldedOf(model.callees("a")), { "b;a;c": 3, c: 4 });
        assert.deepEqual(foldedOf(model.callers("c")), { "a;b;a": 3, a: 4, b: 5 });
        assert.deepEqual(foldedOf(model.tree({ inverted: true })), { "c;a;b;a": 3, "c;a": 4, "c;b": 5 });
    },

    "recursion is folded into where it began"() {
        const model = new Model(foldedData({ "a;a;a;b": 1, "a;b": 2, "x;y;x;y;z": 4, "x;y;z": 8, "x;y;x": 16 }));
        assert.deepEqual(foldedOf(model.tree({ collapsed: true })), { "a;b": 3, "x;y;z": 12, x: 16 });
    },

    "a tree that is too large bottom-up is folded, and says for how many"() {
        const tree = new Model(read("cpu")).tree(), small = inverted(tree, 500);
        assertTree(small);
        assert.ok(small.count < 1500 && small.folded.size > 0);
        assert.equal(small.total[0], tree.total[0]);
    },

    "matches below each other count once"() {
        const model = new Model(foldedData({ "a;b;a;c": 3, "a;c": 4, "b;c": 5 })), tree = model.tree(), { symbols } = model;
        const hits = name => symbols.framesOf([symbols.nameId(name)]), close = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a}, not ${b}`);
        close(tree.matched(hits("a")), 7 / 12);
        close(tree.matched(hits("b")), 8 / 12);
        close(tree.matched(hits("b"), tree.at(["a"])), 3 / 7);
        close(tree.matched(hits("a"), tree.at(["a", "b"])), 1);
        close(tree.matched(new Uint8Array(symbols.count)), 0);
    },

    "paths lead to nodes and back"() {
        const tree = new Model(read("cpu")).tree();
        for (let i = 0; i < tree.count; i += 11) assert.equal(tree.at(tree.path(i)), i);
        assert.equal(tree.at(["nowhere", "at all"]), 0);
    },

    "a difference's boxes are as wide as both sides, and what is gone has a place"() {
        const tree = new Model(foldedData({ "a;b": [10, 0], "a;c": [10, 20] })).tree();
        assert.deepEqual(tree.children(1).map(node => [tree.name(node), tree.width[node]]), [["c", 0.75], ["b", 0.25]]);
    },

    "negative values keep children inside their parents"() {
        const tree = new Model(foldedData({ "a;b": 10, "a;c": -6, "d": 2 })).tree();
        assertTree(tree);
        assert.equal(tree.total[tree.at(["a"])], 4);
    },

    "one model for one answer"() {
        const data = foldedData({ a: 1 });
        assert.equal(modelOf(data), modelOf(data));
        assert.equal(modelOf(data).tree(), modelOf(data).tree({ type: 0 }));
        assert.equal(functionsOf(modelOf(data).tree()).total[0], 1);
    }
};

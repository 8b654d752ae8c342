// Packages, colours and short names are those of the SVG (tests/view/test_caption.c has the same).
import assert from "node:assert/strict";
import { load } from "./given.mjs";

const { lastPart, packageOf, shadeOf, withoutPath } = await load("flame_symbols.js"), { changeStep, heatOf, inkOn, luminance, paletteOf } = await load("flame_colour.js");

export default {
    "each language has its packages"() {
        for (const [name, file, module, expected] of [["net/http.(*conn).serve", "/usr/lib/go/net/http/server.go", "/bin/app", "net/http"], ["main.main", "", "", "main"],
            ["std::vector<int>::push_back(int)", "/usr/include/vector", "libc++.so", "std"], ["tokio::runtime::park", "", "", "tokio"], ["readFile", "/srv/app/io.js", "", "/srv/app/"],
            ["malloc", "", "/lib/libc.so.6", "libc.so.6"], ["job", "job.js", "", "job"], ["", "", "", ""], ["(anonymous)", "", "", "(anonymous)"],
            ["slices.Sort[example.com/x.T]", "", "", "slices"], ["runtime.memmove", "/usr/lib/go/src/runtime/memmove_amd64.s", "", "runtime"]])
            assert.equal(packageOf(name, file, module), expected);
    },

    "shades are the engine's"() {
        assert.deepEqual(["", "net/http", "main", "runtime", "日本"].map(shadeOf), [25, 10, 24, 11, 23]);
    },

    "names are shortened where it hurts least"() {
        assert.equal(withoutPath("go/types.(*Checker).expr"), "types.(*Checker).expr");
        assert.equal(lastPart("types.(*Checker).expr"), "expr");
        assert.equal(lastPart("main.work.func1.2"), "work.func1.2");
        assert.equal(lastPart("std::map<a::b>::find"), "find");
    },

    "changes are steps of the greater side"() {
        assert.deepEqual([[0, 0], [10, 10], [10, 0], [0, 10], [10, 20], [20, 10], [100, 101]].map(([base, source]) => changeStep(base, source)), [0, 0, -8, 8, 4, -4, 0]);
        assert.deepEqual([0, 1, 2].map(heatOf), [0, 15, 15]);
    },

    "texts can be read on every colour"() {
        for (const name of ["default", "colourblind"])
            for (const dark of [false, true]) {
                const palette = paletteOf(name, dark);
                assert.deepEqual([palette.packages.length, palette.change.length, palette.heat.length], [32, 17, 16]);
                for (const colour of [...palette.packages, ...palette.change, ...palette.heat, palette.hit]) {
                    const a = luminance(colour), b = luminance(inkOn(colour)), contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                    assert.ok(contrast >= 4.2, `${name} ${dark} ${colour}: ${contrast}`);
                }
            }
    }
};

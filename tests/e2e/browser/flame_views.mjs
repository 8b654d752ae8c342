// What must hold of table, tree, sandwich and call graph. Each check is given the tools of flame.mjs.

const rows = page => page.locator(".row-line");

export default {
    async "the table is the engine's top, sorted by a click on a head"({ page, show, state, read, events, assert }) {
        await show("table", "cpu");
        const top = read("cpu.top").items, { rows: all, drawn } = await state();
        assert.deepEqual(all.map(row => [row.name, row.self, row.total]).sort(), top.map(item => [item.name, item.flat, item.cum]).sort());
        assert.ok(drawn < 60 && all.length > 500);
        assert.match(await rows(page).first().textContent(), /^runtime\/internal\/syscall\.Syscall61\.13s8\.16%1\.13s8\.16%$/);
        await rows(page).nth(3).click();
        assert.deepEqual(await events("select"), [["runtime.findObject"]]);
        await page.getByRole("button", { name: "Total", exact: true }).click();
        const sorted = (await state()).rows.map(row => row.total);
        assert.deepEqual(sorted, sorted.slice().sort((a, b) => b - a));
        await page.getByRole("button", { name: "Function" }).click();
        assert.equal(await page.locator("[aria-sort]").getAttribute("aria-sort"), "ascending");
        assert.deepEqual((await events("sort")).at(-1), ["name", false]);
    },

    async "the table is filtered by the search and walked by keyboard"({ page, show, state, events, assert }) {
        await show("table", "cpu");
        await page.evaluate(() => view.search("^regexp"));
        const { rows: all, note } = await state();
        assert.ok(all.length > 5 && all.every(row => row.name.startsWith("regexp")));
        assert.match(note, new RegExp(`^${all.length} of [0-9]+ functions`));
        await page.getByRole("grid").focus();
        for (const key of ["Home", "ArrowDown", "Enter"]) await page.keyboard.press(key);
        assert.deepEqual((await events("select")).at(-1), [all[1].name]);
        await page.evaluate(() => view.search(""));
        await page.keyboard.press("End");
        assert.match(await page.evaluate(() => document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).textContent), /./);
        assert.equal(await page.locator(".row-current").getAttribute("aria-rowindex"), String((await state()).rows.length + 1));
    },

    async "of a difference the table has both sides and what changed most first"({ page, show, state, read, assert }) {
        await show("table", "diff");
        const { rows: all } = await state(), top = new Map(read("diff.top").items.map(item => [item.name, item]));
        for (const row of all.filter(each => top.has(each.name))) {
            const item = top.get(row.name);
            assert.deepEqual([row.self, row.baseSelf, row.total, row.baseTotal], [item.flat_source, item.flat_base, item.cum_source, item.cum_base]);
        }
        const changes = all.map(row => Math.abs(row.total - row.baseTotal));
        assert.deepEqual(changes, changes.slice().sort((a, b) => b - a));
        assert.deepEqual(await page.getByRole("columnheader").allTextContents(), ["Function", "Self, base", "Self, now", "Change", "Total, base", "Total, now", "Change"]);
    },

    async "the tree opens, closes, follows the heaviest way and finds"({ page, show, state, events, assert }) {
        await show("tree", "cpu");
        const first = await state();
        assert.equal(first.rows[0].name, "all");
        await page.getByRole("treegrid").focus();
        for (const key of ["ArrowDown", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
        let now = await state();
        assert.deepEqual([now.rows[now.current].name, now.rows[now.current].depth], ["net/http.serverHandler.ServeHTTP", 2]);
        await page.keyboard.press("*");
        now = await state();
        assert.ok(now.rows[now.current].depth > 8);
        const sums = {};
        for (const row of now.rows) if (row.depth === 1) sums.all = (sums.all || 0) + row.total;
        assert.equal(sums.all + now.rows[0].self, now.rows[0].total);
        await page.evaluate(() => view.search("json.*Decode"));
        now = await state();
        assert.equal(now.rows[now.current].name, "encoding/json.(*Decoder).Decode");
        assert.ok(await page.locator(".row-hit").first().isVisible());
        await page.locator(".row-hit .row-name").first().click();
        assert.deepEqual((await events("select")).at(-1), ["encoding/json.(*Decoder).Decode"]);
    },

    async "a sandwich has all callers above and all callees below, and sums are the function's"({ page, show, state, read, box, click, still, events, assert }) {
        await show("sandwich", "cpu", {}, { name: "runtime.mallocgc" });
        const item = read("cpu.top").items.find(each => each.name === "runtime.mallocgc"), { callers, callees } = await state();
        assert.deepEqual([callers.frames[0].total, callees.frames[0].total, callees.frames[0].self], [item.cum, item.cum, item.flat]);
        assert.ok(callers.frames[0].y < callees.frames[0].y && callers.frames.find(frame => frame.depth === 1).y < callers.frames[0].y);
        assert.match(await page.locator(".sandwich-bar").innerText(), /runtime\.mallocgc[^]*2\.85s \(20\.6%\)[^]*490ms/);
        await page.evaluate(() => view.setName("no such function"));
        await page.getByRole("button", { name: "regexp.(*machine).add" }).click();
        await still();
        assert.equal((await state()).name, "regexp.(*machine).add");
        assert.deepEqual((await events("select")).at(-1), ["regexp.(*machine).add"]);
    },

    async "the call graph has the engine's numbers, callers above callees"({ page, show, state, read, events, assert }) {
        await show("graph", "cpu");
        const { nodes, edges } = await state(), top = new Map(read("cpu.top").items.map(item => [item.name, item]));
        for (const node of nodes) assert.deepEqual([node.self, node.total], [top.get(node.name).flat, top.get(node.name).cum]);
        const place = new Map(nodes.map(node => [node.name, node]));
        assert.ok(place.get("net/http.serverHandler.ServeHTTP").y < place.get("main.httpLoop.func3").y);
        assert.ok(edges.some(edge => edge.from === "regexp.(*machine).match" && edge.to === "regexp.(*machine).step" && edge.direct));
        await page.locator(".graph-node").first().focus();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        assert.equal((await events("select")).length, 1);
        const before = (await state()).zoom;
        await page.getByRole("button", { name: "Larger" }).click();
        assert.ok((await state()).zoom > before * 1.2);
        await page.evaluate(() => view.search("regexp"));
        assert.ok(await page.locator(".graph-hit").count() >= 3);
        await page.getByRole("button", { name: "Fit" }).click();
        const box = await page.locator(".graph-picture > g").boundingBox();
        assert.ok(box.y >= 0 && box.y + box.height <= 700);
    },

    async "every view takes hostile names, a difference and nothing"({ page, show, assert }) {
        for (const what of ["table", "tree", "graph", "sandwich"])
            for (const name of ["hostile", "diff", "empty"]) await show(what, name, {}, { name: "<script>alert(1)</script>" });
        assert.equal(await page.locator("#place script, #place img").count(), 0);
    }
};

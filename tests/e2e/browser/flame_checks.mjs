// What must hold of the flame graph. Each check is given the tools of flame.mjs.

// [{stack: [name...], value}] of a flame graph's JSON, on its own.
function stacksOf({ nodes, strings, frames, values, shown }) {
    const stacks = [], way = [];
    nodes.depth.forEach((depth, i) => {
        way.length = depth;
        way.push(nodes.frame[i] >= 0 ? strings[frames.name[nodes.frame[i]]] : null);
        if (values[shown].self[i] !== 0) stacks.push({ stack: way.slice(1), value: values[shown].self[i] });
    });
    return stacks;
}
const sum = list => list.reduce((total, { value }) => total + value, 0);
const shareOf = (stacks, expression) => sum(stacks.filter(({ stack }) => stack.some(name => name !== null && expression.test(name)))) / sum(stacks);
const found = page => page.locator(".flame-found").textContent();
const tipOf = page => page.locator(".flame-tip").innerText();

export default {
    async "what is drawn are the engine's numbers, children beneath their parents"({ show, state, read, assert }) {
        await show("flame", "cpu");
        const { frames, nodes } = await state(), data = read("cpu");
        assert.equal(nodes, data.nodes.depth.length);
        assert.equal(frames[0].total, data.total);
        assert.ok(Math.abs(frames[0].w - 1200) < 1 && frames.length > 200);
        const last = [];
        for (const frame of frames) {
            if (frame.many === 1) assert.equal(frame.total, data.values[data.shown].total[frame.node]);
            (last[frame.depth] ||= []).push(frame);
        }
        for (const frame of frames.filter(each => each.depth > 0 && each.many === 1))
            assert.ok(last[frame.depth - 1].some(above => above.x <= frame.x + 1 && above.x + above.w >= frame.x + frame.w - 1), frame.name);
    },

    async "one click zooms, Escape and the crumbs lead back"({ page, show, state, click, key, box, events, assert }) {
        await show("flame", "cpu");
        await click("main.typecheckLoop");
        assert.ok(Math.abs((await box("main.typecheckLoop")).w - 1200) < 1);
        await click("go/types.(*Config).Check");
        assert.deepEqual((await events("zoom")).at(-1)[0], ["main.typecheckLoop", "runtime/pprof.Do", "main.typecheckLoop.func4", "go/types.(*Config).Check"]);
        assert.deepEqual(await page.locator(".flame-crumb").allTextContents(), ["all", "main.typecheckLoop", "runtime/pprof.Do", "main.typecheckLoop.func4", "go/types.(*Config).Check"]);
        await key("Escape");
        assert.deepEqual((await state()).path, ["main.typecheckLoop"]);
        await key("Escape");
        assert.deepEqual((await state()).path, []);
        await click("runtime.gcBgMarkWorker");
        await page.locator(".flame-crumb").first().click();
        assert.deepEqual((await state()).path, []);
        assert.deepEqual((await events("zoom")).at(-1)[0], []);
    },

    async "a path from outside zooms and says nothing back"({ page, show, still, state, events, assert }) {
        await show("flame", "cpu");
        await page.evaluate(() => view.zoom(["main.typecheckLoop", "runtime/pprof.Do", "not there"]));
        await still();
        assert.deepEqual((await state()).path, ["main.typecheckLoop", "runtime/pprof.Do"]);
        await page.evaluate(() => view.resetZoom());
        await still();
        assert.deepEqual([(await state()).path, await events("zoom")], [[], []]);
    },

    async "the tooltip tells total, self, shares, file and module"({ page, show, box, middle, click, events, assert }) {
        await show("flame", "cpu");
        await page.mouse.move(...middle(await box("regexp.(*machine).match")));
        let text = await tipOf(page);
        for (const words of ["regexp.(*machine).match", "total", "3.19s", "23.0%", "self", "130ms", "regexp/exec.go", "corpusgen"]) assert.ok(text.includes(words), `${words} in ${text}`);
        assert.equal((await events("hover")).at(-1)[0].total, 3190000000);
        await click("net/http.(*conn).serve");
        await page.mouse.move(...middle(await box("regexp.(*machine).match")));
        text = await tipOf(page);
        assert.match(text, /of zoomed[^]*63\.9%/);
        const size = await page.locator(".flame-tip").boundingBox();
        assert.ok(size.x >= 0 && size.x + size.width <= 1200 && size.y >= 0 && size.y + size.height <= 700);
        await page.mouse.move(1, 699);
        assert.equal(await page.locator(".flame-tip").isVisible(), false);
    },

    async "a search counts what is nested once, of the whole and of the zoomed"({ page, show, state, click, read, assert }) {
        await show("flame", "cpu");
        const stacks = stacksOf(read("cpu"));
        for (const text of ["json", "^runtime\\.", "gc.*Worker", "(\\.|/)go", "nowhere", "Serve"]) {
            const expression = new RegExp(text, text === "Serve" ? "" : "i"), result = await page.evaluate(words => view.search(words), text);
            assert.ok(Math.abs(result.share - shareOf(stacks, expression)) < 1e-9, `${text}: ${result.share}`);
        }
        await click("net/http.(*conn).serve");
        const result = await page.evaluate(() => view.search("json")), inside = stacks.filter(({ stack }) => stack[0] === "net/http.(*conn).serve");
        assert.ok(Math.abs(result.inner - shareOf(inside, /json/)) < 1e-9);
        assert.match(await found(page), /matched · [0-9.]+% of the zoomed · [0-9]+ of [0-9,]+ names/);
        for (const frame of (await state()).frames) if (frame.many === 1) assert.equal(frame.hit, /json/i.test(frame.name), frame.name);
        await page.evaluate(() => view.search("("));
        assert.match(await found(page), /no regular expression/);
        await page.evaluate(() => view.search(""));
        assert.deepEqual([await found(page), (await state()).frames.some(frame => frame.hit)], ["", false]);
    },

    async "a search finds what is too thin to be drawn"({ page, show, still, assert }) {
        await show("flame", "heap", { type: 0 });
        const thin = await page.evaluate(() => view.testState().frames.filter(frame => frame.many > 1).length);
        assert.ok(thin > 20);
        const names = await page.evaluate(() => {
            const drawn = new Set(view.testState().frames.map(frame => frame.name));
            return data.frames.name.map(id => data.strings[id]).filter(name => !drawn.has(name));
        });
        let shown = 0;
        for (const name of names.slice(0, 4)) {
            const { share } = await page.evaluate(text => view.search("^" + text.replace(/[^A-Za-z0-9/_]/g, "\\$&") + "$"), name);
            await still();
            if (share > 0 && await page.evaluate(() => view.testState().frames.some(frame => frame.hit && frame.many > 1))) shown++;
        }
        assert.ok(shown > 0, "no box of many was marked");
    },

    async "an expression that takes for ever is cut short, and the page goes on"({ page, show, assert }) {
        await show("flame", "hostile");
        const { result, frames } = await page.evaluate(async () => {
            let ends = false, count = 0;
            const tick = () => { count++; if (!ends) requestAnimationFrame(tick); };
            requestAnimationFrame(tick);
            const told = await view.search("^(x+x+)+y$");
            ends = true;
            return { result: told, frames: count };
        });
        assert.ok(result.cut >= 0 && result.cut < result.names, JSON.stringify(result));
        assert.ok(frames > 10, `${frames} frames while it was searched`);
        assert.match(await found(page), /too slow/);
        assert.equal((await page.evaluate(() => view.search("alert"))).cut, undefined);
    },

    async "many thin frames are one box that says so, and a click goes in"({ page, show, still, state, middle, assert }) {
        await show("flame", "heap", { type: 0 });
        const before = await state(), many = before.frames.filter(frame => frame.many > 1).sort((a, b) => b.w - a.w)[0];
        assert.match(many.name, /^… [0-9,]+ more$/);
        await page.mouse.move(...middle(many));
        assert.match(await tipOf(page), /frames side by side/);
        await page.mouse.click(...middle(many));
        await still();
        const after = await state();
        assert.ok(after.view.x1 - after.view.x0 < (before.view.x1 - before.view.x0) / 50);
        assert.ok(after.frames.filter(frame => frame.many === 1 && frame.depth === many.depth && frame.w > 20).length > 1);
        assert.ok(await page.locator(".flame-map-window").isVisible());
    },

    async "the keyboard walks, zooms, goes back and opens the menu"({ page, show, state, key, events, assert }) {
        await show("flame", "cpu");
        await page.keyboard.press("Tab");
        while (!await page.evaluate(() => document.activeElement.matches("[role=tree]"))) await page.keyboard.press("Tab");
        await key("ArrowDown");
        assert.equal((await state()).current, "net/http.(*conn).serve");
        assert.match(await tipOf(page), /net\/http/);
        await key("ArrowRight");
        assert.equal((await state()).current, "main.typecheckLoop");
        await key("Enter");
        assert.deepEqual((await state()).path, ["main.typecheckLoop"]);
        await key("ArrowDown", "ArrowUp", "ArrowUp");
        assert.equal((await state()).current, "all");
        await key("ArrowDown", "Shift+F10");
        await page.getByRole("menuitem", { name: /Callers and callees/ }).waitFor();
        await page.keyboard.press("c");
        await page.keyboard.press("Enter");
        const [frame, action] = (await events("menu")).at(-1);
        assert.deepEqual([frame.name, frame.path, action], ["main.typecheckLoop", ["main.typecheckLoop"], "sandwich"]);
        await key("Escape");
        assert.deepEqual((await state()).path, []);
        for (let i = 0; i < 25; i++) await page.keyboard.press("ArrowDown");
        await key("ArrowDown");
        const deep = await state(), box = deep.frames.find(each => each.name === deep.current);
        assert.ok(box && box.y >= 0 && box.y + box.h <= 700, "what has the keyboard is not in sight");
    },

    async "those who listen hear a tree"({ page, show, key, assert }) {
        await show("flame", "cpu");
        const tree = page.getByRole("tree");
        await tree.focus();
        await key("ArrowDown");
        await page.waitForFunction(() => document.querySelector("[role=treeitem][aria-selected=true]")?.textContent.startsWith("net/http"));
        assert.match(await page.evaluate(() => document.getElementById(document.querySelector("[role=tree]").getAttribute("aria-activedescendant")).textContent),
            /^net\/http\.\(\*conn\)\.serve, 4\.99s, 36\.1%, self 0$/);
        const levels = await page.locator("[role=treeitem]").evaluateAll(items => items.map(item => Number(item.getAttribute("aria-level"))));
        assert.deepEqual([...new Set(levels)], [1, 2, 3].filter(level => levels.includes(level)));
        assert.ok(levels.filter(level => level === 3).length >= 2);
    },

    async "every action of the menu is told with its frame"({ page, show, box, middle, events, assert }) {
        await show("flame", "cpu");
        const actions = ["focus", "ignore", "show_from", "hide", "show", "sandwich", "copy-name", "copy-stack"];
        const place = middle(await box("regexp.(*machine).step"));
        for (let i = 0; i < actions.length; i++) {
            await page.mouse.click(...place, { button: "right" });
            await page.getByRole("menuitem").nth(i + 1).click();
            const [frame, action] = (await events("menu")).at(-1);
            assert.deepEqual([frame.name, frame.path[0], action], ["regexp.(*machine).step", "net/http.(*conn).serve", actions[i]]);
        }
    },

    async "it can be turned round, upside down and without recursion"({ page, show, still, state, read, assert }) {
        await show("flame", "cpu", { inverted: true });
        let { frames } = await state();
        const top = read("cpu.top").items;
        for (const item of top.slice(0, 8)) assert.equal(frames.find(frame => frame.depth === 1 && frame.name === item.name).total, item.flat);
        await page.evaluate(() => view.setOptions({ inverted: false, icicle: false }));
        await still();
        ({ frames } = await state());
        const root = frames.find(frame => frame.depth === 0), child = frames.find(frame => frame.depth === 1);
        assert.ok(child.y < root.y && root.y > 500);
        const count = (await state()).nodes;
        await page.evaluate(() => view.setOptions({ collapsed: true, icicle: true }));
        await still();
        const short = await state();
        assert.ok(short.nodes < count && short.frames[0].total === frames.find(frame => frame.depth === 0).total);
    },

    async "colours tell packages, files, values, and change with the palette"({ page, show, still, state, assert }) {
        await show("flame", "cpu");
        const looks = new Set();
        for (const options of [{ colour: "package" }, { colour: "file" }, { colour: "value" }, { colour: "package", palette: "colourblind" }, { colour: "value", palette: "colourblind" }]) {
            await page.evaluate(change => view.setOptions({ palette: "default", ...change }), options);
            await still();
            looks.add(await page.evaluate(() => view.testState().frames.slice(0, 60).map(frame => frame.colour).join()));
        }
        assert.equal(looks.size, 5);
        await page.evaluate(() => view.setOptions({ colour: "package", palette: "default" }));
        await still();
        const of = {};
        for (const frame of (await state()).frames) if (/^runtime\./.test(frame.name)) of[frame.colour] = true;
        assert.equal(Object.keys(of).length, 1);
        await page.locator(".flame-key", { hasText: "regexp" }).first().click();
        await still();
        assert.ok((await state()).frames.filter(frame => frame.hit && frame.many === 1).every(frame => frame.name.startsWith("regexp.")));
    },

    async "another sample type is another picture of the same"({ page, show, still, state, read, assert }) {
        await show("flame", "heap");
        const data = read("heap");
        for (let type = 0; type < data.types.length; type++) {
            await page.evaluate(index => view.setOptions({ type: index }), type);
            await still();
            assert.equal((await state()).frames[0].total, data.values[type].total[0]);
        }
    },

    async "wheel, drag, minimap and fingers move the view"({ page, show, still, state, box, middle, assert }) {
        await show("flame", "cpu");
        const at = middle(await box("main.typecheckLoop"));
        await page.mouse.move(...at);
        await page.keyboard.down("Control");
        for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -120);
        await page.keyboard.up("Control");
        await page.waitForFunction(() => view.testState().view.x1 - view.testState().view.x0 < 0.4);
        await still();
        const zoomed = (await state()).view, under = zoomed.x0 + at[0] / 1200 * (zoomed.x1 - zoomed.x0);
        assert.ok(Math.abs(under - at[0] / 1200) < 0.01, "the zoom moved what was under the pointer");
        await page.mouse.down();
        await page.mouse.move(at[0] + 200, at[1], { steps: 4 });
        await page.mouse.up();
        await still();
        assert.ok((await state()).view.x0 < zoomed.x0 - 0.02);
        const map = await page.locator(".flame-map").boundingBox();
        await page.mouse.click(map.x + map.width * 0.9, map.y + 10);
        await still();
        const moved = (await state()).view;
        assert.ok(moved.x0 < 0.9 && moved.x1 > 0.9);
        await page.evaluate(() => view.resetZoom());
        await still();
        await page.touchscreen.tap(...middle(await box("main.typecheckLoop")));
        await still();
        assert.deepEqual((await state()).path, ["main.typecheckLoop"]);
    },

    async "of a difference both sides are told, and colours are changes"({ page, show, state, box, middle, assert }) {
        await show("flame", "diff", { colour: "diff" });
        const { frames } = await state();
        for (const frame of frames.filter(each => each.many === 1 && each.depth > 0)) {
            const change = frame.total - frame.baseTotal, [red, , blue] = [1, 3, 5].map(i => parseInt(frame.colour.slice(i, i + 2), 16));
            if (Math.abs(change) > 0.1 * Math.max(frame.total, frame.baseTotal)) assert.equal(red > blue, change > 0, `${frame.name} ${frame.colour}`);
        }
        await page.mouse.move(...middle(await box("main.typecheckLoop")));
        assert.match(await tipOf(page), /base\s+now\s+change[^]*total\s+1\.41s[^]*4\.06s[^]*\+2\.65s\s+\+187\.9%/);
    },

    async "the picture can be had as PNG, in light and dark"({ page, show, still, state, assert }) {
        await show("flame", "cpu");
        const sizes = await page.evaluate(async () => {
            const blob = await view.png(), image = await createImageBitmap(blob);
            return [blob.type, image.width, image.height, document.querySelector(".flame-canvas").height];
        });
        assert.ok(sizes[0] === "image/png" && sizes[1] === 1200 && sizes[2] > sizes[3], String(sizes));
        const colours = async () => (await state()).frames.slice(0, 9).map(frame => frame.colour).join(), light = await colours();
        await page.emulateMedia({ colorScheme: "dark" });
        await still();
        assert.notEqual(await colours(), light);
        await page.emulateMedia({ colorScheme: "light" });
        await still();
    },

    async "hostile names are text and nothing else"({ page, show, still, state, middle, assert }) {
        await show("flame", "hostile");
        for (const frame of (await state()).frames.slice(0, 40)) await page.mouse.move(...middle(frame));
        await page.evaluate(() => view.search("<script>|onerror"));
        await still();
        assert.equal(await page.locator("#place script, #place img, #place iframe, #place [onload], #place [onerror]").count(), 0);
        assert.ok((await state()).share > 0.2);
    },

    async "nothing to show is said"({ page, show, state, assert }) {
        await show("flame", "empty");
        assert.ok(await page.getByText("No sample has a value").isVisible());
        assert.deepEqual((await state()).frames, []);
        await page.evaluate(() => view.search("main"));
        await page.evaluate(() => view.setOptions({ inverted: true, colour: "value" }));
        await page.evaluate(() => view.zoom(["main"]));
        assert.equal(await page.locator(".flame-canvas").isVisible(), false);
    }
};

// The call tree in its forms: what the page adds to flame graph, table and tree, and their numbers.
import assert from "node:assert/strict";
import { soon } from "./soon.mjs";

const state = page => page.evaluate(() => window.brazierTest.view());
const summary = page => page.locator(".look .summary:visible").textContent();
const menu = (page, name, item) => page.getByRole("button", { name, exact: true }).click().then(() => page.getByRole("menuitem", { name: item }).click());

// The rows of the table that is shown: [name, self, total], as texts.
async function rows(page) {
    await page.locator(".pane-table [role=row]").nth(1).waitFor();
    return page.locator(".pane-table [role=row]").evaluateAll(all => all.slice(1).map(row => [...row.querySelectorAll("[role=gridcell]")].map(cell => cell.textContent)));
}

export const look = {
    async "tops are those of go tool pprof"(at, page) {
        const { pprof, ui } = at.facts, { formatValue } = await import(ui + "/units.js");
        if (!pprof.all) return;
        await at.open(page, { service: "checkout", type: "cpu", pane: "table", from: new Date((at.facts.now - 3600) * 1000).toISOString().slice(0, 19), to: pprof.to }, { seen: ".pane-table [role=grid]" });
        const seen = await rows(page);
        assert.ok(seen.length > 10);
        for (const [name, self, , total] of seen) {
            const [flat, cum] = pprof.all[name];
            assert.deepEqual([self, total], [formatValue(flat, "nanoseconds"), formatValue(cum, "nanoseconds")], name);
        }
    },

    async "differences are those of go tool pprof"(at, page) {
        const { pprof, ui } = at.facts, { formatValue } = await import(ui + "/units.js");
        if (!pprof.diff) return;
        await at.open(page, { service: "checkout", type: "cpu", view: "compare", pane: "table", labels: "version=1.5", base_labels: "version=1.4",
            from: new Date((at.facts.now - 3600) * 1000).toISOString().slice(0, 19), to: pprof.to }, { seen: ".pane-table [role=grid]" });
        for (const [name, ...cells] of await rows(page)) {
            const text = value => value === 0 ? "" : (value > 0 ? "+" : "") + formatValue(value, "nanoseconds");
            for (const value of pprof.diff[name]) assert.ok(cells.some(cell => cell.startsWith(text(value))), `${name}: ${text(value)} is not in ${cells.join(", ")}`);
        }
    },

    async "a row of the table leads to callers and callees, and back"(at, page) {
        await at.open(page);
        const [[name]] = await rows(page);
        await page.locator(".pane-table [role=row]").nth(1).dblclick();
        await page.locator(".sandwich-bar strong", { hasText: name }).waitFor();
        assert.deepEqual([at.parameters(page).pane, at.parameters(page).function], ["sandwich", name]);
        await page.goBack();
        await page.locator(".pane-flame .flame-canvas:visible").waitFor();
    },

    async "a click zooms, the URL knows, back and Escape lead out"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", pane: "flame" });
        const box = await page.locator(".flame-canvas").boundingBox();
        await page.mouse.click(box.x + 40, box.y + 30);
        await page.waitForFunction(() => location.hash.startsWith("#zoom="));
        const zoomed = new URL(page.url()).hash;
        await page.reload();
        await page.locator(".flame-canvas:visible").waitFor();
        await page.waitForFunction(() => document.querySelectorAll(".flame-crumb").length > 0);
        assert.equal(new URL(page.url()).hash, zoomed);
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => location.hash === "");
        await page.goBack();
        await page.waitForFunction(hash => location.hash === hash, zoomed);
    },

    async "the menu of a frame makes a filter, a chip changes and removes it"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", pane: "flame" });
        const before = await summary(page), box = await page.locator(".flame-canvas").boundingBox();
        await page.mouse.click(box.x + 40, box.y + 30, { button: "right" });
        await page.getByRole("menuitem", { name: /^Ignore it/ }).click();
        await page.getByRole("button", { name: /^Change ignore: / }).waitFor();
        await page.waitForFunction(text => { const now = window.summary(); return now && now !== text; }, before);
        assert.match(at.parameters(page).ignore, /^\^net\/http\\\.\\\(\\\*conn\\\)\\\.serve\$$/);
        await page.getByRole("button", { name: /^Change ignore: / }).click();
        await page.getByRole("textbox", { name: "ignore" }).fill("nothing-is-called-so");
        await page.getByRole("button", { name: "Apply" }).click();
        await page.getByText("Ignore expression matched no samples").waitFor();
        await page.getByRole("button", { name: /^Remove ignore: / }).click();
        await page.waitForFunction(text => window.summary() === text, before);
    },

    async "each filter goes to the server by pprof's name"(at, page, asked) {
        await at.open(page);
        for (const name of ["focus", "ignore", "hide", "show", "show from", "tag focus", "tag ignore", "group by"]) {
            await page.getByRole("button", { name: "Filter", exact: true }).click();
            await page.getByRole("menuitem", { name: new RegExp(`^${name}`) }).first().click();
            const input = page.locator(".popup input"), value = name === "group by" ? "endpoint" : name === "tag focus" ? "endpoint=/re" : name.startsWith("ig") || name.startsWith("tag") ? "zzz" : "main|regexp|runtime";
            await input.fill(value);
            await input.press("Enter");
            await page.waitForFunction(([key, text]) => new URL(location).searchParams.get(key) === text, [{ "tag focus": "tagfocus", "tag ignore": "tagignore" }[name] || name.replace(" ", "_"), value]);
        }
        await page.locator(".chips .chip").nth(7).waitFor();
        await page.waitForFunction(() => performance.getEntriesByType("resource").some(entry => entry.name.includes("group_by=endpoint") && entry.name.includes("show_from=")));
        const last = at.asked(asked).filter(url => url.includes("flamegraph")).at(-1);
        for (const name of ["focus", "ignore", "hide", "show", "show_from", "tagfocus", "tagignore", "group_by"]) assert.ok(last.includes(`&${name}=`), name);
        await page.getByRole("button", { name: "Remove all" }).click();
        await page.locator(".chips").first().waitFor({ state: "hidden" });
    },

    "a pattern that is none is the server's words, and can be tried again": [{ allowed: ["400 (Bad Request)"] }, async (at, page) => {
        await at.open(page, { service: "checkout", type: "cpu", focus: "(((" }, { seen: ".state.failed" });
        await soon.match(() => page.locator(".state.failed").textContent(), /The question is wrong.*missing \)/s);
        await page.getByRole("button", { name: /^Remove focus/ }).click();
        await page.locator(".flame-canvas:visible").waitFor();
    }],

    async "granularity, direction, recursion and colours are chosen, and stay in the link"(at, page) {
        await at.open(page);
        const choose = async (role, name) => {
            await page.getByRole("button", { name: "How it is drawn" }).click();
            await page.getByRole(role, { name, exact: true }).click();
        };
        await choose("menuitemradio", "Roots at the bottom (flame)");
        await choose("menuitemcheckbox", /^Bottom-up/);
        await choose("menuitemcheckbox", "Collapse recursion");
        await choose("menuitemradio", "File");
        await choose("menuitemcheckbox", "Colours for the colour-blind");
        await choose("menuitemradio", "Files");
        await page.waitForFunction(() => /\.go/.test(document.querySelector(".pane-table [role=row]:nth-child(2), .pane-table .rows")?.textContent || ""));
        const { shape, inverted, collapsed, colour, palette, granularity } = at.parameters(page);
        assert.deepEqual([shape, inverted, collapsed, colour, palette, granularity], ["flame", "1", "1", "file", "colourblind", "files"]);
    },

    async "a search is in the link and tells its share"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", pane: "flame" });
        await page.keyboard.press("/");
        await page.keyboard.type("regexp");
        await page.getByText(/[\d.]+% matched/).waitFor();
        await page.waitForFunction(() => new URL(location).searchParams.get("search") === "regexp");
        await page.getByRole("searchbox").fill("(");
        await page.waitForFunction(() => document.querySelector("input[type=search]").getAttribute("aria-invalid") === "true");
        await page.getByRole("searchbox").press("Escape");
        await page.waitForFunction(() => !new URL(location).searchParams.has("search"));
    },

    async "every form can be shown"(at, page) {
        await at.open(page);
        for (const [name, seen] of [["Flame", ".flame-canvas:visible"], ["Table", ".pane-table [role=grid]:visible"], ["Tree", ".pane-tree [role=treegrid]:visible"],
            ["Graph", ".pane-graph svg:visible, .pane-graph canvas:visible"], ["Sandwich", ".pane-sandwich:visible"], ["Both", ".flame-canvas:visible"]]) {
            await page.getByRole("button", { name, exact: true }).click();
            await page.locator(seen).first().waitFor();
        }
    },

    async "the picture can be taken away in every format, and commands copied"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", focus: "main" });
        await page.getByRole("button", { name: "Take away" }).click();
        await page.getByRole("menuitem", { name: /^PNG/ }).waitFor();
        const links = await page.getByRole("menuitem").evaluateAll(all => Object.fromEntries(all.filter(each => each.href).map(each => [each.firstChild.textContent, each.href])));
        for (const [name, start] of [["pprof", "\x1f\x8b"], ["SVG", "<svg"], ["Folded stacks", "net/http"], ["speedscope JSON", "{\"$schema\""], ["Table, as text", "File:"]]) {
            const answer = await page.request.get(links[name]), body = (await answer.body()).toString("latin1");
            assert.equal(answer.status(), 200, name);
            assert.ok(body.includes(start) && links[name].includes("focus=main"), name + ": " + body.slice(0, 80));
        }
        assert.match(links["Open in speedscope"], /^https:\/\/www\.speedscope\.app\/#profileURL=http/);
        assert.match(links["Open in Firefox Profiler"], /^https:\/\/profiler\.firefox\.com\/from-url\/http.*format%3Dfolded/);
        const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: /^PNG/ }).click()]);
        assert.match(download.suggestedFilename(), /\.png$/);
        await menu(page, "Take away", "Commands");
        await page.locator("dialog pre").first().waitFor();
        const commands = await page.locator("dialog pre").allTextContents();
        assert.ok(commands[0].startsWith("go tool pprof -http=: 'http://"), commands[0]);
        assert.ok(commands.some(text => text.startsWith("curl ") && text.includes("focus=main")));
        await page.keyboard.press("Escape");
        await page.locator("dialog").waitFor({ state: "detached" });
    },

    async "frames of a flame graph are drawn"(at, page) {
        await at.open(page, { service: "checkout", type: "cpu", pane: "flame" });
        await soon.ok(() => state(page));
    }
};

// Keys, contrast and names for screen readers, hostile names, servers that are slow, busy or gone, logging in, path prefixes.
import assert from "node:assert/strict";
import { soon } from "./soon.mjs";

const VIEWS = [{}, { pane: "table" }, { pane: "sandwich", function: "runtime.mallocgc" }, { pane: "tree" }, { view: "compare", base_from: "-2h", base_to: "-1h", pane: "both" },
    { view: "explore" }, { view: "profiles" }, { view: "adhoc" }, { view: "status" }];

// In the dark only colours differ.
const judged = dark => async (at, page) => {
    await page.addInitScript({ path: at.require.resolve("axe-core/axe.min.js") });
    for (const view of VIEWS) {
        await at.open(page, { service: "checkout", type: "cpu", ...view }, { seen: view.view === "status" ? ".panel" : view.view === "adhoc" ? ".drop" : "[role=grid]:visible, [role=treegrid]:visible, .sandwich-bar, .shares, .profiles table" });
        await page.locator(".cover:visible").waitFor({ state: "detached", timeout: 1000 }).catch(() => {});
        const faults = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], ...matchMedia("(prefers-color-scheme: dark)").matches ? { runOnly: ["color-contrast"] } : {} })).then(found =>
            found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.target.join(" ") + " " + node.failureSummary).slice(0, 3).join(" | ")}`));
        assert.deepEqual(faults, [], JSON.stringify(view) + (dark ? " dark" : ""));
    }
};

const signIn = async (page, token) => {
    await page.getByLabel("Token", { exact: true }).fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
};

export const safe = {
    "axe-core finds nothing, light": [{}, judged(false)],
    "axe-core finds nothing, dark": [{ colorScheme: "dark" }, judged(true)],

    async "menus, dialogs and lists have names and roles too"(at, page) {
        await page.addInitScript({ path: at.require.resolve("axe-core/axe.min.js") });
        await at.open(page);
        for (const open of [() => page.getByRole("button", { name: "Take away" }).click(), () => page.getByRole("button", { name: /^Time: / }).click(),
            () => page.getByRole("combobox", { name: "Service", exact: true }).click(), () => page.keyboard.press("?")]) {
            await open();
            await page.locator(".popup, dialog").first().waitFor();
            const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
            assert.deepEqual(found.violations.map(each => `${each.id}: ${each.nodes[0].html}`), []);
            await page.keyboard.press("Escape");
            await page.evaluate(() => document.activeElement.blur());
        }
    },

    "everything is done by keys alone": [{}, async (at, page) => {
        await at.open(page);
        await page.keyboard.press("s");
        await page.keyboard.type("sea");
        await page.locator("[role=listbox] [role=option]").first().waitFor();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => new URL(location).searchParams.get("service") === "search");
        await page.keyboard.press("Tab");
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press("3");
        await page.locator(".shares").waitFor();
        await page.keyboard.press("1");
        await page.keyboard.press("i");
        await page.keyboard.press("[");
        await page.waitForFunction(() => { const all = new URL(location).searchParams; return all.get("inverted") === "1" && all.has("to"); });
        await page.keyboard.press("]");
        await page.keyboard.press("t");
        await page.locator(".range").waitFor();
        await page.keyboard.press("Escape");
        await soon.match(() => page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Time: /);
        await page.keyboard.press("?");
        await page.locator("dialog.help dt").first().waitFor();
        const keys = await page.locator("dialog.help dt").allTextContents();
        assert.ok(keys.length > 20 && keys.includes("/") && keys.includes("c"));
        await page.keyboard.press("Escape");
        await page.locator("dialog").waitFor({ state: "detached" });
    }],

    async "what has the focus is seen, and the first Tab leads past the head"(at, page) {
        await at.open(page);
        await page.keyboard.press("Tab");
        await soon.equal(() => page.evaluate(() => document.activeElement.className), "skip");
        for (let i = 0; i < 12; i++) {
            await page.keyboard.press("Tab");
            const outline = await page.evaluate(() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; });
            assert.ok(outline, await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)));
        }
    },

    async "single keys can be switched off"(at, page) {
        await at.open(page);
        await page.keyboard.press("?");
        await page.getByRole("checkbox", { name: "Single keys act" }).uncheck();
        await page.keyboard.press("Escape");
        await page.keyboard.press("3");
        await page.keyboard.press("?");
        await soon.equal(() => page.locator("dialog").count(), 0);
        assert.equal(at.parameters(page).view, undefined);
    },

    async "light and dark follow the system, and the choice"(at, page) {
        const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        await at.open(page);
        const light = await paper();
        await page.emulateMedia({ colorScheme: "dark" });
        await page.waitForFunction(before => getComputedStyle(document.body).backgroundColor !== before, light);
        await page.getByRole("button", { name: "Light or dark" }).click();
        await page.getByRole("menuitemradio", { name: "Light" }).click();
        await soon.equal(() => paper(), light);
        await page.reload();
        await page.locator(".flame-canvas:visible").waitFor();
        await soon.equal(() => paper(), light);
    },

    "a narrow window has all of it, without scrolling sideways": [{ viewport: { width: 390, height: 800 } }, async (at, page) => {
        for (const view of VIEWS) {
            await at.open(page, { service: "checkout", type: "cpu", ...view }, { seen: "main section:visible" });
            const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(inner <= outer, `${JSON.stringify(view)}: ${inner} in ${outer}`);
        }
        await at.open(page);
        await at.shot(page, "narrow");
    }],

    async "hostile names are text everywhere"(at, page) {
        const service = "<img src=x onerror=alert(1)>";
        for (const view of [{ pane: "both" }, { pane: "table" }, { pane: "tree" }, { pane: "sandwich", function: "<script>alert(1)</script>" }, { pane: "flame", inverted: "1", colour: "file" },
            { view: "explore" }, { view: "profiles" }, { group: "<b>k</b>" }, { pane: "graph" }, { view: "compare", base_labels: "<b>k</b>!=1", pane: "both" }]) {
            await at.open(page, { service, type: "cpu", ...view }, { seen: "main section:visible" });
            await page.waitForLoadState("networkidle");
            const strangers = await page.evaluate(() => [...document.querySelectorAll("main img, main script, main iframe, main object, main embed, main form[action], main b > *, main style, main base, main meta, main math")].map(each => each.outerHTML.slice(0, 100)));
            assert.deepEqual(strangers, [], JSON.stringify(view));
        }
        await at.open(page, { service, type: "cpu", pane: "table" }, { seen: ".pane-table [role=grid]" });
        await soon.match(() => page.locator(".pane-table .table-note").textContent(), new RegExp(`^${at.facts.hostile} functions`));
        await soon.equal(() => page.getByRole("combobox", { name: "Service", exact: true }).inputValue(), service);
        await soon.equal(() => page.title(), `${service} cpu \u00b7 Flame graph \u00b7 brazier`);
    },

    async "links with nonsense in them are survived"(at, page) {
        for (const query of ["?view=nothing&pane=%00&from=-1h&zone=mars", "?__proto__=1&constructor=2&service=checkout&type=cpu&zoom=a;b", "?service=checkout&type=cpu&labels=%25%25%25,,=,a", "?service=checkout&type=cpu&at=x"]) {
            await page.goto(at.facts.shop + query + "#zoom=%E0%A4%A");
            await page.locator("main section:visible, main .state:visible").first().waitFor();
        }
    },

    "a slow answer shows progress, and can be given up and had again": [{ allowed: ["net::ERR_FAILED"] }, async (at, page) => {
        let slow = true;
        await page.route("**/merge?*", async route => {
            if (!slow) return route.continue();
            await new Promise(resolve => setTimeout(resolve, 20000));
            return route.continue().catch(() => {});
        });
        await at.open(page, { service: "checkout", type: "cpu" }, { seen: null });
        await page.getByText("Loading the flame graph").waitFor();
        await page.getByRole("progressbar", { name: "Loading the flame graph" }).waitFor();
        await page.getByRole("button", { name: "Cancel" }).click();
        await page.getByText("Loading was cancelled.").waitFor();
        slow = false;
        await page.getByRole("button", { name: "Load again" }).click();
        await page.locator(".flame-canvas:visible").waitFor();
    }],

    "a busy server is asked once more, then its words are shown, and Try again tries": [{ allowed: ["503 (Service"] }, async (at, page) => {
        let times = 0;
        await page.route("**/merge?*", route => ++times <= 2
            ? route.fulfill({ status: 503, headers: { "Retry-After": "1", "Content-Type": "application/json" }, body: "{\"code\":503,\"error\":\"too busy: all merges together need more memory\"}" }) : route.continue());
        await at.open(page, { service: "checkout", type: "cpu" }, { seen: ".look .state.failed:visible" });
        await soon.match(() => page.locator(".look .state.failed").textContent(), /cannot answer right now.*too busy: all merges/s);
        assert.equal(times, 2);
        await at.shot(page, "busy");
        await page.getByRole("button", { name: "Try again" }).click();
        await page.locator(".flame-canvas:visible").waitFor();
    }],

    "a server that is gone is said, and the page goes on when it is back": [{ allowed: ["net::ERR_"] }, async (at, page) => {
        await at.open(page);
        await page.route("**/api/**", route => route.abort("connectionrefused"));
        await page.getByRole("button", { name: "Refresh" }).click();
        await page.getByText("The server does not answer").first().waitFor();
        await page.unroute("**/api/**");
        await page.locator(".look").getByRole("button", { name: "Try again" }).click();
        await page.waitForFunction(() => /29 profiles/.test(window.summary()));
    }],

    "an answer that something in between has made is not taken for data": [{ allowed: ["502 (Bad"] }, async (at, page) => {
        await page.route("**/merge?*", route => route.fulfill({ status: 502, contentType: "text/html", body: "<html><h1>Bad gateway</h1>" }));
        await at.open(page, { service: "checkout", type: "cpu" }, { seen: ".look .state.failed:visible" });
        await soon.match(() => page.locator(".look .state.failed").textContent(), /The server failed.*the server answered 502/s);
    }],

    async "a stale or incomplete answer says so"(at, page) {
        await page.route("**/merge?*", async route => {
            const response = await route.fetch();
            await route.fulfill({ response, headers: { ...response.headers(), "x-brazier-stale": "12000", "x-brazier-horizon": "2026-11-23T02:00:00Z", "x-brazier-missing": "2 a b" } });
        });
        await at.open(page);
        const lines = await page.locator(".look .notice").allTextContents();
        assert.ok(lines.some(line => line.includes("last 12 s")) && lines.some(line => line.includes("before 2026-11-23 02:00:00")) && lines.some(line => line.startsWith("2 profiles are left out")), lines.join());
    },

    "with tokens on a person signs in; the token is nowhere on the page": [{ allowed: ["401 (Unauth"] }, async (at, page) => {
        await page.goto(at.facts.closed);
        await signIn(page, at.facts.unknown);
        await page.getByText("This token is not known.").waitFor();
        await signIn(page, at.facts.token);
        await page.locator(".welcome").waitFor();
        const [cookie] = await page.context().cookies();
        assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Strict"]);
        const everything = await page.evaluate(() => JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML]));
        assert.ok(!everything.includes(at.facts.token) && !everything.includes(cookie.value));
        await page.getByRole("button", { name: /^Sign out/ }).click();
        await page.getByLabel("Token", { exact: true }).waitFor();
        await soon.deepEqual(() => page.context().cookies(), []);
    }],

    "a session that ends while the page is open is said to have ended": [{ allowed: ["401 (Unauth"] }, async (at, page) => {
        await page.goto(at.facts.closed);
        await page.getByText("This collector answers to those who have a token.").waitFor();
        await signIn(page, at.facts.token);
        await page.locator(".welcome").waitFor();
        await page.context().clearCookies();
        await page.getByRole("link", { name: "Status" }).click();
        await page.getByText("The session has ended, or its token is not valid any more.").waitFor();
        await signIn(page, at.facts.token);
        await page.getByText(/[\d.]+ profiles a second/).waitFor();
    }],

    async "it works below a path of a proxy"(at, page, asked) {
        await at.open(page, {}, { base: "prefixed" });
        assert.ok(page.url().startsWith(at.facts.prefixed));
        assert.ok(asked.every(url => url.startsWith(at.facts.prefixed)), asked.find(url => !url.startsWith(at.facts.prefixed)));
        await page.getByRole("button", { name: "Take away" }).click();
        await soon.ok(async () => (await page.getByRole("menuitem", { name: /^pprof/ }).getAttribute("href")).startsWith(at.facts.prefixed));
    },

    async "the whole page is small, and nothing is asked twice"(at, page, asked) {
        const sizes = [];
        page.on("response", async response => { if (/\/ui\//.test(response.url())) sizes.push(response.request().sizes().then(size => size.responseBodySize)); });
        await at.open(page);
        await page.waitForLoadState("networkidle");
        const whole = (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
        assert.ok(whole > 30000 && whole < 150 * 1024, `${whole} bytes`);
        const questions = at.asked(asked);
        assert.equal(new Set(questions).size, questions.length, questions.join("\n"));
    }
};

/* Light or dark: what the system says, unless the person has chosen. Not a module, so that it runs before the first
   paint. The choice is kept in this browser and not in the URL: a link should not turn somebody else's lights on. */
(() => {
    "use strict";
    const KEY = "brazier-theme", dark = matchMedia("(prefers-color-scheme: dark)");

    function chosen() {
        try {
            return localStorage.getItem(KEY) || "system";
        } catch {
            return "system"; /* storage can be forbidden */
        }
    }

    function apply() {
        const choice = chosen();
        document.documentElement.dataset.theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
        document.dispatchEvent(new Event("brazier-theme"));
    }

    window.brazierTheme = {
        chosen,
        choose(choice) {
            try {
                localStorage.setItem(KEY, choice);
            } catch { /* then it holds until the page is left */ }
            apply();
            if (chosen() !== choice && choice !== "system") document.documentElement.dataset.theme = choice;
        }
    };
    dark.addEventListener("change", apply);
    apply();
})();

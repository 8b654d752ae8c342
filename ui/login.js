/* With tokens on: asks for one and gives it to the collector, which answers with a session cookie that scripts cannot
   read. The token is kept nowhere on the page: not in the URL, not in storage. */
import { make } from "./dom.js";
import { openDialog } from "./popup.js";

const SESSION = "api/0/session";

let asking = null, wasIn = false;

async function signIn(token) {
    const response = await fetch(new URL(SESSION, document.baseURI), { method: "POST", credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-Brazier-Page": "1" }, body: JSON.stringify({ token }) });
    if (response.ok) {
        wasIn = true;
        return "";
    }
    if (response.status === 401 || response.status === 403) return "This token is not known.";
    try {
        return (await response.json()).error || `The server answered ${response.status}.`;
    } catch {
        return `The server answered ${response.status}.`;
    }
}

function form(dialog, words) {
    const token = make("input", { class: "field", type: "password", name: "token", autocomplete: "current-password", required: true, "aria-label": "Token" });
    const fault = make("p", { role: "alert", class: "grew" });
    const element = make("form", { class: "login" }, make("p", {}, words), make("label", { class: "named" }, "Token", token), fault,
        make("div", { class: "row" }, make("button", { class: "button main", type: "submit" }, "Sign in")),
        make("p", { class: "quiet" }, "It needs the scope \u201cread\u201d. The page does not keep it; the collector gives this browser a session instead."));
    element.addEventListener("submit", async event => {
        event.preventDefault();
        fault.textContent = "";
        try {
            fault.textContent = await signIn(token.value.trim());
        } catch {
            fault.textContent = "The server does not answer.";
        }
        if (fault.textContent) return token.select();
        dialog.returnValue = "in";
        dialog.close("in");
    });
    return element;
}

/* Resolves to true when somebody has signed in, false when the dialog was closed. Those who ask at once share it. */
export function login() {
    asking ||= new Promise(resolve => {
        const dialog = openDialog("Sign in");
        dialog.append(form(dialog, wasIn ? "The session has ended, or its token is not valid any more." : "This collector answers to those who have a token."));
        dialog.querySelector("input").focus();
        dialog.addEventListener("close", () => {
            asking = null;
            document.dispatchEvent(new Event("brazier-session"));
            resolve(dialog.returnValue === "in");
        });
    });
    return asking;
}

/* {login, scopes, name}: who the collector takes this browser for; null: it does not say. */
export async function whoami() {
    try {
        const response = await fetch(new URL(SESSION, document.baseURI), { credentials: "same-origin", headers: { "X-Brazier-Page": "1" } });
        const who = response.ok ? (await response.json()).body : null;
        if (who?.login && who.scopes.length > 0) wasIn = true;
        return who;
    } catch {
        return null;
    }
}

/* Ends the session, if there is one. */
export async function logout() {
    await fetch(new URL(SESSION, document.baseURI), { method: "DELETE", credentials: "same-origin", headers: { "X-Brazier-Page": "1" } });
    location.reload();
}

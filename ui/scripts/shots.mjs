// The states to picture. `act` is what the user does first, in the page; `until` is the element to wait for.

const click = (selector) => `document.querySelector(${JSON.stringify(selector)}).click()`;
const clickRow = (code) => `[...document.querySelectorAll('.row')].find((row) => row.textContent.includes('${code}')).click()`;

export const SHOTS = [
  { name: "status", query: "scene=day", place: "status", until: "canvas" },
  { name: "status-empty", query: "scene=empty", place: "status", until: ".idle" },
  { name: "status-stopped", query: "scene=stopped", place: "status", until: "canvas" },
  { name: "welcome", query: "scene=welcome", place: "status", until: ".welcome" },
  { name: "approval", query: "scene=approval", place: "status", until: "canvas" },
  { name: "approval-asked", query: "scene=approval", place: "status", until: "dialog[open]", act: click(".card .actions button:last-child") },
  { name: "network", query: "scene=network", place: "status", until: "canvas" },
  { name: "network-always", query: "scene=network", place: "status", until: "dialog[open]", act: click(".card .actions button:nth-child(3)") },
  { name: "port", query: "scene=port", place: "status", until: "canvas" },
  { name: "nopython", query: "scene=nopython", place: "status", until: ".card" },
  { name: "log", query: "scene=day", place: "log", until: ".row" },
  { name: "log-open", query: "scene=day", place: "log", until: ".cm-content", act: clickRow("def area") },
  { name: "log-clear", query: "scene=day", place: "log", until: "dialog[open]", act: click(".toolbar > button:last-of-type") },
  { name: "log-empty", query: "scene=empty", place: "log", until: ".empty" },
  { name: "console", query: "scene=day", place: "console", until: ".cm-content" },
  { name: "console-run", query: "scene=day", place: "console", until: ".xterm-rows", act: click(".bar button") },
  { name: "log-unsandboxed", query: "scene=day", place: "log", until: ".cm-content", act: clickRow("from collections") },
  { name: "connect", query: "scene=day", place: "connect", until: "main li" },
  { name: "connect-asked", query: "scene=day", place: "connect", until: "dialog[open]", act: click("main li .primary") },
  {
    name: "settings-doctor",
    query: "scene=day",
    place: "settings",
    until: ".doctor li",
    act: `(() => { const button = document.querySelector('.doctor button'); button.click(); button.scrollIntoView({ block: 'start' }); })()`,
  },
  {
    name: "settings-hosts",
    query: "scene=day",
    place: "settings",
    until: "[id='field-allowed_hosts']",
    act: "document.getElementById('field-allowed_hosts').scrollIntoView({ block: 'center' })",
  },
  { name: "settings", query: "scene=day", place: "settings", until: ".pythons label" },
  {
    name: "settings-error",
    query: "scene=day",
    place: "settings",
    until: "[role=alert]",
    act: `(() => { const port = document.getElementById('field-port'); port.value = '70000'; port.dispatchEvent(new Event('change', { bubbles: true })); port.scrollIntoView({ block: 'center' }); })()`,
  },
];

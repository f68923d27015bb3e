// Builds the page from the service's OpenAPI document.
import { element, prose } from "./elements.js";
import { anchor, operation } from "./operation.js";
import { ask } from "./request.js";

/** The order of the groups; others come after. */
const GROUPS = ["executions", "languages", "service", "adapters"];
const TITLES = { executions: "Run programs", languages: "Languages", service: "The service", adapters: "For clients of other services" };

/** The routes by their group. */
function grouped(api) {
  const groups = new Map(GROUPS.map((name) => [name, []]));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, described] of Object.entries(methods)) {
      const name = described.tags?.[0] ?? "service";
      groups.set(name, [...(groups.get(name) ?? []), { path, method, described }]);
    }
  }
  return [...groups].filter(([, routes]) => routes.length > 0);
}

function show(api) {
  const groups = grouped(api);
  document.getElementById("about").replaceChildren(...prose(api.info.description));
  const link = ({ path, method }) =>
    element("li", {}, element("a", { href: `#${anchor(method, path)}` }, element("span", { class: `method ${method}` }, method.toUpperCase()), element("span", { class: "path" }, path)));
  document.getElementById("index").replaceChildren(
    ...groups.flatMap(([name, routes]) => [element("h2", {}, TITLES[name] ?? name), element("ul", {}, routes.map(link))]),
  );
  document.getElementById("operations").replaceChildren(
    ...groups.flatMap(([, routes]) => routes.map(({ path, method, described }) => operation(api, path, method, described))),
  );
  document.querySelector(location.hash || "none")?.scrollIntoView();
}

/** Loads the document. Where even that needs the token, it is loaded when the token is there. */
async function load() {
  const problem = document.getElementById("problem");
  try {
    const response = await ask({ method: "GET", path: "openapi.json" });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    problem.hidden = true;
    show(answer);
  } catch (error) {
    problem.textContent = `▲ ${error.message}`;
    problem.hidden = false;
  }
}

document.getElementById("access").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("token").addEventListener("change", () => {
  if (!document.getElementById("operations").hasChildNodes()) void load();
});
await load();

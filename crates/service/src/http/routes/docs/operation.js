// One route: its input, its answers, and a form that sends a request.
import { button, copyButton, element, prose } from "./elements.js";
import { ask, curl, pretty, read } from "./request.js";
import { example, resolve, table } from "./schema.js";

const JSON_TYPE = "application/json";
const EVENTS = "text/event-stream";

/** The element id of a route. */
export const anchor = (method, path) => `${method}${path.replace(/\W+/g, "-")}`.replace(/-$/, "");

/** A route with its description and its form. */
export function operation(api, path, method, described) {
  const [first, ...more] = [described.summary, described.description].filter(Boolean).join("\n\n").split("\n\n");
  const body = described.requestBody?.content?.[JSON_TYPE];
  return element(
    "section",
    { id: anchor(method, path), class: "operation" },
    element("h2", {}, element("span", { class: `method ${method}` }, method.toUpperCase()), element("code", {}, path)),
    element("p", {}, prose(first)),
    more.map((text) => element("p", { class: "quiet" }, prose(text))),
    part("Parameters", parameters(described.parameters ?? [])),
    part("Request", body && table(api, body.schema)),
    part("Answers", answers(api, described.responses)),
    isUpgrade(described) ? element("p", { class: "quiet" }, "A WebSocket: the README shows its messages.") : form(api, path, method, described),
  );
}

const isUpgrade = (described) => "101" in described.responses;

function part(title, content) {
  return content && element("details", {}, element("summary", {}, title), content);
}

function parameters(list) {
  const row = ({ name, in: place, required, description }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, element("code", {}, name), required ? element("span", { class: "needed" }, "required") : ""),
      element("td", {}, place),
      element("td", {}, prose(description)),
    );
  return list.length ? element("table", {}, element("tbody", {}, list.map(row))) : undefined;
}

function answers(api, responses) {
  const one = ([status, response]) => {
    const found = resolve(api, response);
    const schema = found.content?.[JSON_TYPE]?.schema;
    const types = Object.keys(found.content ?? {}).join(", ");
    return element("div", { class: "answer" }, element("code", {}, status), " ", prose(found.description), element("span", { class: "quiet" }, ` ${types}`), schema && table(api, schema));
  };
  return element("div", {}, Object.entries(responses).map(one));
}

/** The form of a route. Each has its own fields, answer and Stop. */
function form(api, path, method, described) {
  const fields = (described.parameters ?? []).map((parameter) => field(anchor(method, path), parameter));
  const body = described.requestBody?.content?.[JSON_TYPE];
  const text = body && element("textarea", { "aria-label": "Body", rows: 7, spellcheck: "false" });
  const accept = EVENTS in (described.responses["200"]?.content ?? {}) && JSON_TYPE in described.responses["200"].content;
  const streams = accept && element("input", { type: "checkbox", id: `${anchor(method, path)}-stream` });
  const request = () => ({
    method: method.toUpperCase(),
    path: filled(path, fields),
    ...(text && { body: text.value }),
    ...(streams?.checked && { accept: EVENTS }),
  });
  const answer = element("div", { class: "answered", "aria-live": "polite" });
  const run = button("Send", () => send(request(), answer, run, stop), { class: "primary" });
  const stop = button("Stop", () => {}, { hidden: true });
  const choices = text ? examples(api, body, text) : [];
  return element(
    "div",
    { class: "try" },
    choices.length > 1 ? element("p", { class: "examples" }, "Examples: ", choices) : undefined,
    fields.map(({ row }) => row),
    text,
    element(
      "p",
      { class: "actions" },
      run,
      stop,
      streams ? element("label", { for: streams.id }, streams, " as events, while it runs") : undefined,
      element("span", { class: "grow" }),
      "curl ",
      copyButton(() => curl(request())),
    ),
    answer,
  );
}

/** Buttons that put an example into the body; the first is there from the start. */
function examples(api, body, text) {
  const given = Object.entries(body.examples ?? {}).map(([name, { value }]) => [name, value]);
  // The document has them by name; the shortest requests come first here.
  given.sort(([, one], [, other]) => Object.keys(one).length - Object.keys(other).length);
  const all = given.length ? given : [["smallest", body.example ?? example(api, body.schema)]];
  text.value = JSON.stringify(all[0][1], null, 2);
  return all.map(([name, value]) => button(name, () => (text.value = JSON.stringify(value, null, 2)), { class: "link" }));
}

function field(owner, { name, in: place, required, schema, example: given }) {
  const id = `${owner}-${name}`;
  const input = element("input", { id, value: given ?? schema?.example ?? "", required, spellcheck: "false" });
  return { name, place, input, row: element("p", { class: "field" }, element("label", { for: id }, name), input) };
}

/** The path with its parameters, and the query of those that are filled in. */
function filled(path, fields) {
  const query = new URLSearchParams();
  let whole = path.slice(1);
  for (const { name, place, input } of fields) {
    if (place === "path") whole = whole.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (input.value) query.set(name, input.value);
  }
  return query.size ? `${whole}?${query}` : whole;
}

async function send(request, answer, run, stop) {
  const controller = new AbortController();
  const output = element("pre", {});
  const begun = performance.now();
  run.disabled = true;
  stop.hidden = false;
  stop.onclick = () => controller.abort();
  answer.replaceChildren(element("p", { class: "quiet" }, "Sent."), output);
  try {
    const response = await ask({ ...request, signal: controller.signal });
    const type = response.headers.get("Content-Type");
    answer.firstChild.replaceWith(line(response, type));
    const text = await read(response, (so_far) => (output.textContent = so_far));
    output.textContent = pretty(text, type);
    answer.firstChild.append(` · ${Math.round(performance.now() - begun)} ms`);
    if (response.status === 401) document.getElementById("token").focus();
  } catch (error) {
    const stopped = controller.signal.aborted;
    answer.firstChild.textContent = stopped ? "Stopped: the program was ended with its request." : `No answer: ${error.message}. Is Runtray running?`;
  } finally {
    run.disabled = false;
    stop.hidden = true;
  }
}

function line(response, type) {
  const state = response.ok ? "good" : "bad";
  return element("p", { class: `status ${state}` }, `${response.ok ? "●" : "▲"} ${response.status} ${response.statusText} · ${type ?? "no content"}`);
}

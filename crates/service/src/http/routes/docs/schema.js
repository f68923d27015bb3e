// Schemas of the OpenAPI document, as a table that a person reads and as an example value.
import { element, prose } from "./elements.js";

/** Deeper fields are named by their type only. */
const DEEPEST = 3;

/** The schema that a reference means. */
export function resolve(document, schema = {}) {
  const name = schema.$ref?.split("/").pop();
  return name ? { name, ...document.components.schemas[name] } : schema;
}

/** The schema without the alternative `null`. */
function present(document, schema) {
  const choices = (schema.oneOf ?? schema.anyOf)?.filter((one) => one.type !== "null");
  if (choices?.length !== 1) return resolve(document, schema);
  return { description: choices[0].description, ...resolve(document, choices[0]), ...own(schema) };
}

const own = ({ description }) => (description ? { description } : {});

/** The type in words. */
function kind(document, schema) {
  const found = present(document, schema);
  const types = [found.type].flat().filter((type) => type && type !== "null");
  if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (found.oneOf) return "one of several";
  if (types[0] === "array") return `[${kind(document, found.items ?? {})}]`;
  if (found.additionalProperties && !found.properties) return "{name: string}";
  return found.name ?? (types.join(" or ") || "any");
}

/** The fields of an object, or of an object in a list, as a table; nothing if there are none. */
export function table(document, schema, depth = 0) {
  const found = present(document, schema);
  const of = found.items ? present(document, found.items) : found;
  if (depth >= DEEPEST || !of.properties) return undefined;
  const rows = Object.entries(of.properties).map(([name, field]) => {
    const about = present(document, field).description ?? field.description;
    const needed = of.required?.includes(name);
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, element("code", {}, name), needed ? element("span", { class: "needed" }, "required") : ""),
      element("td", {}, element("code", {}, kind(document, field))),
      element("td", {}, prose(about), table(document, field, depth + 1)),
    );
  });
  return element("table", {}, element("tbody", {}, rows));
}

/** An example of the smallest value. */
export function example(document, schema) {
  const found = present(document, schema);
  if (found.example !== undefined) return found.example;
  if (found.enum) return found.enum[0];
  if (found.properties) {
    const needed = (found.required ?? []).map((name) => [name, example(document, found.properties[name])]);
    return Object.fromEntries(needed);
  }
  const type = [found.type].flat().find((one) => one !== "null");
  return { array: [], string: "", integer: 0, number: 0, boolean: false, object: {} }[type] ?? null;
}

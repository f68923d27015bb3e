// Sends a request of the page and shows the answer as it arrives.

/** The service's address, whatever path this page is served under. */
export const BASE = new URL("../", import.meta.url);

/** The token of the field, never stored. */
const token = () => document.getElementById("token").value.trim();

/** The headers of a request with or without a body. */
function headers(wanted, accept) {
  const all = { ...(accept && { Accept: accept }), ...(wanted && { "Content-Type": "application/json" }) };
  if (token()) all.Authorization = `Bearer ${token()}`;
  return all;
}

/** Asks for a route. */
export function ask({ method, path, body, accept, signal }) {
  const init = { method, headers: headers(body !== undefined, accept), signal, cache: "no-store", credentials: "omit" };
  return fetch(new URL(path, BASE), body === undefined ? init : { ...init, body });
}

/** The same request for a terminal. */
export function curl({ method, path, body, accept }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ["curl -s", ...(method === "GET" ? [] : [`-X ${method}`]), quoted(new URL(path, BASE).href)];
  if (accept) parts.push(`-N -H ${quoted(`Accept: ${accept}`)}`);
  if (body !== undefined) parts.push("-H 'Content-Type: application/json'", `-d ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

/** Reads an answer; `show` gets all of the text so far. */
export async function read(response, show) {
  const pieces = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = (await pieces?.read()) ?? { done: true };
    if (done) return text;
    text += value;
    show(text);
  }
}

/** JSON with line breaks; any other text as it is. */
export function pretty(text, mediaType) {
  if (!mediaType?.includes("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

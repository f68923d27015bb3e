// The element's content: its toolbar, its terminal and the files of the last result.
import type { ResultFile } from "../types.ts";

/** The parts that the element uses; `part` attributes of the same names are there for style sheets. */
export interface View {
  status: HTMLElement;
  stop: HTMLButtonElement;
  copy: HTMLButtonElement;
  find: HTMLButtonElement;
  clear: HTMLButtonElement;
  notice: HTMLElement;
  search: HTMLFormElement;
  query: HTMLInputElement;
  terminal: HTMLElement;
  files: HTMLElement;
}

const CONTENT = `
<div class="toolbar" part="toolbar" role="toolbar" aria-label="Program">
  <span class="status" part="status" role="status" data-is="status">Ready</span>
  <span class="buttons">
    <button type="button" part="button stop" data-is="stop" disabled>Stop</button>
    <button type="button" part="button copy" data-is="copy">Copy</button>
    <button type="button" part="button find" data-is="find" aria-expanded="false">Find</button>
    <button type="button" part="button clear" data-is="clear">Clear</button>
  </span>
</div>
<div class="notice" part="notice" role="alert" data-is="notice" hidden></div>
<form class="search" part="search" role="search" data-is="search" hidden>
  <input part="query" data-is="query" type="search" aria-label="Find in the output" autocomplete="off" spellcheck="false">
  <button part="button">Next</button>
</form>
<div class="screen" part="terminal" role="group" aria-label="Terminal" aria-describedby="hint" data-is="terminal"></div>
<span class="hint" id="hint">What you type goes to the program. Shift and Tab leave the terminal.</span>
<ul class="files" part="files" aria-label="Files of the result" data-is="files" hidden></ul>`;

/** Fills `root` and gives its parts. */
export function view(root: ShadowRoot): View {
  const template = document.createElement("template");
  template.innerHTML = CONTENT;
  root.append(template.content);
  const parts = [...root.querySelectorAll<HTMLElement>("[data-is]")].map((part) => [part.dataset["is"], part]);
  return Object.fromEntries(parts) as View;
}

/** Shows files as links that save them, and pictures as pictures too. */
export function showFiles(list: HTMLElement, files: ResultFile[]): void {
  for (const link of list.querySelectorAll("a")) URL.revokeObjectURL(link.href);
  list.replaceChildren(...files.map(item));
  list.hidden = files.length === 0;
}

function item(file: ResultFile): HTMLElement {
  const entry = document.createElement("li");
  entry.setAttribute("part", "file");
  const size = `${file.size_bytes.toLocaleString()} bytes`;
  if (file.content === undefined || file.content === null) {
    entry.textContent = `${file.path} (${size}, too large to be sent)`;
    return entry;
  }
  const bytes = Uint8Array.from(atob(file.content), (character) => character.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: file.media_type }));
  // As an image an SVG runs no scripts, and a link only saves.
  if (file.media_type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.setAttribute("part", "picture");
    Object.assign(picture, { src: url, alt: file.path });
    entry.append(picture);
  }
  const link = document.createElement("a");
  link.setAttribute("part", "link");
  Object.assign(link, { href: url, download: file.path.split("/").pop(), textContent: file.path });
  entry.append(link, ` (${size})`);
  return entry;
}

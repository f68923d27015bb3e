// A hidden frame for programs, with an origin of its own: it has no cookies and no storage.

/** Opens the page `url` in one, and resolves when it is loaded. */
export async function openFrame(url: string, title: string): Promise<HTMLIFrameElement> {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = title;
  frame.setAttribute("sandbox", "allow-scripts");
  // Shared memory, where the page has it.
  frame.allow = "cross-origin-isolated";
  frame.src = url;
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  await loaded;
  return frame;
}

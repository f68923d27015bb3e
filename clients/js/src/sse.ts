// Server-Sent Events from a response body. `EventSource` cannot send a POST, and the package has no dependencies to parse them.

/** One event: its name and its data. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/** The events of `body`, as they arrive. Comments, ids and retry times are skipped. Each piece is waited for by `wait`. */
export async function* events(body: ReadableStream<Uint8Array>, wait: <T>(piece: Promise<T>) => Promise<T> = (piece) => piece): AsyncGenerator<ServerSentEvent, void, undefined> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await wait(reader.read());
      if (done) return;
      text += decoder.decode(value, { stream: true });
      // A CR at the end may be half of a line break.
      const blocks = text.split(/(?:\r\n|\n|\r(?!\n|$)){2}/);
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parse(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function parse(block: string): ServerSentEvent | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name, value = ""] = /^(\w*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
  return data.length ? { event, data: data.join("\n") } : undefined;
}

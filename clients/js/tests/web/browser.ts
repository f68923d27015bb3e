// Debian's Chromium, and servers for pages.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Starts the system's Chromium. As root it has no sandbox of its own. */
export function launch(args: string[] = []): Promise<Browser> {
  const executablePath = process.env["RUNTRAY_TEST_CHROMIUM"] ?? "/usr/bin/chromium";
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args: [...asRoot, ...args] });
}

/** A page's server. `pages` are texts by their path; everything else is a file of `folder`. */
export class Site {
  readonly port: number;
  readonly #close: () => void;

  private constructor(port: number, close: () => void) {
    this.port = port;
    this.#close = close;
  }

  static async start(pages: Record<string, string>, folder?: string, headers: Record<string, string> = {}): Promise<Site> {
    const server = createServer(async (request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      const isPage = path in pages;
      const body = isPage ? pages[path] : folder && (await readFile(join(folder, normalize(path))).catch(() => undefined));
      const type = isPage && !extname(path) ? TYPES[".html"] : TYPES[extname(path)];
      response.writeHead(body === undefined ? 404 : 200, { ...headers, "Content-Type": type ?? "application/octet-stream" });
      response.end(body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Site((server.address() as AddressInfo).port, () => {
      server.closeAllConnections();
      server.close();
    });
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  end(): void {
    this.#close();
  }
}

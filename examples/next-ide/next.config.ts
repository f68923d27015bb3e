import { join } from "node:path";

import type { NextConfig } from "next";

/** Where Runtray serves; another port is for tests. */
const runtray = process.env.RUNTRAY_URL ?? "http://localhost:5000";

const config: NextConfig = {
  env: { RUNTRAY_URL: runtray },
  rewrites: async () => [{ source: "/api/flask/:path*", destination: `${runtray}/:path*` }],
  // Next ends a rewrite that is silent for 30 s; a stream sends something every 10 s.
  experimental: { proxyTimeout: 120_000 },
  // The package `runtray` is in this repository, two folders up. An app of your own leaves this out.
  turbopack: { root: join(import.meta.dirname, "../..") },
};

export default config;

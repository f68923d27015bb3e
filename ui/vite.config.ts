import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Fails a production build that contains the fake backend. */
function noFakeBackend(): Plugin {
  return {
    name: "no-fake-backend",
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        const fake = file.type === "chunk" && file.moduleIds.find((id) => id.includes("/backend/fake/"));
        if (fake) this.error(`${fake} is for development and must not be in the built window`);
      }
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), svelteTesting(), ...(mode === "production" ? [noFakeBackend()] : [])],
  base: "./",
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  // The oldest webviews that Tauri supports: WebKitGTK 2.40, Safari 16.4, WebView2 (evergreen).
  build: { target: ["es2022", "safari16.4"], reportCompressedSize: false, chunkSizeWarningLimit: 600 },
  test: {
    environment: "jsdom",
    pool: "vmThreads",
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    // Tests use a fixed time zone on every machine.
    env: { TZ: "UTC", DEBUG_PRINT_LIMIT: "0" },
    testTimeout: 20_000,
  },
}));

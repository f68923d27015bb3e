import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [
    svelte(),
    // Vue takes unknown tags for components of its own.
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === "runtray-terminal" } } }),
  ],
  build: { target: "es2022", rolldownOptions: { input: ["html.html", "react.html", "vue.html", "svelte.html"] } },
});

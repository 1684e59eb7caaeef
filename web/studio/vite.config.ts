// This file says how the studio is built: the same files from the same sources, so that
// what is embedded in the server can be compared with what is built.

import { defineConfig } from "vite";

const sdk = new URL("../dist/", import.meta.url).pathname;

export default defineConfig({
  base: "/studio/",
  resolve: {
    alias: { "@holdfast/web/replica": `${sdk}replica.js`, "@holdfast/web": `${sdk}index.js` },
  },
  plugins: [
    {
      // The server hands out the module. Left as they are, the SDK's default places for it would put two more
      // copies among the assets.
      name: "no-module-among-assets",
      enforce: "pre",
      transform: (code, id) =>
        id.startsWith(sdk) && code.includes("import.meta.url")
          ? code.replaceAll("import.meta.url", "document.baseURI").replace('import("./inline.js")', "Promise.reject()")
          : undefined,
    },
  ],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false }, // it would be an inline script's work
    assetsInlineLimit: 0, // a font as data: is not what the policy allows
    chunkSizeWarningLimit: 2000, // Graphviz is one file, and loaded when something is drawn
    reportCompressedSize: false,
    license: { fileName: "licences.txt" }, // what is handed out says whose it is
  },
});

// This file is a worker of ten worlds, each with objects of its own: every golden session is named `play`.

import { clock } from "./clock.js";
import module from "./holdfast.wasm";
import program from "./program.wasm";
import { serve } from "./holdfast.js";

const worlds = Array.from({ length: 10 }, (_, n) => serve({ module, program, binding: `WORLD${n}` }));

export const [World0, World1, World2, World3, World4, World5, World6, World7, World8, World9] = worlds.map(
  ({ Holdfast }) => Holdfast,
);

export default {
  fetch(request, env, ctx) {
    const now = request.headers.get("Test-Now");
    if (now !== null) clock.now = Number(now);
    return worlds[Number(request.headers.get("Test-World"))].worker.fetch(request, env, ctx);
  },
};

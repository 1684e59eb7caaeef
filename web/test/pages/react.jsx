import { createRoot } from "react-dom/client";
import { load } from "@holdfast/web";
import { Gate } from "@holdfast/web/react";
const engine = await load();
const bundle = engine.bundle(await (await fetch("mode.json")).text());
const session = bundle.open("s1", { actor: { kind: "user", id: "u1" } });
const modes = ["chat", "task", "spec"].map((to) => (
  <Gate key={to} session={session} action="enter" args={{ to, drift: 0 }} propose={(p) => session.decide(p)}>
    <button>{to}</button>
  </Gate>
));
createRoot(document.querySelector("main")).render(modes);

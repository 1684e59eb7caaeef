import { load } from "@holdfast/web";
import { bind } from "@holdfast/web/element";
const engine = await load();
const bundle = engine.bundle(await (await fetch("mode.json")).text());
const session = bundle.open("s1", { actor: { kind: "user", id: "u1" } });
bind(document, session, { propose: (proposal) => session.decide(proposal) });

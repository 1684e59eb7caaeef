import { load } from "@holdfast/web";
import { bind } from "@holdfast/web/element";
import { connect } from "@holdfast/web/replica";
const engine = await load();
const session = await connect(engine, location.origin, "s1", { actor: { kind: "user", id: "u1" } });
bind(document, session, { propose: (proposal) => session.propose(proposal) });
session.subscribe(({ status, pending }) => (document.title = `${status}, ${pending.length} unsent`));

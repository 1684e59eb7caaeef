// This file puts the studio into its page.

import "./style/base.css";
import "./style/parts.css";
import "./style/play.css";
import "./style/pages.css";
import { render } from "preact";
import { start } from "./app/app.js";
import { Studio } from "./frame/studio.js";

const root = document.getElementById("studio")!;
root.replaceChildren();
render(<Studio />, root);
void start();

import { Door } from "./door.jsx";
import { begin } from "../page.js";

export const dynamic = "force-dynamic";

// The module also runs where the page is rendered.
export default async function Page() {
  const made = await begin().catch((error) => ({ error: `${error.code} ${error.stack}` }));
  return <Door server={JSON.stringify(made)} />;
}

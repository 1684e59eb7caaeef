// This file defines Route: where the visitor is, and how that is written in the address.

export type View = "play" | "rules" | "edit";

/** Where the visitor is. It is in the address, after `#/`. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "catalog"; readonly digest: string }
  | { readonly page: "session"; readonly id: string; readonly view: View }
  | { readonly page: "local"; readonly view: View };

/** Returns the address of a place, for links. */
export function address(to: Route): string {
  switch (to.page) {
    case "home":
      return "#/";
    case "catalog":
      return `#/catalog/${to.digest}`;
    case "session":
      return `#/session/${to.id}${ending(to.view)}`;
    case "local":
      return `#/local${ending(to.view)}`;
  }
}

/** Reads an address; one that names no place is read as the first page. */
export function routeOf(hash: string): Route {
  const [page, a = "", b = ""] = hash.replace(/^#\//, "").split("/");
  if (page === "catalog" && a !== "") return { page, digest: a };
  if (page === "session" && a !== "") return { page, id: a, view: viewOf(b) };
  if (page === "local") return { page, view: viewOf(a) };
  return { page: "home" };
}

function ending(view: View): string {
  return view === "play" ? "" : `/${view}`;
}

function viewOf(text: string): View {
  return text === "rules" || text === "edit" ? text : "play";
}

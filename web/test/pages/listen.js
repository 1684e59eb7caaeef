// This file is the first script of a page: it hears what the page's policy refuses, of the markup too.

window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  window.refusedByPolicy.push(`${violatedDirective} ${blockedURI}`),
);

/** service.ts with all it imports, as one classic script; pack.mjs writes it. */
declare const served: string;
export default served;

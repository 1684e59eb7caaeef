/** The module, gzipped, as base64; pack.mjs writes it. */
declare const packed: string;
export default packed;

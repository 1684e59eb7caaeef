// This file is what `wrangler types` generates for the example, without the runtime's own types.

interface __BaseEnv_Env {
  ASSETS: Fetcher;
  HOLDFAST_RATE: "50";
  HOLDFAST_TRUSTING: string;
  SEAL: string;
  HOLDFAST: DurableObjectNamespace<import("./main").Holdfast>;
}
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./main");
    durableNamespaces: "Holdfast";
  }
  interface Env extends __BaseEnv_Env {}
}
interface Env extends __BaseEnv_Env {}
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

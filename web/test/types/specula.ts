// Made by `holdfast types specula.yaml` of specula@1.0.0,
// sha256:26aad2c796021bd83b258b7ea1079acb6a886a4679dcce067284b27bc7d08f11. Make it anew when the bundle changes.

/**
 * SPECULA, control logic
 * Leads a brand through speculation in eight phases, and stops where a person has to decide. It asks and compares, never decides; nothing that a person has not validated is acted on; what was refused is never forgotten.
 */
export interface Specula {
  readonly actions: {
    /** Go to the next phase. */
    readonly advance: {
      /** to which phase */
      readonly to: "activation" | "scenarios" | "futures" | "dna" | "prototyping" | "narrative" | "cocreation" | "guardian";
    };
    /** Report how far the brand's actions have moved from its DNA. Noise is watched, drift corrected, a rupture resets the phase. */
    readonly diverge: {
      /** level of divergence */
      readonly level: "noise" | "drift" | "rupture";
      /** text of what was seen */
      readonly text: string;
    };
    /** Decide at the ethical gate what becomes of a prototype. What fails enters the registry of refusals, with the words of its reason. */
    readonly judge: {
      /** id of the prototype */
      readonly id: string;
      /** outcome */
      readonly outcome: "hold" | "pass" | "fail";
      /** reason, in a few words */
      readonly reason?: string;
    };
    /** Put out what the current phase is for, or put it out again. It is non-operational until a person validates it. */
    readonly produce: {
      /** artifact of which phase */
      readonly artifact: "activation" | "scenarios" | "futures" | "dna" | "prototyping" | "narrative" | "cocreation" | "guardian";
      /** text */
      readonly text: string;
    };
    /** Put a prototype before the ethical gate, or a redesign of one that is on hold. The gate's decisions are then open again. */
    readonly prototype: {
      /** id of the prototype */
      readonly id: string;
      /** text */
      readonly text: string;
    };
    /** Open a new cycle. DNA and refusals are kept; scenarios, prototypes and narrative are made anew. */
    readonly respeculate: {
      /** cause */
      readonly cause: "rupture" | "refusal" | "shock";
    };
    /** A person approves what a phase put out: a selection, the DNA, the gate's decisions, the narrative, the changes, the interpretation. */
    readonly validate: {
      /** artifact of which phase */
      readonly artifact: "activation" | "scenarios" | "futures" | "dna" | "prototyping" | "narrative" | "cocreation" | "guardian";
    };
  };
  readonly agents: "guardian" | "human" | "specula";
  readonly state: {
    readonly artifacts: { readonly [K in "activation" | "scenarios" | "futures" | "dna" | "prototyping" | "narrative" | "cocreation" | "guardian"]: { readonly text: string; readonly validated: boolean } };
    readonly clashes: { readonly [key: string]: string };
    readonly divergence: "noise" | "drift" | "rupture";
    readonly finding: string;
    readonly phase: "activation" | "scenarios" | "futures" | "dna" | "prototyping" | "narrative" | "cocreation" | "guardian";
    readonly prototypes: { readonly [key: string]: { readonly outcome: "hold" | "pass" | "fail"; readonly text: string } };
  };
}

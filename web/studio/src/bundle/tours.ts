// This file says, for the reference bundles, what they are about to someone who has not read
// them, and what to try first. Every other bundle speaks for itself: title, about, scenarios.

export interface Tour {
  readonly lead: string;
  readonly look: readonly string[];
}

export const tours: Readonly<Record<string, Tour>> = {
  spektre: {
    lead:
      "A system carries a load and prepares one plan. It may commit to that plan once, from rest, and only the " +
      "owner who drafted it may do it. Nothing else counts: not speed, not pressure.",
    look: [
      "Act as owner: draft the plan, then look at commit plan. It is refused until the system has settled, and " +
        "the card shows that step.",
      "Write urgency as the only reason. Every action closes: urgency is no reason. Write one that no rule " +
        "knows: an owner is asked to read it.",
      "Commit the plan. Afterwards nothing is permitted any more, and that is a correct outcome, not an error.",
    ],
  },
  "mode-constraint-layer": {
    lead:
      "An assistant is always in one mode, and chat is the hub. Only the user changes modes, only from chat, and " +
      "only explicitly. Whatever breaks a rule is recorded, refused, explained, and ends in chat.",
    look: [
      "As user, enter task, then spec: there is no direct way, and the refusal returns you to chat.",
      "Act as external and ask for task: it is held, and waits for the user to confirm exactly that.",
      "Raise drift above what a mode tolerates, and see which value broke which rule.",
    ],
  },
  specula: {
    lead:
      "A speculation goes through eight phases. Each puts something out, a person validates it, and only then the " +
      "next begins. Its texts must ask rather than decide, and what was refused once stays refused.",
    look: [
      "As human, advance to scenarios; as specula, produce a text. Type “you should choose” and watch the words " +
        "being marked.",
      "Try to advance before anyone has validated: the gate halts and says who must decide.",
      "Follow a scenario to the ethical gate, where a failed prototype enters a registry that nothing leaves.",
    ],
  },
  guardian: {
    lead:
      "One of ninety bundles, chosen by class, planet and element and never by guesswork. It bounds what may be " +
      "asked for and what may be handed out, down to verbs, tone and length.",
    look: [
      "As practitioner, request something with a verb of this planet; then add “what does it mean” and see it marked.",
      "As generator, admit a unit: it waits until policy confirms exactly that one.",
      "Let policy admit a text with forbidden language: the session freezes, calmly, until governance unfreezes it.",
    ],
  },
};

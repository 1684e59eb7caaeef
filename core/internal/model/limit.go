package model

// This file declares how much of everything a bundle may have. Each limit keeps
// one decision, or the loading of one bundle, within bounded time and memory in
// a browser tab; all of them are far above what a reviewed document reaches.

const (
	MaxName        = 64           // bytes of a name or id: it is shown in a list and in every decision
	MaxArgs        = 24           // arguments of an action: unknown ones are bits of one word
	MaxKeyBytes    = 128          // bytes of a key of a map with text keys
	MaxHolds       = 64           // parked proposals of a session: each is part of every state's digest
	MaxValue       = 1 << 53      // JSON integers are smaller than this, either way
	MaxFilled      = 1 << 18      // values filled in for what the mappings of one document leave out
	MaxState       = 3 << 20      // bytes of a session as JSON: with its parked proposals a snapshot stays readable
	MaxStateValues = 3 << 18      // values in them, keys counted too: the reader takes four for every three
	QuestionCost   = DecisionCost // cost units for answering admissible or path
	DecisionCost   = 4 << 20      // cost units one decision may use, over all its constraints
)

// This file lists what "@holdfast/web/replica" exports.

export {
  Replica,
  connect,
  type ConnectOptions,
  type Intent,
  type ReplicaEvents,
  type ReplicaValue,
} from "./server/replica.js";
export type { Pace, Status } from "./server/follow.js";
export type { Pending, QueueStorage, Settled } from "./server/queue.js";
export { Problem, replicaCodes } from "./server/problem.js";
export type { RemoteOptions } from "./server/remote.js";
export type { StartOptions } from "./server/confirmed.js";

// This file lists what "@holdfast/web/worker" exports.

export { WorkerBundle, WorkerEngine, WorkerSession, work, type WorkOptions } from "./worker/worker.js";

// This file tests Memory and Wasi on a memory of their own, growth included.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory } from "../dist/module/memory.js";
import { Wasi } from "../dist/module/wasi.js";

test("memory that has grown is read and written through new views", () => {
  const inner = new WebAssembly.Memory({ initial: 1 });
  const memory = new Memory(inner);
  memory.write(10, Uint8Array.of(1, 2, 3, 4));
  inner.grow(1);
  assert.deepEqual([...memory.read(10, 4)], [1, 2, 3, 4]);
  inner.grow(1);
  assert.equal(memory.u32(10), 0x04030201);
  inner.grow(1);
  memory.setU64(3 * 65536, 7n);
  assert.equal(memory.u64(3 * 65536), 7n);
  inner.grow(1);
  assert.equal(memory.writeText(0, "é€😀", 9), 9);
  inner.grow(1);
  assert.equal(memory.readText(0, 9), "é€😀");
});

test("text is not written past its room", () => {
  const memory = new Memory(new WebAssembly.Memory({ initial: 1 }));
  assert.equal(memory.writeText(0, "aé€", 4), 3);
  assert.deepEqual([...memory.read(0, 8)], [97, 0xc3, 0xa9, 0, 0, 0, 0, 0]);
});

test("what is read is a copy", () => {
  const memory = new Memory(new WebAssembly.Memory({ initial: 1 }));
  memory.write(0, Uint8Array.of(1));
  const copy = memory.read(0, 1);
  memory.write(0, Uint8Array.of(2));
  assert.equal(copy[0], 1);
  copy[0] = 3;
  assert.equal(memory.read(0, 1)[0], 2);
});

test("an address over 2 GiB, which arrives as a negative number, is read as unsigned", () => {
  const memory = new Memory(new WebAssembly.Memory({ initial: 1 }));
  assert.throws(() => memory.write(-65536, Uint8Array.of(1)), RangeError);
  assert.equal(memory.read(-65536, 8).byteLength, 0);
});

test("the shim has the ten functions, a clock that does not move, and zeros for luck", () => {
  const { imports, memory } = shim();
  assert.deepEqual(Object.keys(imports).sort(), [
    "args_get",
    "args_sizes_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_write",
    "poll_oneoff",
    "proc_exit",
    "random_get",
    "sched_yield",
  ]);
  assert.equal(imports.clock_time_get(1, 0n, 0), 0);
  const first = memory.u64(0);
  assert.notEqual(first, 0n);
  imports.clock_time_get(1, 0n, 0);
  assert.equal(memory.u64(0), first);
  memory.write(0, new Uint8Array(16).fill(9));
  imports.random_get(4, 8);
  assert.deepEqual([...memory.read(0, 16)], [9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9]);
  memory.write(0, new Uint8Array(8).fill(9));
  imports.args_sizes_get(0, 4);
  assert.equal(memory.u64(0), 0n);
});

test("a sleep is over at once and has moved the clock", () => {
  const { imports, memory } = shim();
  imports.clock_time_get(0, 0n, 0);
  const before = memory.u64(0);
  memory.setU64(100, 42n); // userdata
  memory.setU32(108, 0); // a clock
  memory.setU64(124, 5_000n); // for five microseconds
  assert.equal(imports.poll_oneoff(100, 200, 1, 300), 0);
  assert.equal(memory.u32(300), 1);
  assert.equal(memory.u64(200), 42n);
  assert.equal(memory.u32(208), 0);
  imports.clock_time_get(0, 0n, 0);
  assert.equal(memory.u64(0), before + 5_000n);
});

test("what the module prints is kept, up to a bound, and its end is thrown", () => {
  const { wasi, imports, memory } = shim();
  memory.writeText(100, "panic: é", 100);
  memory.setU32(0, 100);
  memory.setU32(4, 7);
  memory.setU32(8, 107);
  memory.setU32(12, 2);
  assert.equal(imports.fd_write(2, 0, 2, 50), 0);
  assert.equal(memory.u32(50), 9);
  assert.equal(wasi.takeText(), "panic: é");
  assert.equal(wasi.takeText(), "");
  for (let i = 0; i < 10_000; i++) imports.fd_write(2, 0, 2, 50);
  assert.ok(wasi.takeText().length < 17_000);
  assert.notEqual(imports.fd_write(3, 0, 2, 50), 0);
  assert.throws(() => imports.proc_exit(2), WebAssembly.RuntimeError);
});

function shim() {
  const wasi = new Wasi();
  wasi.memory = new Memory(new WebAssembly.Memory({ initial: 1 }));
  return { wasi, imports: wasi.imports(), memory: wasi.memory };
}

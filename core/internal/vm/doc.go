// Package vm runs compiled expressions: a register machine over value.Value.
// program.go defines what it runs, opcode.go what each instruction does,
// machine.go the loop, slow.go what the loop leaves to calls, trace.go the record
// of what was read.
//
// # Why it is built so
//
// In WebAssembly a call is dear and a struct is cheap to read in place, so a guard
// is a few instructions in one loop, over values that stay where they are:
//
//   - An instruction names variables, constants and registers alike, as a bank and
//     an index, so nothing is loaded before it is used.
//   - && and || take comparisons as their operands, and store an answer only where
//     one decides: a guard of four comparisons is six instructions.
//   - A Value is a struct that holds numbers and text without an interface. Nothing
//     is allocated for a guard on scalars.
//   - The loop itself knows only what guards are made of, since the larger a Go
//     function is, the worse an engine's registers are used in all of it.
//   - Folding and fusing change no cost: instructions carry the units of the source.
//
// What that gives, in V8 (Node 20), the fastest of 180 runs of BenchmarkEval/four,
// a guard of four comparisons, with host/bench on two shared cores:
//
//	as it is                                                 82 ns
//	small functions of this package not inlined              98 ns
//	all instructions in one loop                            114 ns
//	comparisons into registers, && over those               187 ns
//	a tree of interface values, a call for each node        270 ns (measured before, on a prototype)
//	cel-go, compiled the same way                         1,440 ns
//
// A run of one instruction takes 15 ns, a single comparison 32, a comparison with
// an entry of a map 90. `go run ./host/bench` prints today's numbers, natively and
// in wazero too.
package vm

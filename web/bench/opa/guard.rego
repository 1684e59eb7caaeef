# The guards of bench/gates.mjs in Rego: action i is allowed where the level is i or more.
# guard.wasm is this file compiled: go run . (in this folder).

package bench.guard

act0 if input.level >= 0
act1 if input.level >= 1
act2 if input.level >= 2
act3 if input.level >= 3
act4 if input.level >= 4
act5 if input.level >= 5
act6 if input.level >= 6
act7 if input.level >= 7
act8 if input.level >= 8
act9 if input.level >= 9
act10 if input.level >= 10
act11 if input.level >= 11
act12 if input.level >= 12
act13 if input.level >= 13
act14 if input.level >= 14
act15 if input.level >= 15
act16 if input.level >= 16
act17 if input.level >= 17
act18 if input.level >= 18
act19 if input.level >= 19
act20 if input.level >= 20
act21 if input.level >= 21
act22 if input.level >= 22
act23 if input.level >= 23
act24 if input.level >= 24
act25 if input.level >= 25
act26 if input.level >= 26
act27 if input.level >= 27
act28 if input.level >= 28
act29 if input.level >= 29
act30 if input.level >= 30
act31 if input.level >= 31
act32 if input.level >= 32
act33 if input.level >= 33
act34 if input.level >= 34
act35 if input.level >= 35
act36 if input.level >= 36
act37 if input.level >= 37
act38 if input.level >= 38
act39 if input.level >= 39
act40 if input.level >= 40
act41 if input.level >= 41
act42 if input.level >= 42
act43 if input.level >= 43
act44 if input.level >= 44
act45 if input.level >= 45
act46 if input.level >= 46
act47 if input.level >= 47
act48 if input.level >= 48
act49 if input.level >= 49

package main

// This file tests the table behind handles.

import (
	"testing"

	"github.com/holdfast-rt/holdfast/wasm/abi"
)

func TestClosedHandleIsNeverValidAgain(t *testing.T) {
	var handles table
	a, b := handles.add("a"), handles.add("b")
	if a == 0 || b == 0 || a == b {
		t.Fatalf("handles %#x and %#x", a, b)
	}
	if !handles.close(a) || handles.close(a) || handles.get(a) != nil {
		t.Error("a closed handle still names something")
	}
	c := handles.add("c")
	if c&0xffff != a&0xffff {
		t.Errorf("slot of %#x was not filled again: %#x", a, c)
	}
	if handles.get(a) != nil || handles.get(c) != "c" || handles.get(b) != "b" {
		t.Error("handles name the wrong things")
	}
}

func TestSlotIsRetiredWhenItsGenerationsAreUsedUp(t *testing.T) {
	var handles table
	seen := make(map[uint32]bool)
	for range 1<<16 + 5 {
		h := handles.add("x")
		if h == 0 || seen[h] {
			t.Fatalf("handle %#x was given twice", h)
		}
		seen[h] = true
		handles.close(h)
	}
	if len(handles.slots) != 2 {
		t.Errorf("%d slots were used, want 2", len(handles.slots))
	}
}

func TestTableIsBounded(t *testing.T) {
	var handles table
	var last uint32
	for range abi.MaxHandles {
		if last = handles.add("x"); last == 0 {
			t.Fatal("full too early")
		}
	}
	if h := handles.add("x"); h != 0 {
		t.Errorf("handle %#x is over the limit", h)
	}
	handles.close(last)
	if handles.add("x") == 0 {
		t.Error("closing made no room")
	}
	for _, h := range []uint32{0, 1, 0xffffffff, 2 << 16} {
		if handles.get(h) != nil || handles.close(h) {
			t.Errorf("handle %#x names something", h)
		}
	}
}

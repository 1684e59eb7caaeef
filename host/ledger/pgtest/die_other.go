//go:build !linux

package pgtest

// This file leaves a server's life to the test's own care, where the system cannot.

import "syscall"

func dieWithMe(attr *syscall.SysProcAttr) *syscall.SysProcAttr { return attr }

package pgtest

// This file ties a server's life to the test's, where the system can.

import "syscall"

// dieWithMe has the server stopped at once when this process ends, even by kill -9.
func dieWithMe(attr *syscall.SysProcAttr) *syscall.SysProcAttr {
	a := *attr
	a.Pdeathsig = syscall.SIGQUIT
	return &a
}

package ledger

// This file mounts small file systems, where the test may.

import (
	"fmt"
	"syscall"
)

func mount(folder string, size int) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", size))
}

func unmount(folder string) error { return syscall.Unmount(folder, syscall.MNT_DETACH) }

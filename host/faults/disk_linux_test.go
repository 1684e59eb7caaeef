package faults

// This file mounts file systems for the tests, where they may.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// small mounts a file system in memory of so many bytes. The error is why that is not permitted.
func small(t *testing.T, bytes int) (folder string, err error) {
	t.Helper()
	folder = t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		return "", fmt.Errorf("mounting a small file system: %w", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	return folder, nil
}

// remount gives a small file system another size.
func remount(folder string, bytes int) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", bytes))
}

// drive is an ext4 file system on a file, as on a disk: what was not synced is not on it.
type drive struct {
	image, loop, folder string
}

// plug makes a drive and mounts it. The error is why that is not possible here.
func plug(t *testing.T) (*drive, error) {
	t.Helper()
	d := &drive{image: filepath.Join(t.TempDir(), "image"), folder: t.TempDir()}
	f, err := os.Create(d.image)
	if err == nil {
		err = f.Truncate(64 << 20)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", d.image).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mkfs.ext4: %w %s", err, out)
	}
	return d, d.mount(t, d.image)
}

// mount mounts an image in place of the one before.
func (d *drive) mount(t *testing.T, image string) error {
	t.Helper()
	out, err := exec.Command("losetup", "--find", "--show", image).Output()
	if err != nil {
		return fmt.Errorf("losetup: %w", err)
	}
	loop := strings.TrimSpace(string(out))
	d.image, d.loop = image, loop
	// A commit of the file system's own comes every minute only: what counts is what the server syncs.
	if err := syscall.Mount(loop, d.folder, "ext4", 0, "commit=60"); err != nil {
		_ = exec.Command("losetup", "--detach", loop).Run()
		return fmt.Errorf("mounting ext4: %w", err)
	}
	t.Cleanup(d.unplug)
	return nil
}

func (d *drive) unplug() {
	if d.loop == "" {
		return
	}
	_ = syscall.Unmount(d.folder, syscall.MNT_DETACH)
	_ = exec.Command("losetup", "--detach", d.loop).Run()
	d.loop = ""
}

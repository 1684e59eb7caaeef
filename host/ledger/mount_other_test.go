//go:build !linux

package ledger

import "errors"

func mount(string, int) error { return errors.New("only on Linux") }
func unmount(string) error    { return nil }

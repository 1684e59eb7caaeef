//go:build !linux

package faults

// This file says that tests mount no file systems here.

import (
	"errors"
	"testing"
)

var errMount = errors.New("file systems are mounted on Linux only")

func small(*testing.T, int) (string, error) { return "", errMount }

func remount(string, int) error { return errMount }

type drive struct{ image, folder string }

func plug(*testing.T) (*drive, error)         { return nil, errMount }
func (*drive) mount(*testing.T, string) error { return errMount }
func (*drive) unplug()                        {}

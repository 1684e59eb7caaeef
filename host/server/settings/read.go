package settings

// This file reads settings from variables.

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// Read reads settings from variables. lookup returns the value of one, "" where it is not set. The error is a *Wrong.
func Read(lookup func(name string) string) (s Settings, err error) {
	all := reflect.ValueOf(&s).Elem()
	for _, field := range fields() {
		name := field.Tag.Get("env")
		value := lookup(name)
		if value == "" {
			value = field.Tag.Get("default")
		}
		if value == "" {
			continue
		}
		if err := parse(all.FieldByIndex(field.Index).Addr().Interface(), value); err != nil {
			return s, &Wrong{name, value, err}
		}
	}
	return s, nil
}

// Names are the names of the variables that Read looks up.
func Names() (names []string) {
	for _, field := range fields() {
		names = append(names, field.Tag.Get("env"))
	}
	return names
}

// fields are the settings, without the structures that group them.
func fields() []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(reflect.TypeFor[Settings]()), func(f reflect.StructField) bool {
		return f.Anonymous
	})
}

func parse(to any, value string) (err error) {
	switch to := to.(type) {
	case encoding.TextUnmarshaler:
		return to.UnmarshalText([]byte(value))
	case *string:
		*to = value
	case *int:
		if *to, err = strconv.Atoi(value); err != nil {
			return errors.New("it is no whole number")
		}
	case *float64:
		if *to, err = strconv.ParseFloat(value, 64); err != nil {
			return errors.New("it is no number")
		}
	case *time.Duration:
		if *to, err = time.ParseDuration(value); err != nil {
			return errors.New("it is no time, such as 90s or 2m")
		}
	default:
		panic(fmt.Sprintf("a setting is a %T", to))
	}
	return nil
}

package studio

import "time"

func init() { patience = time.Hour }

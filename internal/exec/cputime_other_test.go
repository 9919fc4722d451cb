//go:build !unix

package exec

import "time"

func processorTime() time.Duration { return 0 }

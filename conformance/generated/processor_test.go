//go:build unix

package generated_test

import (
	"syscall"
	"testing"
	"time"
)

// processor is the time that the processors have worked for this process.
func processor(t testing.TB) time.Duration {
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

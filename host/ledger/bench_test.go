package ledger

// This file measures durable appends beside the file system's own syncs: in the same
// run, BenchmarkFsync is the floor for one session that waits for each decision.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const benchBytes = 800 // about what a decision of the reference bundles takes

// BenchmarkFsync writes 4 KiB to the end of a file and syncs it.
func BenchmarkFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
}

// BenchmarkAppend appends from as many sessions at once, each waiting for its own.
func BenchmarkAppend(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, sessions := range []int{1, 64, 1024} {
			b.Run(fmt.Sprintf("%s/%d", engine, sessions), func(b *testing.B) {
				p := fresh(b, engine)
				l := p.open(b)
				prevs := make([]string, sessions)
				for i := range prevs {
					prevs[i] = session(b, l, fmt.Sprint("s", i)).Genesis
				}
				var n atomic.Int64
				var wg sync.WaitGroup
				took := make([]time.Duration, b.N)
				b.ResetTimer()
				for i := range sessions {
					wg.Go(func() {
						prev := prevs[i]
						for seq := int64(1); ; seq++ {
							turn := n.Add(1)
							if turn > int64(b.N) {
								return
							}
							start := time.Now()
							r := row(fmt.Sprint("s", i), seq, prev, "", benchBytes)
							if err := l.Append(ctx, []Row{r}); err != nil {
								b.Error(err)
								return
							}
							prev = r.Digest
							took[turn-1] = time.Since(start)
						}
					})
				}
				wg.Wait()
				b.StopTimer()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
				slices.Sort(took)
				b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(took[b.N-1].Microseconds())/1000, "max-ms")
			})
		}
	}
}

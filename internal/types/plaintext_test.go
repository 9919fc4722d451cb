package types

import "testing"

// TestPlainText puts each byte at each place of texts of all short lengths.
func TestPlainText(t *testing.T) {
	for n := range 36 {
		b := make([]byte, n)
		for i := range b {
			b[i] = 'a' + byte(i%26)
		}
		if got, want := plainText(string(b)), n <= 32; got != want {
			t.Errorf("%d letters: %v", n, got)
		}
		for i := range min(n, 32) {
			old := b[i]
			for c := range 256 {
				b[i] = byte(c)
				if got, want := plainText(string(b)), n <= 32 && c > 0 && c < 0x80; got != want {
					t.Fatalf("%d bytes with %#x at %d: %v", n, c, i, got)
				}
			}
			b[i] = old
		}
	}
}

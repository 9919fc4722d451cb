package copyfile

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

var (
	textFormat = Format{Delimiter: '\t', Null: `\N`}
	csvFormat  = Format{CSV: true, Delimiter: ',', Quote: '"', Escape: '"'}
)

// TestRoundTrip writes rows of awkward fields and reads them back.
func TestRoundTrip(t *testing.T) {
	formats := []Format{
		textFormat, {Delimiter: '|', Null: "null"}, csvFormat,
		{CSV: true, Delimiter: ';', Quote: '\'', Escape: '\\', Null: "NULL", Header: WithHeader},
		{Delimiter: ',', Null: "", Header: MatchHeader},
	}
	pieces := []string{"", "a", "\\", ".", "N", "\n", "\r", "\t", ",", ";", "|", "\"", "'", "NULL", "null", "é", "\b", " "}
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		format := formats[rnd.IntN(len(formats))]
		columns := []string{"a", "b,c", "d\te"}[:1+rnd.IntN(3)]
		var rows [][]Field
		for range rnd.IntN(5) {
			row := make([]Field, len(columns))
			for i := range row {
				if rnd.IntN(5) == 0 {
					row[i].Null = true
					continue
				}
				for range rnd.IntN(5) {
					row[i].Text += pieces[rnd.IntN(len(pieces))]
				}
				if !format.CSV && row[i].Text == format.Null { // ambiguous in PostgreSQL too
					row[i].Text += "x"
				}
			}
			rows = append(rows, row)
		}
		var out bytes.Buffer
		w := NewWriter(&out, format, columns)
		for _, row := range rows {
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		r := NewReader(&out, format, columns)
		for i := 0; ; i++ {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				if i != len(rows) {
					t.Fatalf("%d rows of %d came back from %q", i, len(rows), text)
				}
				break
			}
			if err != nil {
				t.Fatalf("%v in %q", err, text)
			}
			got := append([]Field(nil), row...)
			for k := range got {
				if got[k].Null {
					got[k].Text = ""
				}
			}
			if i >= len(rows) || !reflect.DeepEqual(got, rows[i]) {
				t.Fatalf("row %d is %+v in %q", i, got, text)
			}
		}
	}
}

// FuzzReader must end on any input, without a panic.
func FuzzReader(f *testing.F) {
	f.Add("1\ttwo\\n\n\\.\n", false)
	f.Add("a,\"b\"\"c\"\n\"open", true)
	f.Fuzz(func(t *testing.T, in string, csv bool) {
		format := textFormat
		if csv {
			format = csvFormat
		}
		r := NewReader(strings.NewReader(in), format, []string{"a", "b"})
		for range len(in) + 1 {
			if _, err := r.Next(); err != nil {
				return
			}
		}
		t.Fatalf("%q does not end", in)
	})
}

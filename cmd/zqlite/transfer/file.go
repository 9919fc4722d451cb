package transfer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/zqlite/zqlite/schema"
)

// QuoteTable leaves names with a schema as they are written.
func QuoteTable(name string) string {
	if strings.ContainsAny(name, `."`) {
		return name
	}
	return schema.Name{Name: name}.String()
}

// Open opens a file, again and again, in the format that its name says.
func Open(f *os.File, name, comma string) (func() (Source, error), error) {
	separator := ','
	if comma != "" {
		runes := []rune(strings.ReplaceAll(comma, `\t`, "\t"))
		if len(runes) != 1 {
			return nil, fmt.Errorf("the separator is one character, not %q", comma)
		}
		separator = runes[0]
	}
	rewind := func(f *os.File) error { _, err := f.Seek(0, 0); return err }
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".tsv", ".csv", ".txt":
		if ext == ".tsv" && comma == "" {
			separator = '\t'
		}
		return func() (Source, error) {
			if err := rewind(f); err != nil {
				return nil, err
			}
			if comma == "" && separator == ',' {
				guess, err := separatorOf(f)
				if err == nil {
					err = rewind(f)
				}
				if err != nil {
					return nil, err
				}
				return CSV(f, guess)
			}
			return CSV(f, separator)
		}, nil
	case ".json", ".ndjson", ".jsonl":
		return func() (Source, error) {
			if err := rewind(f); err != nil {
				return nil, err
			}
			return JSON(f)
		}, nil
	}
	return nil, fmt.Errorf("%s: the name says no format; .csv, .tsv, .json, .ndjson and .jsonl are read, Parquet and SQLite whatever their name", name)
}

// separatorOf looks at the names of the columns: where there is no comma, a
// semicolon, a tab or a bar stands between them.
func separatorOf(f *os.File) (rune, error) {
	head := make([]byte, 4<<10)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, err
	}
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	if i := strings.IndexAny(line, ",;\t|"); i >= 0 && !strings.Contains(line, ",") {
		return rune(line[i]), nil
	}
	return ',', nil
}

package output

import (
	"bufio"
	"strings"

	"github.com/mattn/go-runewidth"
)

// frame is how a table's lines are drawn.
type frame struct {
	left, between, right string
	rule                 func(widths []int, numbers []bool) string
	escape               func(string) string
}

var box = frame{
	left: " ", between: " | ", right: "",
	rule: func(widths []int, _ []bool) string {
		parts := make([]string, len(widths))
		for i, w := range widths {
			parts[i] = strings.Repeat("-", w+2)
		}
		return strings.Join(parts, "+")
	},
	escape: func(s string) string { return s },
}

var markdown = frame{
	left: "| ", between: " | ", right: " |",
	rule: func(widths []int, numbers []bool) string {
		parts := make([]string, len(widths))
		for i, w := range widths {
			parts[i] = strings.Repeat("-", w+1) + "-"
			if numbers[i] {
				parts[i] = strings.Repeat("-", w+1) + ":"
			}
		}
		return "|" + strings.Join(parts, "|") + "|"
	},
	escape: func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", "<br>")
	},
}

// writeTable prints aligned columns, numbers to the right. A value of several
// lines takes several lines.
func writeTable(out *bufio.Writer, r *reader, f frame) (n int, err error) {
	var first [][]string
	widths := make([]int, len(r.names))
	for i, name := range r.names {
		widths[i] = runewidth.StringWidth(name)
	}
	more := true
	for more && len(first) < held {
		if more, err = r.next(); err != nil {
			return 0, err
		}
		if !more {
			break
		}
		row := r.texts()
		for i := range row {
			row[i] = f.escape(row[i])
			for _, line := range strings.Split(row[i], "\n") {
				widths[i] = max(widths[i], runewidth.StringWidth(line))
			}
		}
		first = append(first, row)
	}
	f.line(out, r.names, widths, make([]bool, len(widths)))
	out.WriteString(f.rule(widths, r.numbers) + "\n")
	for _, row := range first {
		f.line(out, row, widths, r.numbers)
	}
	n = len(first)
	for more {
		if more, err = r.next(); err != nil || !more {
			break
		}
		row := r.texts()
		for i := range row {
			row[i] = f.escape(row[i])
		}
		f.line(out, row, widths, r.numbers)
		n++
	}
	return n, err
}

func (f frame) line(out *bufio.Writer, row []string, widths []int, numbers []bool) {
	lines := 1
	cells := make([][]string, len(row))
	for i, v := range row {
		cells[i] = strings.Split(v, "\n")
		lines = max(lines, len(cells[i]))
	}
	for k := range lines {
		var b strings.Builder
		b.WriteString(f.left)
		for i := range cells {
			text := ""
			if k < len(cells[i]) {
				text = cells[i][k]
			}
			if numbers[i] {
				text = runewidth.FillLeft(text, widths[i])
			} else {
				text = runewidth.FillRight(text, widths[i])
			}
			if i > 0 {
				b.WriteString(f.between)
			}
			b.WriteString(text)
		}
		b.WriteString(f.right)
		out.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
}

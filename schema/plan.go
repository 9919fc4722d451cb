package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Step is one statement of a plan, and the one that takes it back.
type Step struct {
	Up, Down string
	// Loses says what data the step up loses; "" is none.
	Loses string
	// Lost says what data the step down loses; "" is none.
	Lost string
}

// Plan leads from one schema to another.
type Plan struct {
	Steps []Step
	// Questions are objects that went while others of the same shape came. The
	// plan drops and creates them; Options.Renames makes it rename.
	Questions []Question

	rows int // steps after which tables take rows, and keys look at them
}

// Question asks whether something was renamed.
type Question struct {
	From, To string // as Options.Renames takes them
}

// String asks it.
func (q Question) String() string {
	return fmt.Sprintf("was %s renamed to %s?", q.From, q.To)
}

// Empty tells that there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// Destructive tells whether a step up loses data.
func (p *Plan) Destructive() bool {
	for _, s := range p.Steps {
		if s.Loses != "" {
			return true
		}
	}
	return false
}

// Up is the SQL of the way there, with a comment at what loses data.
func (p *Plan) Up() string {
	var b strings.Builder
	for _, s := range p.Steps {
		writeStep(&b, s.Up, s.Loses)
	}
	return b.String()
}

// Down is the SQL of the way back.
func (p *Plan) Down() string {
	var b strings.Builder
	for i := len(p.Steps) - 1; i >= 0; i-- {
		writeStep(&b, p.Steps[i].Down, p.Steps[i].Lost)
	}
	return b.String()
}

func writeStep(b *strings.Builder, text, loses string) {
	if text == "" {
		return
	}
	if loses != "" {
		b.WriteString("-- destructive: " + loses + "\n")
	}
	b.WriteString(text + ";\n")
}

var (
	migrationFile = regexp.MustCompile(`^(\d+)_.*\.(up|down)\.sql$`)
	unfit         = regexp.MustCompile(`[^a-z0-9]+`)
)

// Write adds the plan to a directory of migrations as the next numbered pair
// of files, and returns their names. Files that are there are never written
// over.
func (p *Plan) Write(dir, name string) (up, down string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", "", fmt.Errorf("schema: %w", err)
	}
	last, width := 0, 4
	for _, e := range entries {
		if m := migrationFile.FindStringSubmatch(e.Name()); m != nil {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				return "", "", fmt.Errorf("schema: %s: %w", e.Name(), err)
			}
			last, width = max(last, n), max(width, len(m[1]))
		}
	}
	if name = strings.Trim(unfit.ReplaceAllString(strings.ToLower(name), "_"), "_"); name == "" {
		name = "migration"
	}
	base := filepath.Join(dir, fmt.Sprintf("%0*d_%s", width, last+1, name))
	up, down = base+".up.sql", base+".down.sql"
	if err := writeNew(up, p.Up()); err != nil {
		return "", "", err
	}
	return up, down, writeNew(down, p.Down())
}

func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return fmt.Errorf("schema: %w", err)
	}
	return f.Close()
}

package engine

import (
	"strings"

	"github.com/zqlite/zqlite/internal/copyfile"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// forceList is a FORCE_… option: columns, or all of them.
type forceList struct {
	option string
	all    bool
	names  []ast.Name
	flags  *[]bool
}

// options reads the options of COPY.
func (c *copyRun) options() error {
	seen := map[string]bool{}
	given := map[string]ast.Expr{}
	for _, o := range c.stmt.Options {
		if seen[o.Name] {
			return sqlerr.New(sqlerr.SyntaxError, "conflicting or redundant options").At(o.Pos)
		}
		seen[o.Name] = true
		given[o.Name] = o.Value
		if err := c.option(&o); err != nil {
			return err
		}
	}
	f := &c.format
	if err := c.characters(given); err != nil {
		return err
	}
	for _, l := range c.forces {
		switch {
		case !f.CSV:
			return sqlerr.New(sqlerr.FeatureNotSupported, "COPY %s available only in CSV mode", l.option)
		case l.flags == &f.ForceQuote && c.stmt.From:
			return sqlerr.New(sqlerr.FeatureNotSupported, "COPY force quote only available using COPY TO")
		case l.flags != &f.ForceQuote && !c.stmt.From:
			return sqlerr.New(sqlerr.FeatureNotSupported, "COPY %s only available using COPY FROM", l.option)
		}
	}
	return f.Check()
}

func (c *copyRun) option(o *ast.Option) error {
	switch o.Name {
	case "format":
		word, err := settingWord(o.Value)
		if err != nil {
			return err
		}
		switch word {
		case "text":
		case "csv":
			c.format.CSV = true
		case "binary":
			return sqlerr.New(sqlerr.FeatureNotSupported, "COPY format \"binary\" is not supported").At(o.Pos)
		default:
			return sqlerr.New(sqlerr.InvalidParameterValue, "COPY format \"%s\" not recognized", word).At(o.Pos)
		}
	case "header":
		return c.header(o)
	case "freeze":
		_, err := optionSwitch(o)
		return err
	case "encoding":
		word, err := settingWord(o.Value)
		if err != nil {
			return err
		}
		switch strings.ToUpper(strings.ReplaceAll(word, "-", "")) {
		case "UTF8", "UNICODE", "SQL_ASCII":
			return nil
		}
		return sqlerr.New(sqlerr.InvalidParameterValue, "argument to option \"encoding\" must be a valid encoding name").At(o.Pos)
	case "force_quote":
		return c.force(o, "force quote", &c.format.ForceQuote)
	case "force_not_null":
		return c.force(o, "force not null", &c.format.ForceNotNull)
	case "force_null":
		return c.force(o, "force null", &c.format.ForceNull)
	case "delimiter", "null", "quote", "escape":
	default:
		return sqlerr.New(sqlerr.SyntaxError, "option \"%s\" not recognized", o.Name).At(o.Pos)
	}
	return nil
}

func (c *copyRun) header(o *ast.Option) error {
	if o.Value != nil {
		word, err := settingWord(o.Value)
		if err == nil && strings.EqualFold(word, "match") {
			if !c.stmt.From {
				return sqlerr.New(sqlerr.InvalidParameterValue, "cannot use \"match\" with HEADER in COPY TO").At(o.Pos)
			}
			c.format.Header = copyfile.MatchHeader
			return nil
		}
	}
	on, err := optionSwitch(o)
	if err != nil {
		return sqlerr.New(sqlerr.SyntaxError, "header requires a Boolean value or \"match\"").At(o.Pos)
	}
	if on {
		c.format.Header = copyfile.WithHeader
	}
	return nil
}

// optionSwitch reads an option that is on or off; without a value it is on.
func optionSwitch(o *ast.Option) (bool, error) {
	if o.Value == nil {
		return true, nil
	}
	word, err := settingWord(o.Value)
	on, wrong := checkSwitch(word)
	if err != nil || wrong != nil {
		return false, sqlerr.New(sqlerr.SyntaxError, "%s requires a Boolean value", o.Name).At(o.Pos)
	}
	return on == "on", nil
}

// characters reads delimiter, null, quote and escape, whose defaults depend on
// the format.
func (c *copyRun) characters(given map[string]ast.Expr) error {
	f := &c.format
	f.Delimiter, f.Null = '\t', `\N`
	if f.CSV {
		f.Delimiter, f.Null, f.Quote, f.Escape = ',', "", '"', '"'
	}
	if e, ok := given["null"]; ok {
		word, err := settingWord(e)
		if err != nil {
			return err
		}
		f.Null = word
	}
	for _, x := range []struct {
		name string
		to   *byte
		csv  bool
	}{{"delimiter", &f.Delimiter, false}, {"quote", &f.Quote, true}, {"escape", &f.Escape, true}} {
		e, ok := given[x.name]
		if !ok {
			if x.name == "escape" {
				f.Escape = f.Quote
			}
			continue
		}
		if x.csv && !f.CSV {
			return sqlerr.New(sqlerr.FeatureNotSupported, "COPY %s available only in CSV mode", x.name)
		}
		word, err := settingWord(e)
		if err != nil {
			return err
		}
		if len(word) != 1 {
			return sqlerr.New(sqlerr.FeatureNotSupported, "COPY %s must be a single one-byte character", x.name)
		}
		*x.to = word[0]
	}
	return nil
}

func (c *copyRun) force(o *ast.Option, what string, flags *[]bool) error {
	l := forceList{option: what, flags: flags}
	switch v := o.Value.(type) {
	case *ast.ColumnRef:
		l.all = v.Star
		if !v.Star {
			l.names = v.Parts
		}
	case *ast.RowExpr:
		for _, e := range v.Elems {
			if n, ok := e.(*ast.ColumnRef); ok && len(n.Parts) == 1 {
				l.names = append(l.names, n.Parts[0])
			}
		}
	}
	if !l.all && len(l.names) == 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "argument to option \"%s\" must be a list of column names", o.Name).At(o.Pos)
	}
	c.forces = append(c.forces, l)
	return nil
}

// columnLists resolves the FORCE_… options, once the columns are known.
func (c *copyRun) columnLists() error {
	if c.stmt.Query != nil {
		return nil
	}
	return c.forceColumns()
}

func (c *copyRun) forceColumns() error {
	for _, l := range c.forces {
		*l.flags = make([]bool, len(c.names))
		for i := range c.names {
			(*l.flags)[i] = l.all
		}
		for _, n := range l.names {
			found := false
			for i, name := range c.names {
				if name == n.Text {
					(*l.flags)[i], found = true, true
				}
			}
			if !found {
				return sqlerr.New(sqlerr.InvalidColumnReference, "%s column \"%s\" not referenced by COPY",
					strings.ToUpper(strings.ReplaceAll(l.option, " ", "_")), n.Text)
			}
		}
	}
	return nil
}

package engine

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/plan"
)

// membersOf are what the formats write of a node: its members, then what lies
// below it.
func membersOf(t *plan.Tree) []plan.Member {
	if len(t.Plans) == 0 {
		return t.Members
	}
	return append(t.Members[:len(t.Members):len(t.Members)], plan.Member{Name: "Plans", Value: t.Plans})
}

func number(v any) (string, bool) {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', 3, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

func quotedJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always can be written
		return `""`
	}
	return string(b)
}

// json is the array with one object that PostgreSQL gives.
func (x *explained) json() string {
	var b strings.Builder
	b.WriteString("[\n  ")
	jsonObject(&b, x.document(), 2)
	b.WriteString("\n]")
	return b.String()
}

func jsonObject(b *strings.Builder, members []plan.Member, indent int) {
	pad := strings.Repeat(" ", indent+2)
	b.WriteString("{")
	for i, m := range members {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n" + pad + quotedJSON(m.Name) + ": ")
		jsonValue(b, m.Value, indent+2)
	}
	b.WriteString("\n" + strings.Repeat(" ", indent) + "}")
}

func jsonValue(b *strings.Builder, v any, indent int) {
	switch v := v.(type) {
	case string:
		b.WriteString(quotedJSON(v))
	case []string:
		parts := make([]string, len(v))
		for i, s := range v {
			parts[i] = quotedJSON(s)
		}
		b.WriteString("[" + strings.Join(parts, ", ") + "]")
	case *plan.Tree:
		jsonObject(b, membersOf(v), indent)
	case []*plan.Tree:
		pad := strings.Repeat(" ", indent+2)
		b.WriteString("[")
		for i, t := range v {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n" + pad)
			jsonObject(b, membersOf(t), indent+2)
		}
		b.WriteString("\n" + strings.Repeat(" ", indent) + "]")
	default:
		s, _ := number(v)
		b.WriteString(s)
	}
}

// yaml writes strings as JSON's, which YAML takes.
func (x *explained) yaml() string {
	var b strings.Builder
	b.WriteString("- ")
	yamlObject(&b, x.document(), 2)
	return strings.TrimRight(b.String(), "\n")
}

func yamlObject(b *strings.Builder, members []plan.Member, indent int) {
	pad := strings.Repeat(" ", indent)
	for i, m := range members {
		if i > 0 {
			b.WriteString(pad)
		}
		b.WriteString(m.Name + ": ")
		switch v := m.Value.(type) {
		case string:
			b.WriteString(quotedJSON(v) + "\n")
		case []string:
			b.WriteString("\n")
			for _, s := range v {
				b.WriteString(pad + "  - " + quotedJSON(s) + "\n")
			}
		case *plan.Tree:
			b.WriteString("\n" + pad + "  ")
			yamlObject(b, membersOf(v), indent+2)
		case []*plan.Tree:
			b.WriteString("\n")
			for _, t := range v {
				b.WriteString(pad + "  - ")
				yamlObject(b, membersOf(t), indent+4)
			}
		default:
			s, _ := number(v)
			b.WriteString(s + "\n")
		}
	}
}

func (x *explained) xml() string {
	var b strings.Builder
	b.WriteString("<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Query>\n")
	xmlMembers(&b, x.document(), 4)
	b.WriteString("  </Query>\n</explain>")
	return b.String()
}

func xmlMembers(b *strings.Builder, members []plan.Member, indent int) {
	pad := strings.Repeat(" ", indent)
	for _, m := range members {
		tag := strings.ReplaceAll(m.Name, " ", "-")
		switch v := m.Value.(type) {
		case string:
			fmt.Fprintf(b, "%s<%s>%s</%s>\n", pad, tag, escapedXML(v), tag)
		case []string:
			fmt.Fprintf(b, "%s<%s>\n", pad, tag)
			for _, s := range v {
				fmt.Fprintf(b, "%s  <Item>%s</Item>\n", pad, escapedXML(s))
			}
			fmt.Fprintf(b, "%s</%s>\n", pad, tag)
		case *plan.Tree:
			xmlPlan(b, tag, v, indent)
		case []*plan.Tree:
			fmt.Fprintf(b, "%s<%s>\n", pad, tag)
			for _, t := range v {
				xmlPlan(b, "Plan", t, indent+2)
			}
			fmt.Fprintf(b, "%s</%s>\n", pad, tag)
		default:
			s, _ := number(v)
			fmt.Fprintf(b, "%s<%s>%s</%s>\n", pad, tag, s, tag)
		}
	}
}

func xmlPlan(b *strings.Builder, tag string, t *plan.Tree, indent int) {
	pad := strings.Repeat(" ", indent)
	b.WriteString(pad + "<" + tag + ">\n")
	xmlMembers(b, membersOf(t), indent+2)
	b.WriteString(pad + "</" + tag + ">\n")
}

func escapedXML(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil { // a builder takes everything
		return ""
	}
	return b.String()
}

package codegen

import "strconv"

// Forms tells whether rows that leave the column to its default have another
// form than those that set it: an appender's rows have the same columns.
func (c *column) Forms() bool { return c.Filled() }

// Formed are the columns whose Opt makes the form of a row.
func (t *table) Formed() []*column {
	var out []*column
	for _, c := range t.Inserted() {
		if c.Forms() {
			out = append(out, c)
		}
	}
	return out
}

// Words is how many words of 64 bits a form has.
func (t *table) Words() int { return max(1, (len(t.Formed())+63)/64) }

// Append is the call that gives the appender a a value of the column's type.
func (c *column) Append(value string) string {
	switch c.Type {
	case "bool":
		return "a.Bool(" + value + ")"
	case "int64":
		return "a.Int(" + value + ")"
	case "int16", "uint32":
		return "a.Int(int64(" + value + "))"
	case "float64":
		return "a.Float(" + value + ")"
	case "string":
		return "a.Text(" + value + ")"
	case "[]byte":
		return "a.Bytes(" + value + ")"
	case "time.Time":
		return "a.Time(" + value + ")"
	case "uuid.UUID":
		return "a.UUID(" + value + ")"
	case "decimal.Decimal":
		return "a.Decimal(" + value + ")"
	}
	return "a.Any(" + value + ")"
}

// AppendField is Append for a field, which may be a sql.Null of the type.
func (c *column) AppendField(value string) string {
	if c.Field == c.Type || c.Append("") == "a.Any()" {
		return c.Append(value)
	}
	return "if v := " + value + "; v.Valid {\n" + c.Append("v.V") + "\n} else {\na.Null()\n}"
}

// Tag names the column of a field, for those who read rows by names.
func (c *column) Tag() string { return fieldTag(c.Name) }

func fieldTag(name string) string {
	tag := "db:" + strconv.Quote(name)
	if strconv.CanBackquote(tag) {
		return "`" + tag + "`"
	}
	return strconv.Quote(tag)
}

package schema

// definedFunction is the expression for a function's name with its schema, ""
// for none.
func definedFunction(column string) string {
	return "coalesce((SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.proname) FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = " + column + "), '')"
}

// operators reads what CREATE OPERATOR made. Operators that a definition only
// announced have no function yet.
func (r *reader) operators() error {
	return r.each(`SELECT n.nspname, o.oprname, CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) ELSE '' END, format_type(o.oprright, NULL), `+
		definedFunction("o.oprcode")+`, coalesce((SELECT c.oprname FROM pg_operator c WHERE c.oid = o.oprcom), ''),
			coalesce((SELECT c.oprname FROM pg_operator c WHERE c.oid = o.oprnegate), ''),
			CASE WHEN o.oprrest <> 0 THEN o.oprrest::regproc::text ELSE '' END, CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::regproc::text ELSE '' END, o.oprcanhash, o.oprcanmerge
		FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0 AND `+own, func(scan func(...any) error) error {
		f := &Function{}
		var left, right, code, commutator, negator, restrict, join string
		var hashes, merges bool
		if err := scan(&f.Namespace, &f.Name.Name, &left, &right, &code, &commutator, &negator, &restrict, &join, &hashes, &merges); err != nil {
			return err
		}
		name := f.Name.Name
		if f.Namespace != "" && f.Namespace != "public" {
			name = quote(f.Namespace) + "." + name
		}
		text := "CREATE OPERATOR " + name + " (\n FUNCTION = " + code
		add := func(word, value string) {
			if value != "" {
				text += ",\n " + word + " = " + value
			}
		}
		add("LEFTARG", left)
		add("RIGHTARG", right)
		add("COMMUTATOR", commutator)
		add("NEGATOR", negator)
		add("RESTRICT", restrict)
		add("JOIN", join)
		if hashes {
			text += ",\n HASHES"
		}
		if merges {
			text += ",\n MERGES"
		}
		if left == "" {
			left = "NONE"
		}
		f.Arguments, f.Definition = left+", "+right, text+"\n)"
		f.Drop = "DROP OPERATOR " + name + " (" + f.Arguments + ")"
		r.s.Functions = append(r.s.Functions, f)
		return nil
	})
}

// casts reads what CREATE CAST made: those whose type or function somebody made.
func (r *reader) casts() error {
	return r.each(`SELECT format_type(c.castsource, NULL), format_type(c.casttarget, NULL), `+definedFunction("c.castfunc")+`,
			coalesce((SELECT pg_get_function_identity_arguments(f.oid) FROM pg_proc f WHERE f.oid = c.castfunc), ''), c.castcontext::text, c.castmethod::text
		FROM pg_cast c WHERE c.oid >= 16384`, func(scan func(...any) error) error {
		f := &Function{}
		var from, to, code, args, context, method string
		if err := scan(&from, &to, &code, &args, &context, &method); err != nil {
			return err
		}
		pair := "(" + from + " AS " + to + ")"
		f.Name.Name, f.Arguments, f.Drop = "cast", pair, "DROP CAST "+pair
		f.Definition = "CREATE CAST " + pair + map[string]string{"f": " WITH FUNCTION " + code + "(" + args + ")", "i": " WITH INOUT", "b": " WITHOUT FUNCTION"}[method] +
			map[string]string{"a": " AS ASSIGNMENT", "i": " AS IMPLICIT"}[context]
		r.s.Functions = append(r.s.Functions, f)
		return nil
	})
}

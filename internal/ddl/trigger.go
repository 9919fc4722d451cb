package ddl

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

var (
	timingWords = [...]string{ast.TriggerBefore: "BEFORE", ast.TriggerAfter: "AFTER", ast.TriggerInsteadOf: "INSTEAD OF"}
	eventWords  = [...]string{ast.TriggerInsert: "INSERT", ast.TriggerUpdate: "UPDATE", ast.TriggerDelete: "DELETE", ast.TriggerTruncate: "TRUNCATE"}
)

// triggerFunction refuses what cannot be a trigger's function anywhere.
func (r *run) triggerFunction(s *ast.CreateTrigger) {
	for _, f := range r.Catalog.Functions(r.SearchPath, s.Function.Schema, s.Function.Name) {
		if len(f.Args) == 0 {
			fail(-1, sqlerr.InvalidObjectDefinition, "function %s must return type trigger", dotted(s.Function))
		}
	}
	if len(expr.Functions(s.Function.Name)) == 0 {
		fail(-1, sqlerr.UndefinedFunction, "function %s() does not exist", dotted(s.Function))
	}
}

// createTrigger is CREATE TRIGGER with a body of SQL statements.
func (r *run) createTrigger(s *ast.CreateTrigger) {
	rel := r.relation(s.Table, false)
	if rel.Kind == catalog.MaterializedView {
		throw(sqlerr.New(sqlerr.WrongObjectType, "relation \"%s\" cannot have triggers", rel.Name).
			WithDetail("This operation is not supported for materialized views."))
	}
	if s.Temp && !rel.Temp {
		unsupported(s.Pos, "temporary triggers on tables that are not temporary are not supported")
	}
	t := &catalog.Trigger{Name: s.Name.Name, Timing: timingWords[s.Timing], Row: !s.ForEachStatement,
		Constraint: s.Constraint, Deferrable: s.Deferrable, Deferred: s.InitiallyDeferred}
	r.triggerEvents(s, rel, t)
	if t.Events[0] == "TRUNCATE" && !s.ForEachWritten {
		t.Row = false
	}
	checkTriggerKind(s, rel, t)
	r.transitionTables(s, rel, t)
	if s.Function.Name != "" {
		r.triggerFunction(s)
		throw(sqlerr.New(sqlerr.FeatureNotSupported, "triggers that execute functions are not supported").
			WithHint("Write the trigger's statements as its body: CREATE TRIGGER ... BEGIN ... END.").At(s.Function.Pos))
	}
	r.triggerBody(s, rel, t)
	r.lock(rel, storage.TableExclusive)
	next := rel.Clone()
	at := triggerIndex(rel, t.Name)
	switch {
	case at >= 0 && s.IfNotExists:
		r.notice("trigger \"" + t.Name + "\" already exists, skipping")
		return
	case at >= 0 && !s.OrReplace:
		fail(-1, sqlerr.DuplicateObject, "trigger \"%s\" for relation \"%s\" already exists", t.Name, rel.Name)
	case at >= 0 && (rel.Triggers[at].Constraint || t.Constraint):
		fail(-1, sqlerr.DuplicateObject, "trigger \"%s\" for relation \"%s\" is a constraint trigger", t.Name, rel.Name)
	case at >= 0:
		t.ID, t.Comment = rel.Triggers[at].ID, rel.Triggers[at].Comment
		next.Triggers[at] = t
	default:
		t.ID = r.newID()
		next.Triggers = append(next.Triggers, t)
	}
	r.Catalog = r.Catalog.WithRelation(next)
}

// triggerEvents takes over the events and the columns of UPDATE OF.
func (r *run) triggerEvents(s *ast.CreateTrigger, rel *catalog.Relation, t *catalog.Trigger) {
	for _, e := range s.Events {
		if slices.Contains(t.Events, eventWords[e.Kind]) {
			fail(e.Pos, sqlerr.SyntaxError, "duplicate trigger events specified")
		}
		t.Events = append(t.Events, eventWords[e.Kind])
		for _, c := range e.Columns {
			id := column(rel, c.Text, -1).ID
			if slices.Contains(t.Columns, id) {
				fail(-1, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", c.Text)
			}
			t.Columns = append(t.Columns, id)
		}
	}
}

// checkTriggerKind refuses triggers that the kind of relation cannot have, and
// parts that do not go together.
func checkTriggerKind(s *ast.CreateTrigger, rel *catalog.Relation, t *catalog.Trigger) {
	wrong := func(what, detail string) {
		throw(sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is a %s", rel.Name, what).WithDetail("%s", detail))
	}
	truncate := slices.Contains(t.Events, "TRUNCATE")
	instead := s.Timing == ast.TriggerInsteadOf
	if rel.Kind == catalog.View {
		if t.Row && !instead {
			wrong("view", "Views cannot have row-level BEFORE or AFTER triggers.")
		}
		if truncate {
			wrong("view", "Views cannot have TRUNCATE triggers.")
		}
	} else if instead {
		wrong("table", "Tables cannot have INSTEAD OF triggers.")
	}
	switch {
	case truncate && t.Row:
		unsupported(-1, "TRUNCATE FOR EACH ROW triggers are not supported")
	case instead && !t.Row:
		unsupported(-1, "INSTEAD OF triggers must be FOR EACH ROW")
	case instead && s.When != nil:
		unsupported(-1, "INSTEAD OF triggers cannot have WHEN conditions")
	case instead && len(t.Columns) > 0:
		unsupported(-1, "INSTEAD OF triggers cannot have column lists")
	case s.Constraint && (s.Timing != ast.TriggerAfter || !t.Row):
		fail(s.Pos, sqlerr.SyntaxError, "constraint triggers must be AFTER triggers FOR EACH ROW")
	case s.From.Name != "":
		unsupported(s.From.Pos, "FROM of a constraint trigger is not supported")
	}
}

// transitionTables takes over REFERENCING.
func (r *run) transitionTables(s *ast.CreateTrigger, rel *catalog.Relation, t *catalog.Trigger) {
	wrong := func(format string, args ...any) { fail(-1, sqlerr.InvalidObjectDefinition, format, args...) }
	for _, ref := range s.Referencing {
		has := func(events ...string) bool {
			return slices.ContainsFunc(t.Events, func(e string) bool { return slices.Contains(events, e) })
		}
		switch {
		case ref.Row:
			throw(sqlerr.New(sqlerr.FeatureNotSupported, "ROW variable naming in the REFERENCING clause is not supported").
				WithHint("Use OLD TABLE or NEW TABLE for naming transition tables."))
		case rel.Kind == catalog.View:
			throw(sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is a view", rel.Name).
				WithDetail("Triggers on views cannot have transition tables."))
		case s.Timing != ast.TriggerAfter:
			wrong("transition table name can only be specified for an AFTER trigger")
		case has("TRUNCATE"):
			unsupported(-1, "TRUNCATE triggers with transition tables are not supported")
		case len(t.Events) > 1:
			unsupported(-1, "transition tables cannot be specified for triggers with more than one event")
		case len(t.Columns) > 0:
			unsupported(-1, "transition tables cannot be specified for triggers with column lists")
		case s.Constraint:
			unsupported(ref.Pos, "constraint triggers cannot have transition tables")
		case ref.New && !has("INSERT", "UPDATE"):
			wrong("NEW TABLE can only be specified for an INSERT or UPDATE trigger")
		case ref.New && t.NewTable != "":
			wrong("NEW TABLE cannot be specified multiple times")
		case !ref.New && !has("DELETE", "UPDATE"):
			wrong("OLD TABLE can only be specified for a DELETE or UPDATE trigger")
		case !ref.New && t.OldTable != "":
			wrong("OLD TABLE cannot be specified multiple times")
		}
		if ref.New {
			t.NewTable = ref.Name
		} else {
			t.OldTable = ref.Name
		}
		if t.NewTable == t.OldTable {
			wrong("OLD TABLE name and NEW TABLE name cannot be the same")
		}
	}
}

// triggerBody checks the condition and the statements, and makes their texts.
func (r *run) triggerBody(s *ast.CreateTrigger, rel *catalog.Relation, t *catalog.Trigger) {
	o := r.bindOptions("")
	o.SearchPath = append([]string{rel.Schema}, o.SearchPath...)
	o, _ = o.ForTrigger(rel, t)
	noParams := func(n ast.Node) {
		ast.Walk(n, func(n ast.Node) bool {
			if p, ok := n.(*ast.Param); ok {
				fail(p.Pos, sqlerr.UndefinedParameter, "there is no parameter $%d", p.Index)
			}
			return true
		})
	}
	if s.When != nil {
		checkWhen(s, t)
		noParams(s.When)
		_, err := binder.BindWhen(o, s.When)
		check(err)
		t.When = ast.Format(s.When)
	}
	for _, stmt := range s.Body {
		noParams(stmt)
		set, ok := stmt.(*ast.SetNew)
		if !ok {
			_, err := binder.Bind(o, stmt)
			check(err)
			continue
		}
		if s.Timing == ast.TriggerAfter || !t.Row || slices.Contains(t.Events, "DELETE") {
			fail(set.Pos, sqlerr.InvalidObjectDefinition, "only BEFORE and INSTEAD OF triggers of INSERT and UPDATE FOR EACH ROW can assign to NEW")
		}
		_, _, err := binder.BindNew(o, rel, set)
		check(err)
	}
	t.Body = ast.FormatBody(s)
}

// checkWhen refuses conditions over rows that the trigger does not have.
func checkWhen(s *ast.CreateTrigger, t *catalog.Trigger) {
	ast.Walk(s.When, func(n ast.Node) bool {
		c, ok := n.(*ast.ColumnRef)
		if !ok || len(c.Parts) < 2 {
			return true
		}
		row := strings.ToLower(c.Parts[0].Text)
		if row != "new" && row != "old" {
			return true
		}
		switch {
		case !t.Row:
			fail(c.Pos, sqlerr.InvalidObjectDefinition, "statement trigger's WHEN condition cannot reference column values")
		case row == "old" && slices.Contains(t.Events, "INSERT"):
			fail(c.Pos, sqlerr.InvalidObjectDefinition, "INSERT trigger's WHEN condition cannot reference OLD values")
		case row == "new" && slices.Contains(t.Events, "DELETE"):
			fail(c.Pos, sqlerr.InvalidObjectDefinition, "DELETE trigger's WHEN condition cannot reference NEW values")
		}
		return true
	})
}

func triggerIndex(rel *catalog.Relation, name string) int {
	return slices.IndexFunc(rel.Triggers, func(t *catalog.Trigger) bool { return t.Name == name })
}

// dropTrigger is DROP TRIGGER name ON table, and SQLite's form without a table,
// which takes the first of the search path that has the trigger.
func (r *run) dropTrigger(s *ast.Drop) {
	name := s.Objects[0].Name
	var rel *catalog.Relation
	if s.Table.Name != "" {
		if rel = r.relation(s.Table, s.IfExists); rel == nil {
			return
		}
	} else {
		path := r.SearchPath
		if schema := r.schemaName(s.Objects[0].Schema); schema != "" {
			path = []string{schema}
		}
		at := len(path)
		r.Catalog.Relations(func(x *catalog.Relation) bool {
			if i := slices.Index(path, x.Schema); i >= 0 && i < at && triggerIndex(x, name) >= 0 {
				rel, at = x, i
			}
			return true
		})
	}
	if rel == nil || triggerIndex(rel, name) < 0 {
		text := "trigger \"" + name + "\""
		if s.Table.Name != "" {
			text += " for table \"" + s.Table.Name + "\""
		}
		if rel != nil && s.IfExists {
			text = "trigger \"" + name + "\" for relation \"" + s.Table.Name + "\""
		}
		if !s.IfExists {
			fail(-1, sqlerr.UndefinedObject, "%s does not exist", text)
		}
		r.notice(text + " does not exist, skipping")
		return
	}
	r.lock(rel, storage.TableExclusive)
	next := rel.Clone()
	next.Triggers = slices.Delete(next.Triggers, triggerIndex(rel, name), triggerIndex(rel, name)+1)
	r.Catalog = r.Catalog.WithRelation(next)
}

// changeTrigger replaces a trigger by a changed copy.
func (r *run) changeTrigger(rel *catalog.Relation, name string, change func(t *catalog.Trigger)) {
	at := triggerIndex(rel, name)
	if at < 0 {
		fail(-1, sqlerr.UndefinedObject, "trigger \"%s\" for table \"%s\" does not exist", name, rel.Name)
	}
	r.lock(rel, storage.TableExclusive)
	next := rel.Clone()
	t := *next.Triggers[at]
	change(&t)
	next.Triggers[at] = &t
	r.Catalog = r.Catalog.WithRelation(next)
}

// renameTrigger is ALTER TRIGGER … RENAME TO.
func (r *run) renameTrigger(s *ast.Rename) {
	rel := r.relation(s.Object, false)
	if triggerIndex(rel, s.Sub) >= 0 && triggerIndex(rel, s.NewName) >= 0 {
		fail(-1, sqlerr.DuplicateObject, "trigger \"%s\" for relation \"%s\" already exists", s.NewName, rel.Name)
	}
	r.changeTrigger(rel, s.Sub, func(t *catalog.Trigger) { t.Name = s.NewName })
}

// enableTriggers is ALTER TABLE … ENABLE and DISABLE TRIGGER.
func (r *run) enableTriggers(rel *catalog.Relation, c *ast.AlterCommand) {
	disabled := c.Kind == ast.AlterDisableTrigger
	if c.Target != "all" && c.Target != "user" {
		r.changeTrigger(rel, c.Target, func(t *catalog.Trigger) { t.Disabled = disabled })
		return
	}
	if len(rel.Triggers) == 0 {
		return
	}
	next := rel.Clone()
	for i, old := range next.Triggers {
		t := *old
		t.Disabled = disabled
		next.Triggers[i] = &t
	}
	r.Catalog = r.Catalog.WithRelation(next)
}

// renameInTriggers follows a renamed column of rel in its triggers: where they
// name it after NEW and OLD. The descriptor is a copy that nobody else has.
func (r *run) renameInTriggers(rel *catalog.Relation, from, to string) {
	for i, old := range rel.Triggers {
		text := "CREATE TRIGGER t BEFORE INSERT ON t "
		if old.When != "" {
			text += "WHEN (" + old.When + ") "
		}
		stmt, err := r.bindOptions("").ParseStmt(text + old.Body)
		check(err)
		s := stmt.(*ast.CreateTrigger)
		changed := false
		rename := func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ColumnRef:
				if len(n.Parts) == 2 && (n.Parts[0].Text == "new" || n.Parts[0].Text == "old") && n.Parts[1].Text == from {
					n.Parts[1].Text, changed = to, true
				}
			case *ast.SetNew:
				for k := range n.Columns {
					if n.Columns[k].Text == from {
						n.Columns[k].Text, changed = to, true
					}
				}
			}
			return true
		}
		ast.Walk(s, rename)
		if !changed {
			continue
		}
		t := *old
		t.Body = ast.FormatBody(s)
		if s.When != nil {
			t.When = ast.Format(s.When)
		}
		rel.Triggers[i] = &t
	}
}

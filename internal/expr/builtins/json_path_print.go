package builtins

import (
	"strconv"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// The text of a jsonpath is what was read, written out again: keys in quotes,
// parentheses where precedence asks for them.
func init() {
	types.ReadJSONPath = func(s string) (string, error) {
		p, err := parsePath(s)
		if err != nil {
			return "", err
		}
		var dst []byte
		if p.strict {
			dst = append(dst, "strict "...)
		}
		return string(p.root.print(dst, false, true)), nil
	}
}

var pathSymbols = map[expr.CompareOp]string{expr.EQ: "==", expr.NE: "!=", expr.LT: "<", expr.LE: "<=", expr.GT: ">", expr.GE: ">="}

// priority is how tightly an item binds.
func (p *pathItem) priority() int {
	switch p.kind {
	case pathOr:
		return 0
	case pathAnd:
		return 1
	case pathCompare, pathStarts:
		return 2
	case pathArith:
		if p.name == "+" || p.name == "-" {
			return 3
		}
		return 4
	case pathSign:
		if p.signed() == nil {
			return 5
		}
	}
	return 6
}

// signed is the number that a sign before a number makes, else nil.
func (p *pathItem) signed() []byte {
	l := p.left
	if p.kind != pathSign {
		return nil
	}
	var text []byte
	switch {
	case l.kind == pathConst && l.val.Kind() == types.JSONNumber && l.next == nil:
		text = types.AppendNumeric(nil, l.val.Number())
	case l.kind == pathSign:
		text = l.signed()
	}
	if text == nil || p.name == "+" {
		return text
	}
	if text[0] == '-' {
		return text[1:]
	}
	return append([]byte{'-'}, text...)
}

// print appends an item and those after it. inKey is true behind an accessor,
// brackets where an operator stands in parentheses.
func (p *pathItem) print(dst []byte, inKey, brackets bool) []byte {
	operand := func(o *pathItem) { dst = o.print(dst, false, o.priority() <= p.priority()) }
	infix := func(op string) {
		if brackets {
			dst = append(dst, '(')
		}
		operand(p.left)
		dst = append(append(append(dst, ' '), op...), ' ')
		operand(p.right)
		if brackets {
			dst = append(dst, ')')
		}
	}
	around := func(before, after string) {
		dst = append(dst, before...)
		dst = append(p.left.print(dst, false, false), after...)
	}
	key := func() {
		if inKey {
			dst = append(dst, '.')
		}
	}
	switch p.kind {
	case pathConst:
		dst = p.printConst(dst)
	case pathVariable:
		dst = types.AppendJSONString(append(dst, '$'), p.name)
	case pathRoot:
		dst = append(dst, '$')
	case pathCurrent:
		dst = append(dst, '@')
	case pathLast:
		dst = append(dst, "last"...)
	case pathKey:
		key()
		dst = types.AppendJSONString(dst, p.name)
	case pathAnyKey:
		key()
		dst = append(dst, '*')
	case pathAnyItem:
		dst = append(dst, "[*]"...)
	case pathIndexes:
		dst = p.printIndexes(dst)
	case pathAnyLevel:
		key()
		dst = p.printLevels(dst)
	case pathFilter:
		around("?(", ")")
	case pathMethod:
		dst = append(append(append(dst, '.'), p.name...), "()"...)
	case pathDatetime:
		dst = append(dst, ".datetime("...)
		if p.given {
			dst = types.AppendJSONString(dst, p.name)
		}
		dst = append(dst, ')')
	case pathArith:
		infix(p.name)
	case pathAnd:
		infix("&&")
	case pathOr:
		infix("||")
	case pathCompare:
		infix(pathSymbols[p.cmp])
	case pathStarts:
		infix("starts with")
	case pathSign:
		dst = p.printSign(dst, brackets)
	case pathNot:
		around("!(", ")")
	case pathIsUnknown:
		around("(", ") is unknown")
	case pathExists:
		around("exists (", ")")
	case pathRegex:
		dst = p.printRegex(dst, brackets)
	}
	if p.next != nil {
		return p.next.print(dst, true, true)
	}
	return dst
}

func (p *pathItem) printConst(dst []byte) []byte {
	switch p.val.Kind() {
	case types.JSONString:
		return types.AppendJSONString(dst, p.val.Str())
	case types.JSONNumber:
		if p.next != nil {
			return append(types.AppendNumeric(append(dst, '('), p.val.Number()), ')')
		}
		return types.AppendNumeric(dst, p.val.Number())
	}
	return p.val.Append(dst)
}

func (p *pathItem) printSign(dst []byte, brackets bool) []byte {
	if text := p.signed(); text != nil {
		if p.next != nil {
			return append(append(append(dst, '('), text...), ')')
		}
		return append(dst, text...)
	}
	if brackets {
		dst = append(dst, '(')
	}
	dst = p.left.print(append(dst, p.name...), false, p.left.priority() <= p.priority())
	if brackets {
		dst = append(dst, ')')
	}
	return dst
}

func (p *pathItem) printIndexes(dst []byte) []byte {
	dst = append(dst, '[')
	for i, s := range p.subs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = s.from.print(dst, false, false)
		if s.to != nil {
			dst = s.to.print(append(dst, " to "...), false, false)
		}
	}
	return append(dst, ']')
}

func (p *pathItem) printLevels(dst []byte) []byte {
	dst = append(dst, "**"...)
	if p.lo == 0 && p.hi == lastLevel {
		return dst
	}
	level := func(n int) {
		if n == lastLevel {
			dst = append(dst, "last"...)
			return
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	dst = append(dst, '{')
	level(p.lo)
	if p.hi != p.lo {
		dst = append(dst, " to "...)
		level(p.hi)
	}
	return append(dst, '}')
}

func (p *pathItem) printRegex(dst []byte, brackets bool) []byte {
	if brackets {
		dst = append(dst, '(')
	}
	dst = p.left.print(dst, false, p.left.priority() <= p.priority())
	dst = types.AppendJSONString(append(dst, " like_regex "...), p.name)
	if p.flags != "" {
		dst = append(dst, ` flag "`...)
		for _, c := range "ismxq" {
			for _, f := range p.flags {
				if f == c {
					dst = append(dst, byte(c))
					break
				}
			}
		}
		dst = append(dst, '"')
	}
	if brackets {
		dst = append(dst, ')')
	}
	return dst
}

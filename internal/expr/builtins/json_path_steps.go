package builtins

import "strconv"

// steps reads the accessors, methods and filters after an operand and chains
// them to it.
func (p *pathParser) steps(it *pathItem) error {
	for it.next != nil {
		it = it.next
	}
	for {
		var step *pathItem
		var err error
		switch {
		case p.is("."):
			step, err = p.dot()
		case p.is("["):
			step, err = p.subscripts()
		case p.is("?"):
			step, err = p.filter()
		default:
			return nil
		}
		if err != nil {
			return err
		}
		it.next, it = step, step
	}
}

func (p *pathParser) filter() (*pathItem, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	p.inFlt++
	cond, err := p.or()
	p.inFlt--
	if err != nil {
		return nil, err
	}
	if !cond.predicate() || cond.next != nil {
		return nil, p.fail()
	}
	return &pathItem{kind: pathFilter, left: cond}, p.expect(")")
}

// dot reads a key, a wildcard or a method; the position is at the point.
func (p *pathParser) dot() (*pathItem, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	tok := p.tok
	switch tok.kind {
	case "*":
		return &pathItem{kind: pathAnyKey}, p.advance()
	case "**":
		return p.levels()
	case tokenString:
		return &pathItem{kind: pathKey, name: tok.text}, p.advance()
	case tokenWord:
	default:
		return nil, p.fail()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !p.is("(") {
		return &pathItem{kind: pathKey, name: tok.text}, nil
	}
	switch tok.text {
	case "abs", "size", "type", "floor", "double", "ceiling", "keyvalue":
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &pathItem{kind: pathMethod, name: tok.text}, p.expect(")")
	case "datetime":
		if err := p.advance(); err != nil {
			return nil, err
		}
		it := &pathItem{kind: pathDatetime, name: p.tok.text}
		var err error
		if it.given, err = p.take(tokenString); err != nil {
			return nil, err
		}
		return it, p.expect(")")
	}
	return nil, p.fail()
}

// levels reads ** with an optional {n}, {n to m}.
func (p *pathParser) levels() (*pathItem, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	it := &pathItem{kind: pathAnyLevel, hi: lastLevel}
	if !p.is("{") {
		return it, nil
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	if it.lo, err = p.level(); err != nil {
		return nil, err
	}
	it.hi = it.lo
	if p.word("to") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if it.hi, err = p.level(); err != nil {
			return nil, err
		}
	}
	return it, p.expect("}")
}

func (p *pathParser) level() (int, error) {
	if p.word("last") {
		return lastLevel, p.advance()
	}
	n, err := strconv.ParseUint(p.tok.text, 10, 31)
	if err != nil || !p.is(tokenNumber) {
		return 0, p.fail()
	}
	return int(n), p.advance()
}

// subscripts reads [*] or a list of positions and ranges.
func (p *pathParser) subscripts() (*pathItem, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.is("*") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &pathItem{kind: pathAnyItem}, p.expect("]")
	}
	it := &pathItem{kind: pathIndexes}
	p.inSub++
	defer func() { p.inSub-- }()
	for {
		from, err := p.or()
		if err != nil {
			return nil, err
		}
		r := pathRange{from: from}
		if p.word("to") {
			if err := p.advance(); err != nil {
				return nil, err
			}
			if r.to, err = p.or(); err != nil {
				return nil, err
			}
		}
		it.subs = append(it.subs, r)
		more, err := p.take(",")
		if err != nil {
			return nil, err
		}
		if !more {
			return it, p.expect("]")
		}
	}
}

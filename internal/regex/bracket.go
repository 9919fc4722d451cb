package regex

// bracketAtom reads a bracket expression, or one of the two that stand for the
// edges of words.
func (p *parser) bracketAtom() (*syntax, bool) {
	for text, a := range map[string]assertion{"[[:<:]]": wordBegin, "[[:>:]]": wordEnd} {
		if p.sees(text) {
			p.at += len(text)
			return &syntax{op: opAssert, assert: a}, false
		}
	}
	p.at++
	negated := p.sees("^")
	if negated {
		p.at++
	}
	var s set
	for first := true; p.err == nil && (first || !p.sees("]")); first = false {
		s = append(s, p.bracketPart(first)...)
	}
	p.at++
	s = s.normal()
	if p.flags.fold {
		s = s.folded()
	}
	if negated {
		s = s.negate()
		if p.flags.lineStop {
			s = s.without('\n')
		}
	}
	return &syntax{op: opSet, set: s}, true
}

// bracketPart reads a class, a character or a range.
func (p *parser) bracketPart(first bool) set {
	if p.end() {
		p.fail(openBracket)
		return nil
	}
	if p.sees("-") && !first && !(p.at+1 < len(p.in) && p.in[p.at+1] == ']') {
		p.fail(badRange) // a range without a beginning
		return nil
	}
	lo, all := p.bracketItem()
	if p.err != nil || all != nil {
		return all
	}
	if !p.sees("-") || p.at+1 < len(p.in) && p.in[p.at+1] == ']' {
		return single(lo)
	}
	p.at++
	if p.end() {
		p.fail(openBracket)
		return nil
	}
	hi, all := p.bracketItem()
	switch {
	case p.err != nil:
	case all != nil, hi < lo:
		p.fail(badRange)
	}
	return set{lo, hi}
}

// bracketItem reads one character, or a class of them.
func (p *parser) bracketItem() (rune, set) {
	c := p.in[p.at]
	p.at++
	switch {
	case c == '\\' && !p.flags.basic && !p.flags.extended:
		if p.end() {
			p.fail(badEscape)
			return 0, nil
		}
		fold := p.flags.fold
		p.flags.fold = false
		s, _ := p.escape(0, true)
		p.flags.fold = fold
		if p.err != nil || s.op != opSet {
			return 0, nil
		}
		if len(s.set) == 2 && s.set[0] == s.set[1] {
			return s.set[0], nil
		}
		return 0, s.set
	case c == '[' && p.end():
		p.fail(openBracket)
	case c == '[' && (p.in[p.at] == ':' || p.in[p.at] == '.' || p.in[p.at] == '='):
		return p.named(p.in[p.at])
	}
	return c, nil
}

// named reads [:class:], [.element.] or [=equivalents=].
func (p *parser) named(kind rune) (rune, set) {
	p.at++
	start := p.at
	for {
		if p.at+1 >= len(p.in) {
			p.fail(openBracket)
			return 0, nil
		}
		if p.in[p.at] == kind && p.in[p.at+1] == ']' {
			break
		}
		p.at++
	}
	name := p.in[start:p.at]
	p.at += 2
	if kind == ':' {
		n := string(name)
		if p.flags.fold && (n == "upper" || n == "lower") {
			n = "alpha"
		}
		s, ok := classes[n]
		if !ok {
			p.fail(badClass)
		}
		return 0, s
	}
	if len(name) == 1 {
		return name[0], nil
	}
	r, ok := collating[string(name)]
	if !ok {
		p.fail(badElement)
	}
	return r, nil
}

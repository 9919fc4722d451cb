// Package scanner turns SQL text into tokens.
//
//	SQL text → Scanner.Next → Token → parser
//
// What comes in: a statement text in UTF-8. What goes out: tokens whose text
// shares the memory of the input wherever nothing had to be folded or decoded,
// and the numbering of the placeholders. The package never judges grammar
// beyond one token and never allocates for a token that is written plainly.
//
// Invariants:
//
//  1. Keywords are identifiers with Keyword set; a quoted identifier has none.
//  2. Operators lex by PostgreSQL's longest-match rule; a placeholder sign
//     inside a run ends it, except in the operators @? and <@ (see operator.go).
//  3. "?", "?|" and "?&" are operators only after a complete operand.
//  4. Inside a subscript ":" is the slice colon, elsewhere it begins a named
//     placeholder.
//  5. One style of placeholder in a text.
//  6. After an error every further token is TokError.
package scanner

package scanner

// Kind is the kind of a token.
type Kind uint8

// The kinds of token. Punctuation and operators are one kind each, so that the
// parser can switch on them.
const (
	TokEOF Kind = iota
	TokError
	TokIdent   // Text is the folded or unquoted name; Keyword may be set
	TokInt     // Text is digits, or 0x and hexadecimal digits
	TokNumeric // Text is a number with a point or an exponent
	TokString  // Text is decoded
	TokBytes   // X'..': Text is the bytes
	TokBits    // B'..': Text is zeros and ones
	TokParam   // Index, and Text for a named one
	TokOp      // Text is the operator, where no kind below is it

	TokLParen
	TokRParen
	TokLBracket
	TokRBracket
	TokComma
	TokSemicolon
	TokDot
	TokDotDot      // no statement has it; an error names it whole
	TokColon       // in a subscript
	TokDoubleColon // ::
	TokColonEquals // :=
	TokArrow       // =>
	TokPlus
	TokMinus
	TokStar
	TokSlash
	TokPercent
	TokCaret
	TokEq // = and ==
	TokNe // <> and !=
	TokLt
	TokGt
	TokLe
	TokGe
)

// Token is one token. Pos and End are byte offsets into the text.
type Token struct {
	Kind    Kind
	Quoted  bool // an identifier in quotes
	Keyword Keyword
	Index   int // of a placeholder, from 1
	Pos     int
	End     int
	Text    string
}

// ParamStyle is how placeholders are written.
type ParamStyle uint8

// The styles of placeholder.
const (
	NoParams       ParamStyle = iota
	DollarParams              // $1
	QuestionParams            // ?
	NumberedParams            // ?1
	ColonParams               // :name
	AtParams                  // @name
)

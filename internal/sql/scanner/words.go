package scanner

// Word describes a keyword to those who ask for the list.
type Word struct {
	Word     string
	Category Category
	Bare     bool // may be a column label without AS
}

// Keywords lists all keywords in alphabetical order.
func Keywords() []Word {
	var list []Word
	for _, k := range keywords[1:] {
		if k.word != "" {
			list = append(list, Word{k.word, k.category, k.bare})
		}
	}
	return list
}

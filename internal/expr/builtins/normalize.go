package builtins

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	form := func(a []value) (norm.Form, error) {
		name := "NFC"
		if len(a) > 1 && a[1].S != "" {
			name = a[1].S
		}
		switch strings.ToUpper(name) {
		case "NFC":
			return norm.NFC, nil
		case "NFD":
			return norm.NFD, nil
		case "NFKC":
			return norm.NFKC, nil
		case "NFKD":
			return norm.NFKD, nil
		}
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "invalid normalization form: %s", name)
	}
	fn("normalize", args{text, text}, text, "Text in a Unicode normal form, NFC by default", func(_ *expr.Context, a []value) (value, error) {
		f, err := form(a)
		if err != nil {
			return types.Null, err
		}
		return newText(f.String(a[0].S))
	}).Defaults = 1
	fn("is_normalized", args{text, text}, types.Bool, "Whether the text is in a Unicode normal form", func(_ *expr.Context, a []value) (value, error) {
		f, err := form(a)
		if err != nil {
			return types.Null, err
		}
		return types.NewBool(f.IsNormalString(a[0].S)), nil
	}).Defaults = 1
}

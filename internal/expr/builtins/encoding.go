package builtins

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// charset is an encoding by PostgreSQL's name; nil is UTF-8.
type charset struct {
	name string
	enc  encoding.Encoding
}

var charsets = []charset{
	{"UTF8", nil}, {"UNICODE", nil}, {"SQLASCII", nil},
	{"LATIN1", charmap.ISO8859_1}, {"ISO88591", charmap.ISO8859_1}, {"LATIN2", charmap.ISO8859_2}, {"LATIN3", charmap.ISO8859_3},
	{"LATIN4", charmap.ISO8859_4}, {"LATIN5", charmap.ISO8859_9}, {"LATIN6", charmap.ISO8859_10}, {"LATIN7", charmap.ISO8859_13},
	{"LATIN8", charmap.ISO8859_14}, {"LATIN9", charmap.ISO8859_15}, {"LATIN10", charmap.ISO8859_16},
	{"ISO88595", charmap.ISO8859_5}, {"ISO88596", charmap.ISO8859_6}, {"ISO88597", charmap.ISO8859_7}, {"ISO88598", charmap.ISO8859_8},
	{"WIN866", charmap.CodePage866}, {"WIN874", charmap.Windows874}, {"WIN1250", charmap.Windows1250}, {"WIN1251", charmap.Windows1251},
	{"WIN1252", charmap.Windows1252}, {"WIN1253", charmap.Windows1253}, {"WIN1254", charmap.Windows1254}, {"WIN1255", charmap.Windows1255},
	{"WIN1256", charmap.Windows1256}, {"WIN1257", charmap.Windows1257}, {"WIN1258", charmap.Windows1258},
	{"KOI8R", charmap.KOI8R}, {"KOI8U", charmap.KOI8U},
	{"SJIS", japanese.ShiftJIS}, {"EUCJP", japanese.EUCJP}, {"EUCKR", korean.EUCKR}, {"GBK", simplifiedchinese.GBK},
	{"GB18030", simplifiedchinese.GB18030}, {"BIG5", traditionalchinese.Big5},
}

func findCharset(name, role string) (charset, error) {
	plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToUpper(name))
	for _, c := range charsets {
		if c.name == plain {
			return c, nil
		}
	}
	return charset{}, sqlerr.New(sqlerr.InvalidParameterValue, "invalid %s encoding name \"%s\"", role, sqlerr.Clip(name))
}

func (c charset) decode(s string) (string, error) {
	if c.enc == nil {
		return s, types.CheckText(s)
	}
	out, err := c.enc.NewDecoder().String(s)
	if err != nil || strings.ContainsRune(out, utf8.RuneError) {
		return "", sqlerr.New("22021", "invalid byte sequence for encoding \"%s\"", c.name)
	}
	return out, nil
}

func (c charset) encode(s string) (string, error) {
	if c.enc == nil {
		return s, nil
	}
	e := c.enc.NewEncoder()
	out, err := e.String(s)
	if err == nil {
		return out, nil
	}
	for _, r := range s {
		if _, err := e.String(string(r)); err != nil {
			var b strings.Builder
			for _, x := range []byte(string(r)) {
				b.WriteString(" 0x" + strings.ToLower(hexByte(x)))
			}
			return "", sqlerr.New("22P05", "character with byte sequence%s in encoding \"UTF8\" has no equivalent in encoding \"%s\"", b.String(), c.name)
		}
	}
	return "", sqlerr.New("22P05", "text has no equivalent in encoding \"%s\"", c.name)
}

func hexByte(x byte) string { return "0123456789abcdef"[x>>4:x>>4+1] + "0123456789abcdef"[x&15:x&15+1] }

func registerConvert() {
	fn("convert_to", args{text, text}, bytea, "Bytes of the text in an encoding", func(_ *expr.Context, a []value) (value, error) {
		c, err := findCharset(a[1].S, "destination")
		if err != nil {
			return types.Null, err
		}
		s, err := c.encode(a[0].S)
		return types.NewBytes(s), err
	})
	fn("convert_from", args{bytea, text}, text, "Text of bytes in an encoding", func(_ *expr.Context, a []value) (value, error) {
		c, err := findCharset(a[1].S, "source")
		if err != nil {
			return types.Null, err
		}
		s, err := c.decode(a[0].S)
		return textOrError(s, err)
	})
	fn("convert", args{bytea, text, text}, bytea, "Bytes of a text brought from one encoding to another", func(_ *expr.Context, a []value) (value, error) {
		from, err := findCharset(a[1].S, "source")
		if err != nil {
			return types.Null, err
		}
		to, err := findCharset(a[2].S, "destination")
		if err != nil {
			return types.Null, err
		}
		s, err := from.decode(a[0].S)
		if err != nil {
			return types.Null, err
		}
		s, err = to.encode(s)
		return types.NewBytes(s), err
	})
	for _, name := range []string{"pg_client_encoding", "getdatabaseencoding"} {
		fn(name, nil, types.Name, "UTF8", func(*expr.Context, []value) (value, error) { return newText("UTF8") })
	}
}

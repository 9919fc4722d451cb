package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/conformance/script"
)

// mutate runs a script on both sides and, before each statement outside of a
// transaction, prepares n broken forms of it: a token left out, doubled,
// exchanged with its neighbour or with another one of the script, or the text
// cut after it. SQLSTATE, message and place must be the same.
func mutate(dsn, file string, n int, seed uint64) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	ctx := context.Background()
	stmts := script.Parse(string(text))
	m := &mutator{rand: rand.New(rand.NewPCG(seed, 0)), pool: strings.Fields(words)}
	for i := range stmts {
		m.pool = append(m.pool, tokens(stmts[i].SQL)...)
	}
	differ, tried := 0, 0
	err = withServer(ctx, dsn, func(conn *pgconn.PgConn) error {
		db, err := sql.Open("zqlite", ":memory:")
		if err != nil {
			return err
		}
		defer db.Close()
		local, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer local.Close()
		theirs, ours := &server{conn: conn, types: map[uint32]string{}}, &script.Session{Conn: local}
		for i := range stmts {
			for k := 0; k < n && conn.TxStatus() == 'I'; k++ {
				s := m.mutant(stmts[i].SQL)
				if strings.Contains(s, ";") {
					continue // EXPLAIN would run the second statement
				}
				want, got := prepareThere(ctx, conn, s), prepareHere(ctx, local, s)
				tried++
				if want != got && (!strings.HasSuffix(want, " AT 0") || !strings.HasPrefix(got, strings.TrimSuffix(want, "0"))) {
					differ++
					fmt.Printf("%s\n  want %s\n  got  %s\n", s, want, got)
				}
			}
			theirs.Answer(ctx, &stmts[i])
			ours.Answer(ctx, &stmts[i])
		}
		return nil
	})
	fmt.Printf("%s: %d mutants, %d differ\n", file, tried, differ)
	return differ, err
}

// planned are the statements that are bound and planned without being run
// where EXPLAIN stands before them; preparing alone only parses them here.
var planned = regexp.MustCompile(`(?i)^\s*(select|insert|update|delete|merge|values|with|table)\b`)

const explain = "EXPLAIN "

func prepareThere(ctx context.Context, conn *pgconn.PgConn, s string) string {
	_, err := conn.Prepare(ctx, "", s, nil)
	shift := 0
	if err == nil && planned.MatchString(s) && !strings.Contains(s, "$") {
		err, shift = execAll(ctx, conn, explain+s), len(explain)
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return place(e.Code, e.Message, int(e.Position), shift)
	}
	return fmt.Sprint(err)
}

func place(code, message string, at, shift int) string {
	return fmt.Sprintf("%s %s AT %d", code, message, max(0, at-shift))
}

func prepareHere(ctx context.Context, conn *sql.Conn, s string) string {
	st, err := conn.PrepareContext(ctx, s)
	shift := 0
	if err == nil {
		st.Close()
		if planned.MatchString(s) && !strings.Contains(s, "$") {
			_, err = conn.ExecContext(ctx, explain+s)
			shift = len(explain)
		}
	}
	var e *zqlite.Error
	if errors.As(err, &e) {
		return place(e.Code, e.Message, e.Position, shift)
	}
	return fmt.Sprint(err)
}

// words are exchanged for tokens beside those of the script itself.
const words = `SELECT FROM WHERE AS ON ( ) , . * + - = < [ ] : :: NOT NULL IN IS AND OR BY ORDER GROUP
	LIMIT JOIN LEFT USING WITH SET VALUES CASE END 1 2.5 'a' "q" x DEFAULT ALL DISTINCT TABLE INTO ARRAY ROW
	ANY UNION EXISTS BETWEEN LIKE FILTER OVER ONLY FOR UPDATE RETURNING DO IF TO CAST COLLATE interval int`

var token = regexp.MustCompile(`(?s)[EeBbXx]?'(?:[^']|'')*'|"(?:[^"]|"")*"|\$[a-z]*\$.*?\$[a-z]*\$|[A-Za-z_][A-Za-z_0-9]*|[0-9]+(?:\.[0-9]+)?|::|<=|>=|<>|!=|\|\||->>|->|=>|[^\s]`)

func tokens(s string) []string { return token.FindAllString(s, -1) }

type mutator struct {
	rand *rand.Rand
	pool []string
}

func (m *mutator) mutant(s string) string {
	at := token.FindAllStringIndex(s, -1)
	if len(at) == 0 {
		return s
	}
	i := m.rand.IntN(len(at))
	a, b := at[i][0], at[i][1]
	switch m.rand.IntN(6) {
	case 0:
		return s[:a] + s[b:]
	case 1:
		return s[:b] + " " + s[a:b] + s[b:]
	case 2:
		if i+1 < len(at) {
			c, d := at[i+1][0], at[i+1][1]
			return s[:a] + s[c:d] + " " + s[a:b] + s[d:]
		}
		return s[:a]
	case 3:
		return s[:b]
	case 4:
		return s[:a] + m.pool[m.rand.IntN(len(m.pool))] + s[b:]
	}
	return s[:b] + " " + m.pool[m.rand.IntN(len(m.pool))] + s[b:]
}

package parser

import ("testing";"fmt";"os";"bufio")

func TestSmoke(t *testing.T) {
	f, _ := os.Open("/tmp/smoke.sql")
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		_, err := Parse(sc.Text())
		if err != nil { fmt.Println(sc.Text(), "=>", err) }
	}
}

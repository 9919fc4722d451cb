package builtins

import "testing"

// TestSQLite compares with what SQLite 3.45 answers, in the types of this
// engine: datetime gives a timestamp, date a date.
func TestSQLite(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"datetime", []string{"text:now", "text:-24 hours"}, "2024-03-05 12:34:56"},
		{"date", []string{"text:2024-01-31", "text:+1 month"}, "2024-03-02"},
		{"date", []string{"text:2024-03-06", "text:start of month", "text:+1 month", "text:-1 day"}, "2024-03-31"},
		{"date", []string{"text:2024-03-06", "text:weekday 0"}, "2024-03-10"},
		{"datetime", []string{"float8:1092941466", "text:unixepoch"}, "2004-08-19 18:51:06"},
		{"datetime", []string{"text:2024-01-02T03:04:05.678Z"}, "2024-01-02 03:04:05"},
		{"datetime", []string{"text:2024-01-02 03:04+02:00"}, "2024-01-02 01:04:00"},
		{"time", []string{"text:12:34"}, "12:34:00"},
		{"time", []string{"text:now"}, "12:34:56"},
		{"date", nil, "2024-03-06"},
		{"julianday", []string{"text:2000-01-01 12:00"}, "2451545"},
		{"unixepoch", []string{"text:1970-01-02"}, "86400"},
		{"strftime", []string{"text:%Y-%m-%d %H:%M:%f %j %w %W %s", "text:2024-03-06 01:02:03.456"}, "2024-03-06 01:02:03.456 066 3 10 1709686923"},
		{"strftime", []string{"text:%Q", "text:now"}, "<null>"},
		{"date", []string{"text:nonsense"}, "<null>"},
		{"date", []string{"text:2024-01-01", "text:nonsense"}, "<null>"},
		{"date", []string{"timestamp:2024-03-06 10:00"}, "2024-03-06"},
		{"datetime", []string{"date:2024-03-06", "text:+90 minutes"}, "2024-03-06 01:30:00"},
		{"printf", []string{"text:%05d|%-5s|%5.2f|%x|%q", "int4:42", "text:ab", "float8:3.14159", "int4:255", "text:it's"}, "00042|ab   | 3.14|ff|it''s"},
		{"typeof", []string{"int4:1"}, "integer"},
		{"typeof", []string{"null:"}, "null"},
		{"hex", []string{"text:abc"}, "616263"},
		{"quote", []string{"text:it's"}, "'it''s'"},
		{"instr", []string{"text:haystack", "text:st"}, "4"},
		{"ifnull", []string{"null:", "int4:2"}, "2"},
		{"glob", []string{"text:*a[b-d]?", "text:xxace"}, "true"},
		{"glob", []string{"text:a*", "text:ba"}, "false"},
		{"char", []string{"int4:72", "int4:105"}, "Hi"},
		{"unicode", []string{"text:a"}, "97"},
		{"max", []string{"int4:1", "int4:5", "int4:3"}, "5"},
		{"iif", []string{"bool:t", "text:a", "text:b"}, "a"},
		{"array_subscript", []string{"int4[]:{7,8,9}", "int8:2"}, "8"},
		{"array_slice", []string{"int4[]:{7,8,9}", "int8:2", "int8:5"}, "{8,9}"},
		{"array_assign", []string{"int4[]:{7,8,9}", "int4:1", "int8:2"}, "{7,1,9}"},
		{"normalize", []string{"text:a\u0301"}, "\u00e1"},
	} {
		if got := evaluate(c.name, c.args); got != c.want {
			t.Errorf("%s(%q)\n  got  %s\n  want %s", c.name, c.args, got, c.want)
		}
	}
}

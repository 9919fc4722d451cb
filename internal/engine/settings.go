package engine

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// settings are the values of SET. A settings value is immutable: changing one
// makes another, so that transactions and savepoints keep theirs by copying.
type settings struct {
	values map[string]string // differing from the defaults
	base   *SessionConfig
	path   []string // search_path, taken apart
	level  storage.Isolation
	ro     bool
	lock   time.Duration
	limit  time.Duration
	tenant string      // zqlite.tenant
	reason string      // zqlite.cross_tenant
	style  types.Style // of texts
}

var settingAliases = map[string]string{"time_zone": "timezone", "time zone": "timezone", "schema": "search_path", "names": "client_encoding"}

func canonicalSetting(name string) string {
	name = strings.ToLower(name)
	if a, ok := settingAliases[name]; ok {
		return a
	}
	return name
}

func defaultSettings(c *SessionConfig) settings {
	s := settings{base: c, path: []string{catalog.PublicSchema}, level: c.Isolation, lock: c.LockTimeout, limit: c.StatementTimeout, tenant: c.Tenant}
	return s
}

func (s settings) isDefault() bool { return len(s.values) == 0 }

func (s settings) same(o settings) bool {
	if len(s.values) != len(o.values) {
		return false
	}
	for k, v := range s.values {
		if w, ok := o.values[k]; !ok || v != w {
			return false
		}
	}
	return true
}

// get returns the value that SHOW gives.
func (s settings) get(name string) (string, bool) {
	name = canonicalSetting(name)
	if v, ok := s.values[name]; ok {
		return v, true
	}
	switch name {
	case "timezone":
		if s.base.TimeZone != "" {
			return s.base.TimeZone, true
		}
	case "application_name":
		return s.base.ApplicationName, true
	case "default_transaction_isolation", "transaction_isolation":
		return isolationName(s.level), true
	case tenantSetting:
		return s.tenant, true
	case "lock_timeout":
		return showDuration(s.lock), true
	case "statement_timeout":
		return showDuration(s.limit), true
	}
	if d, ok := knownSettings[name]; ok {
		return d.value, true
	}
	return "", false
}

// with returns the settings with one value changed.
func (s settings) with(name, v string) (settings, error) {
	name = canonicalSetting(name)
	d, known := knownSettings[name]
	if !known && !strings.Contains(name, ".") {
		return s, unknownSetting(name)
	}
	if known {
		if d.fixed {
			return s, sqlerr.New("55P02", "parameter %q cannot be changed", name)
		}
		if d.check == nil && len(d.words) > 0 && !slices.Contains(d.words, strings.ToLower(v)) {
			return s, d.refuse(name, v, nil)
		}
		if d.check != nil {
			checked, err := d.check(v)
			if err != nil {
				return s, d.refuse(name, v, err)
			}
			v = checked
		} else if len(d.words) > 0 {
			v = strings.ToLower(v)
		}
		if name == "datestyle" {
			old, _ := s.get(name)
			checked, err := checkDateStyle(v, old)
			if err != nil {
				return s, err
			}
			v = checked
		}
	}
	n := s
	n.values = make(map[string]string, len(s.values)+1)
	for k, x := range s.values {
		n.values[k] = x
	}
	n.values[name] = v
	n.derive(name, v)
	return n, nil
}

// without returns the settings with one value back at its default.
func (s settings) without(name string) (settings, error) {
	name = canonicalSetting(name)
	if name == "all" {
		return defaultSettings(s.base), nil
	}
	if _, known := knownSettings[name]; !known && !strings.Contains(name, ".") {
		return s, unknownSetting(name)
	}
	_, known := knownSettings[name]
	n := defaultSettings(s.base)
	n.values = make(map[string]string, len(s.values))
	for k, x := range s.values {
		if k == name && !known { // a setting of one's own stays known
			n.values[k] = ""
		}
		if k != name {
			n.values[k] = x
			n.derive(k, x)
		}
	}
	return n, nil
}

func (s *settings) derive(name, v string) {
	switch name {
	case "datestyle", "intervalstyle", "bytea_output", "extra_float_digits":
		s.style = styleWith(s.style, name, v)
	case "search_path":
		s.path = splitPath(v)
	case "default_transaction_isolation":
		s.level = isolationNames[v]
	case "default_transaction_read_only":
		s.ro = v == "on"
	case tenantSetting:
		s.tenant = v
	case crossTenantSetting:
		s.reason = v
	case "lock_timeout":
		s.lock = readDuration(v)
	case "statement_timeout":
		s.limit = readDuration(v)
	}
}

func unknownSetting(name string) error {
	e := sqlerr.New(sqlerr.UndefinedObject, "unrecognized configuration parameter %q", name)
	for known := range knownSettings {
		if len(name) > 3 && (strings.HasPrefix(known, name[:4]) || strings.Contains(known, name)) {
			return e.WithHint("Perhaps you meant %q.", known)
		}
	}
	return e
}

// splitPath takes a search_path apart, dropping "$user".
func splitPath(v string) []string {
	var out []string
	for _, p := range strings.Split(v, ",") {
		p = strings.TrimSpace(p)
		if len(p) >= 2 && p[0] == '"' && p[len(p)-1] == '"' {
			p = strings.ReplaceAll(p[1:len(p)-1], `""`, `"`)
		} else {
			p = strings.ToLower(p)
		}
		if p != "" && p != "$user" {
			out = append(out, p)
		}
	}
	return out
}

var checkFailed = sqlerr.New(sqlerr.InvalidParameterValue, "invalid value")

func checkTimeZone(v string) (string, *sqlerr.Error) {
	if v == "" || strings.EqualFold(v, "default") {
		return v, nil
	}
	_, shown, err := types.SessionZone(v)
	if err != nil {
		return "", sqlerr.From(err)
	}
	return shown, nil
}

func checkDuration(v string) (string, *sqlerr.Error) {
	d, ok := parseDuration(v)
	if !ok {
		if d < 0 {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "%d ms is outside the valid range for parameter \"%%s\" (0 .. 2147483647)", d.Milliseconds())
		}
		return "", checkFailed
	}
	return showDuration(d), nil
}

func checkIsolation(v string) (string, *sqlerr.Error) {
	v = strings.ToLower(v)
	if _, ok := isolationNames[v]; !ok {
		return "", checkFailed
	}
	return v, nil
}

func checkSwitch(v string) (string, *sqlerr.Error) {
	switch strings.ToLower(v) {
	case "on", "true", "yes", "1", "t", "y":
		return "on", nil
	case "off", "false", "no", "0", "f", "n":
		return "off", nil
	}
	return "", checkFailed
}

func checkOn(v string) (string, *sqlerr.Error) {
	s, err := checkSwitch(v)
	if err != nil || s != "on" {
		return "", checkFailed
	}
	return s, nil
}

func checkEncoding(v string) (string, *sqlerr.Error) {
	switch strings.ToUpper(strings.ReplaceAll(v, "-", "")) {
	case "UTF8", "UNICODE", "SQL_ASCII":
		return "UTF8", nil
	}
	return "", checkFailed
}

// parseDuration reads PostgreSQL's forms: a number of milliseconds, or one
// with a unit.
func parseDuration(v string) (time.Duration, bool) {
	v = strings.TrimSpace(v)
	if ms, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(ms) * time.Millisecond, ms >= 0
	}
	if days, ok := strings.CutSuffix(v, "d"); ok {
		n, err := strconv.ParseInt(strings.TrimSpace(days), 10, 32)
		return time.Duration(n) * 24 * time.Hour, err == nil && n >= 0
	}
	d, err := time.ParseDuration(strings.ReplaceAll(strings.ReplaceAll(v, " ", ""), "min", "m"))
	return d, err == nil && d >= 0
}

func readDuration(v string) time.Duration {
	d, _ := parseDuration(v)
	return d
}

func showDuration(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d%(24*time.Hour) == 0:
		return strconv.FormatInt(int64(d/(24*time.Hour)), 10) + "d"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "min"
	case d%time.Second == 0:
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}

func isolationName(l storage.Isolation) string {
	switch l {
	case storage.ReadCommitted:
		return "read committed"
	case storage.Serializable:
		return "serializable"
	}
	return "repeatable read"
}

// settingNames lists what SHOW ALL shows.
func settingNames() []string {
	names := make([]string, 0, len(knownSettings))
	for n := range knownSettings {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

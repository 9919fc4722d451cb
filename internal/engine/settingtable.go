package engine

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/syscat"
)

// setting describes one name that SET and SHOW know.
type setting struct {
	value string // default
	check func(v string) (string, *sqlerr.Error)
	fixed bool // cannot be set
	doc   string
	words []string // the values there are, where it is an enumeration
}

// ServerVersion is the version of PostgreSQL whose SQL the engine speaks.
const ServerVersion = "15.8"

var knownSettings = map[string]*setting{
	"search_path":                         {value: `"$user", public`, doc: "schemas that names are looked up in"},
	"timezone":                            {value: "UTC", check: checkTimeZone, doc: "time zone of timestamptz input and output"},
	"statement_timeout":                   {value: "0", check: checkDuration, doc: "longest time a statement may run"},
	"lock_timeout":                        {value: "0", check: checkDuration, doc: "longest time to wait for a lock"},
	"idle_in_transaction_session_timeout": {value: "0", check: checkDuration, doc: "accepted, without effect"},
	"application_name":                    {value: "", doc: "name of the client"},
	"default_transaction_isolation":       {value: "repeatable read", check: checkIsolation, words: isolationWords, doc: "isolation level of new transactions"},
	"transaction_isolation":               {value: "repeatable read", check: checkIsolation, words: isolationWords, doc: "isolation level of this transaction"},
	"default_transaction_read_only":       {value: "off", check: checkSwitch, doc: "whether new transactions are read-only"},
	"transaction_read_only":               {value: "off", check: checkSwitch, doc: "whether this transaction is read-only"},
	"transaction_deferrable":              {value: "off", check: checkSwitch, doc: "accepted, without effect"},
	"default_transaction_deferrable":      {value: "off", check: checkSwitch, doc: "accepted, without effect"},
	"client_encoding":                     {value: "UTF8", check: checkEncoding, doc: "always UTF8"},
	"server_encoding":                     {value: "UTF8", fixed: true, doc: "always UTF8"},
	"server_version":                      {value: ServerVersion, fixed: true, doc: "PostgreSQL's version that is spoken"},
	"server_version_num":                  {value: "150008", fixed: true, doc: "the same as a number"},
	"standard_conforming_strings":         {value: "on", check: checkOn, doc: "backslashes are ordinary in '…'"},
	"datestyle":                           {value: "ISO, MDY", doc: "how dates are written and which order they are read in"},
	"intervalstyle":                       {value: "postgres", words: []string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"}, doc: "how intervals are written"},
	"client_min_messages":                 {value: "notice", words: []string{"debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"}, doc: "accepted, without effect"},
	"extra_float_digits":                  {value: "1", check: checkFloatDigits, doc: "digits of floating-point numbers; above 0 the shortest exact form"},
	"bytea_output":                        {value: "hex", words: []string{"escape", "hex"}, doc: "how bytea is written"},
	"row_security":                        {value: "on", doc: "accepted, without effect"},
	"check_function_bodies":               {value: "on", check: checkSwitch, doc: "off takes quoted bodies of functions whose tables are not there yet"},
	"xmloption":                           {value: "content", doc: "accepted, without effect"},
	"default_tablespace":                  {value: "", doc: "accepted, without effect"},
	"default_table_access_method":         {value: "heap", doc: "accepted, without effect"},
	"synchronous_commit":                  {value: "on", doc: "see the DSN's sync"},
	"session_replication_role":            {value: "origin", doc: "accepted, without effect"},
	"max_identifier_length":               {value: "63", fixed: true, doc: "longest name"},
	"integer_datetimes":                   {value: "on", fixed: true, doc: "timestamps are integers"},
	"lc_collate":                          {value: "C", fixed: true, doc: "default collation"},
	"lc_ctype":                            {value: "C.UTF-8", fixed: true, doc: "default character classes"},
	"is_superuser":                        {value: "on", fixed: true, doc: "there are no roles"},
	"session_authorization":               {value: "zqlite", check: checkRole, doc: "there are no roles"},
	"role":                                {value: "none", check: checkRole, doc: "there are no roles"},
	"max_index_keys":                      {value: "32", fixed: true, doc: "accepted, without effect"},
	"block_size":                          {value: "8192", fixed: true, doc: "what clients of PostgreSQL expect"},
	tenantSetting:                         {value: "", doc: "tenant whose rows of tables with TENANT BY the session works with"},
	crossTenantSetting:                    {value: "", doc: "reason for working with the rows of all tenants; needs cross_tenant=on in the DSN"},
	"foreign_keys":                        {value: "on", fixed: true, doc: "set by the DSN"},
}

var isolationWords = []string{"serializable", "repeatable read", "read committed", "read uncommitted"}

func init() {
	const ignored = "accepted, without effect"
	for _, n := range []string{"enable_bitmapscan", "enable_hashagg", "enable_hashjoin", "enable_indexonlyscan", "enable_indexscan",
		"enable_material", "enable_memoize", "enable_mergejoin", "enable_nestloop", "enable_seqscan", "enable_sort", "enable_tidscan",
		"enable_parallel_hash", "enable_parallel_append", "enable_gathermerge", "enable_incremental_sort", "enable_partition_pruning",
		"jit", "array_nulls", "track_activities", "track_counts", "geqo", "escape_string_warning", "lo_compat_privileges"} {
		knownSettings[n] = &setting{value: "on", check: checkSwitch, doc: ignored}
	}
	for n, v := range map[string]string{"work_mem": "4MB", "maintenance_work_mem": "64MB", "temp_buffers": "8MB", "effective_cache_size": "4GB",
		"random_page_cost": "4", "seq_page_cost": "1", "cpu_tuple_cost": "0.01", "default_statistics_target": "100", "join_collapse_limit": "8",
		"from_collapse_limit": "8", "max_parallel_workers_per_gather": "2", "max_parallel_workers": "8", "max_parallel_maintenance_workers": "2",
		"plan_cache_mode": "auto", "constraint_exclusion": "partition", "default_toast_compression": "pglz", "gin_fuzzy_search_limit": "0",
		"password_encryption": "scram-sha-256", "backslash_quote": "safe_encoding", "log_statement": "none", "log_min_duration_statement": "-1",
		"temp_tablespaces": "", "tcp_keepalives_idle": "0", "lc_messages": "C", "lc_monetary": "C", "lc_numeric": "C", "lc_time": "C",
		"default_text_search_config": "pg_catalog.simple", "xmlbinary": "base64"} {
		knownSettings[n] = &setting{value: v, doc: ignored}
	}
	knownSettings["idle_session_timeout"] = &setting{value: "0", check: checkDuration, doc: ignored}
	knownSettings["quote_all_identifiers"] = &setting{value: "off", check: checkSwitch, doc: ignored}
	knownSettings["synchronize_seqscans"] = &setting{value: "on", check: checkSwitch, doc: ignored}
	knownSettings["transform_null_equals"] = &setting{value: "off", check: checkOff, doc: "always off"}
}

// checkOff refuses to switch on what zqlite does not have.
func checkOff(v string) (string, *sqlerr.Error) {
	s, err := checkSwitch(v)
	if err != nil || s != "off" {
		return "", checkFailed
	}
	return s, nil
}

// checkRole knows the one role there is.
func checkRole(v string) (string, *sqlerr.Error) {
	if v == "none" || v == syscat.Owner {
		return v, nil
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "role \"%s\" does not exist", v)
}

// shownName is the name of SHOW's column.
func shownName(name string) string {
	name = canonicalSetting(name)
	switch name {
	case "timezone":
		return "TimeZone"
	case "datestyle":
		return "DateStyle"
	case "intervalstyle":
		return "IntervalStyle"
	}
	return name
}

// refuse says why a value is none of the setting's.
func (d *setting) refuse(name, v string, why *sqlerr.Error) error {
	shown := shownName(name)
	if why != nil && why != checkFailed {
		e := *why
		e.Message = strings.ReplaceAll(e.Message, "%s", shown)
		return &e
	}
	switch d.value {
	case "on", "off":
		return sqlerr.New(sqlerr.InvalidParameterValue, "parameter %q requires a Boolean value", shown)
	}
	if len(d.words) > 0 && d.check == nil {
		shown = canonicalSetting(name) // as PostgreSQL does
	}
	e := sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter %q: %q", shown, v)
	if len(d.words) > 0 {
		return e.WithHint("Available values: %s.", strings.Join(d.words, ", "))
	}
	return e
}

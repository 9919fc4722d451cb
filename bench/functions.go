package main

// functions are calls over every row of a table: what a row of each takes.
var functions = []workload{
	question("length of a text", `SELECT sum(length(name)) FROM items`),
	question("lower and comparison", `SELECT count(*) FROM items WHERE lower(name) = 'item number 77'`),
	question("upper, substr, trim", `SELECT count(*) FROM items WHERE upper(substr(name, 1, 4)) = 'ITEM' AND length(trim(name)) > 10`),
	question("LIKE within", `SELECT count(*) FROM items WHERE name LIKE '%99%'`),
	question("replace", `SELECT count(*) FROM items WHERE replace(name, 'item', 'x') = 'x number 5'`),
	question("concatenation", `SELECT count(*) FROM items WHERE name || 'x' = 'item number 5x'`),
	question("round of floats", `SELECT CAST(sum(round(price)) AS BIGINT) FROM items`),
	question("abs of integers", `SELECT sum(abs(amount - 50000)) FROM items`),
	question("CASE", `SELECT sum(CASE WHEN kind < 3 THEN amount WHEN kind = 5 THEN 1 ELSE 0 END) FROM items`),
	question("coalesce", `SELECT sum(coalesce(amount, 0)) FROM items`),
	question("cast to text", `SELECT count(*) FROM items WHERE CAST(amount AS TEXT) = '77'`),
	question("strftime", `SELECT count(*) FROM items WHERE strftime('%Y-%m', '2024-05-06 10:20:30', '+' || kind || ' days') = '2024-05'`),
	question("DISTINCT within count", `SELECT count(DISTINCT amount) FROM items`),
	question("concatenation of all", `SELECT length(group_concat(name, ',')) FROM items`),
}

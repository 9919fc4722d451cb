#!/usr/bin/env python3
"""Runs the statements of a golden against PostgreSQL and writes its answers.

usage: record.py file.golden "psql command" — the command reads SQL from its
standard input, e.g. psql -X -A -t. The file's
statements stand before "----"; parts are separated by empty lines.
"""
import re
import shlex
import subprocess
import sys

path, command = sys.argv[1], sys.argv[2]
parts = [p.split("\n----")[0].strip() for p in open(path).read().strip().split("\n\n")]
mark = "@@@@"
script = "\\set VERBOSITY verbose\n\\set QUIET off\nDROP SCHEMA IF EXISTS s CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
script += "".join("\\echo %s\n%s;\n" % (mark, p.rstrip(";")) for p in parts) + "\\echo %s\n" % mark
run = subprocess.run(shlex.split(command), input=script, text=True,
                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
answers = [a.strip("\n") for a in run.stdout.split(mark)[1:]]
with open(path, "w") as out:
    for statement, answer in zip(parts, answers):
        lines, skip = [], False
        for line in answer.split("\n"):
            if re.match(r"(LOCATION|LINE \d+|TABLE NAME|SCHEMA NAME|COLUMN NAME|CONSTRAINT NAME|DATATYPE NAME):?", line) or re.match(r"^\s*\^", line):
                continue
            if re.match(r"[A-Z]+:  |[A-Z]+ ", line):
                skip = skip and line.startswith("DETAIL:")  # of a notice
            if skip and (line.startswith("DETAIL:") or line.startswith("drop cascades to")):
                continue
            skip = skip or line.startswith("NOTICE:")
            line = re.sub(r"^NOTICE:  [0-9A-Z]{5}: ", "NOTICE:  ", line)
            if re.match(r"(INSERT|UPDATE|DELETE) ", line):
                line = "OK"
            lines.append(line)
        out.write("%s\n----\n%s\n\n" % (statement, "\n".join(lines).strip()))

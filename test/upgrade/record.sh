#!/bin/sh
# test/upgrade/record.sh
# Writes test/upgrade/VERSION.csv for the version of vsm.control: the bytes of the values of stored.sql as this version
# stores them, and what they answer. Once, before the version is released, on PostgreSQL 15 of a machine of 64 bits.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$top/vsm.control")
sh "$top/test/cluster.sh" env PGOPTIONS="-c client_min_messages=warning" \
	psql -XAtq -v ON_ERROR_STOP=1 -v version="$version" -c 'CREATE EXTENSION vsm' -f "$top/test/upgrade/stored.sql" \
	-c 'CALL store()' -c 'COPY (SELECT * FROM answers()) TO STDOUT (FORMAT csv, HEADER)' >"$top/test/upgrade/$version.csv.tmp"
mv "$top/test/upgrade/$version.csv.tmp" "$top/test/upgrade/$version.csv"

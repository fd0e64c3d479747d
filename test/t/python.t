# The blocks of Python in doc/tasks.md: each runs where its packages are there, over a generated model. PYTHON names an interpreter.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error'
python=${PYTHON:-python3}
command -v "$python" >/dev/null || skip_all 'no python3 here'
createdb vsm_python
trap 'dropdb --force vsm_python; rm -rf "$tmp"' EXIT
PGDATABASE=vsm_python
export PGDATABASE
sql -c 'CREATE EXTENSION vsm' >/dev/null
awk -v folder="$tmp" '/^```python/ { file = sprintf("%s/block%d.py", folder, ++number); next }
	/^```text/ {
		file = number && !(number in wanted) && after == number ? sprintf("%s/block%d.wanted", folder, number) : ""
		wanted[number]
		next
	}
	/^```/ { if (file ~ /py$/) after = number; file = ""; next } file { print >file; next } /./ { after = 0 }' "$VSM_TOP/doc/tasks.md"
is "$(ls "$tmp"/block*.py | wc -l)" 3 'there are three blocks'
has_model=
for block in "$tmp"/block*.py; do
	name=$(basename "$block" .py)
	packages=$(sed -n 's/^import \([a-z]*\)$/\1/p; s/^from \([a-z]*\)\..*/\1/p' "$block" | sort -u | paste -sd,)
	if ! "$python" -c "import $packages" 2>/dev/null; then
		tests=$((tests + 1))
		printf 'ok %d - %s # SKIP not all here: %s\n' $tests "$name" "$packages"
		continue
	fi
	[ -n "$has_model" ] || {
		sql -v schema=flow -v items=400 -v first_day="$(sql -c "SELECT now() - interval '1000 days'")" \
			-f "$VSM_TOP/test/bench/setup/model.sql" >"$tmp/model" 2>&1
		sql -c "CALL vsm.refresh('flow')"
		has_model=yes
	}
	DLT_TARGET="postgresql://$PGUSER:none@localhost/vsm_python?host=$PGHOST" DLT_DATA_DIR="$tmp/dlt" \
		"$python" "$block" >"$tmp/said" 2>"$tmp/errors"
	status=$?
	result $status "$name ($packages) runs"
	[ $status = 0 ] || tail -5 "$tmp/errors" | comment
	if [ -f "$tmp/$name.wanted" ]; then
		is "$(cat "$tmp/said")" "$(cat "$tmp/$name.wanted")" 'and prints what stands under it'
	fi
	case $packages in
	*dlt*)
		is "$(sql -c 'SELECT source, payload::jsonb ->> '\''key'\'' FROM flow.inbox')" 'jira|SHOP-7' 'what it loaded is in the inbox'
		own="SELECT count(*) FROM information_schema.columns WHERE table_schema = 'flow' AND column_name LIKE '\_dlt%'"
		is "$(sql -c "$own")" 0 'without columns of its own'
		;;
	*pandas*) like "$(cat "$tmp/said")" '^2$' 'and reads a workflow' ;;
	esac
done
done_testing

#!/bin/sh
# bi/superset/install.sh SCHEMA URI: the dashboards of vsm in your Superset, over the model in SCHEMA of the database URI.
#   sh bi/superset/install.sh flow 'postgresql+psycopg2://reader:secret@host/database?options=-ctimezone%3DUTC'
# To be run where Superset runs, with its settings (SUPERSET_CONFIG_PATH, FLASK_APP). The role in the URI reads the views:
# CALL vsm.grant_reader('flow', 'reader'). Run again after an upgrade of vsm or when stages have changed: what is there is replaced,
# so keep changes of your own in copies of the dashboards.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ $# = 2 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0" >&2; exit 1; }
superset=$(command -v superset) || { echo "There is no superset here: activate the environment that it is installed in." >&2; exit 1; }
python=$(sed -n '1s/^#!//p' "$superset")
case $2 in
*timezone*) ;;
*) echo "The address does not set the time zone: add ?options=-ctimezone%3DUTC, or charts by date may be a day off." >&2; exit 1 ;;
esac

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
"$python" "$here/assets.py" "$1" "$2" "$tmp/assets" || exit 1
# It says what went wrong in its log alone.
status=0
superset import-directory -o "$tmp/assets" >"$tmp/log" 2>&1 || status=1
! grep -E ':(ERROR|CRITICAL):|^Traceback' "$tmp/log" >/dev/null || status=1
[ $status = 0 ] || { tail -30 "$tmp/log" >&2; exit 1; }
"$python" "$here/tidy.py" "$tmp/assets" >"$tmp/said" 2>"$tmp/log" || { tail -30 "$tmp/log" >&2; exit 1; }
grep '^Charts of' "$tmp/said" || :
count() { ls "$tmp/assets/$1" | wc -l; }
echo "Imported: $(count datasets/vsm) datasets, $(count charts) charts, $(count dashboards) dashboards."

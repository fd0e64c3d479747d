#!/bin/sh
# make superset: the dashboards of bi/superset in a browser, over a generated model, from nothing: a throwaway cluster, Apache Superset in
# an environment of its own (its metadata in that cluster, too), until Ctrl-C, and nothing is left. Takes python3 with venv, and PyPI.
#   VENV=folder      keeps what pip installed there (1 GB, minutes) for the next time; otherwise it is gone afterwards
#   ITEMS=3000       how many tickets the model has
#   PORT=8088        where Superset listens
# make check-superset (test/check-superset.sh) proves them, make superset-picture (test/superset-picture.sh) makes their picture.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
mode=${VSM_SUPERSET:-show}
say() { printf '%s\n' "$*"; }
# Ends where something is missing: the checks are skipped, which 77 says.
missing() {
	say "$*" >&2
	[ "$mode" != check ] || exit 77
	exit 1
}

if [ "${1:-}" != in-cluster ]; then
	python=$(command -v python3) || missing "There is no python3 here: apt-get install python3 python3-venv"
	"$python" -c 'import ensurepip, venv' 2>/dev/null || missing "There is no python3-venv here: apt-get install python3-venv"
	"$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' ||
		missing "Superset runs with Python 3.10 to 3.12, and $("$python" --version) is here."
	if [ "$mode" != show ]; then
		CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)} ||
			missing "There is no chromium here: apt-get install chromium"
		export CHROMIUM
	fi
	sh "$top/test/install_packages.sh"
	VSM_SERVER_OPTIONS="-c jit=off ${VSM_SERVER_OPTIONS:-}"
	[ -z "${VENV:-}" ] || case $VENV in /*) ;; *) VENV=$PWD/$VENV ;; esac
	export VSM_SERVER_OPTIONS VENV="${VENV:-}"
	exec sh "$top/test/cluster.sh" sh "$0" in-cluster
fi

began=$(date +%s)
step() { say "$(($(date +%s) - began)) s: $*"; }
work=$VSM_TMP/superset
mkdir -p "$work"
server=
stop() {
	status=$?
	trap - EXIT INT TERM HUP
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	fi
	exit $status
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Superset, and for the checks what drives a browser.
venv=${VENV:-$work/venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
wanted=$(cat "$top/bi/superset/requirements.txt" "$top/test/bi/requirements.txt" | cksum)
if [ "$(cat "$venv/vsm-installed" 2>/dev/null)" != "$wanted" ]; then
	step "installing Superset into $venv: some minutes"
	"$venv/bin/pip" install --disable-pip-version-check --progress-bar off -r "$top/bi/superset/requirements.txt" \
		-r "$top/test/bi/requirements.txt" >"$work/pip.log" 2>&1 &
	pip=$!
	while kill -0 $pip 2>/dev/null; do
		sleep 15
		step "$(grep -cE '^ +Downloading|^Collecting|Using cached' "$work/pip.log") packages found, $(du -sm "$venv" | cut -f1) MB"
	done
	wait $pip || {
		tail -5 "$work/pip.log" >&2
		! grep -qE 'Max retries|ConnectionError|NewConnectionError|Temporary failure|No matching distribution' "$work/pip.log" ||
			missing "PyPI cannot be reached from here."
		exit 1
	}
	printf '%s\n' "$wanted" >"$venv/vsm-installed"
fi
PATH=$venv/bin:$PATH
step "Superset is there: $(du -sm "$venv" | cut -f1) MB"

# The model, and who reads it.
createdb vsm
PGDATABASE=vsm
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
export PGDATABASE PGOPTIONS='-c client_min_messages=error'
sql -c 'CREATE EXTENSION vsm'
sql -v schema=flow -v items="${ITEMS:-3000}" -f "$top/test/bi/model.sql" >/dev/null
sql -c 'CREATE ROLE reader LOGIN' -c "CALL vsm.grant_reader('flow', 'reader')" -c 'ALTER ROLE reader SET jit = off'
step "a model of ${ITEMS:-3000} tickets is there"

createdb superset
PORT=${PORT:-8088}
SUPERSET_HOME=$work SUPERSET_CONFIG_PATH=$work/superset_config.py FLASK_APP='superset.app:create_app()'
SUPERSET_SECRET_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
export SUPERSET_HOME SUPERSET_CONFIG_PATH SUPERSET_SECRET_KEY FLASK_APP
cat >"$SUPERSET_CONFIG_PATH" <<END
SQLALCHEMY_DATABASE_URI = "postgresql+psycopg2://$PGUSER@/superset?host=$PGHOST"
RATELIMIT_ENABLED = False
# Threads that are the first to read a time hinder each other (pyparsing finishes its rules in their first use), so one does it before.
def FLASK_APP_MUTATOR(app):
    from superset.utils.date_parser import datetime_eval
    datetime_eval("DATETRUNC(DATEADD(DATETIME('today'), -13, WEEK), WEEK)")
END
uri="postgresql+psycopg2://reader@/vsm?host=$PGHOST&options=-ctimezone%3DUTC"
setup() {
	superset db upgrade && superset fab create-admin --username admin --firstname vsm --lastname vsm --email admin@example.com \
		--password admin && superset init
}
setup >"$work/setup.log" 2>&1 || { tail -20 "$work/setup.log" >&2; exit 1; }
step "Superset's own tables are there"
sh "$top/bi/superset/install.sh" flow "$uri"
step "dashboards imported"

url=http://127.0.0.1:$PORT
# Without what the shell has opened, which a reader of a pipe would wait for.
gunicorn -w 1 -k gthread --threads 8 --timeout 300 --graceful-timeout 2 -b "127.0.0.1:$PORT" "$FLASK_APP" \
	>"$work/server.log" 2>&1 </dev/null &
server=$!
count=0
until python -c "import urllib.request; urllib.request.urlopen('$url/health', timeout=10)" 2>/dev/null; do
	count=$((count + 1))
	kill -0 "$server" 2>/dev/null && [ $count -lt 240 ] || { tail -20 "$work/server.log" >&2; exit 1; }
	sleep 0.5
done
step "Superset answers"

if [ "$mode" = show ]; then
	say '' "  $url/superset/dashboard/vsm-value-stream/" "  $url/superset/dashboard/vsm-delivery/" \
		"  $url/superset/dashboard/vsm-value/" '' '  user admin, password admin; Ctrl-C ends it, and nothing is left'
	wait "$server"
else
	export VSM_URI="$uri" VSM_URL="$url" VSM_WORK="$work" VSM_BEGAN="$began" VSM_SERVER="$server"
	sh "$top/test/bi/$mode.sh"
fi

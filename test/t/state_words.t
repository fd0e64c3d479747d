# The words of states (src/workflow/state_words.c): each of them is found, and in whatever encoding
# and locale a database is, the same names mean the same.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error -c timezone=UTC' PGCLIENTENCODING=UTF8
databases='vsm_words vsm_latin1 vsm_euc_jp vsm_bytes vsm_turkish'
clean() { for database in $databases; do dropdb --if-exists --force "$database"; done; }
trap 'clean; rm -rf "$tmp"' EXIT
clean

# The class of a state between others, and where items begin.
functions="CREATE EXTENSION vsm;
	CREATE FUNCTION class_of(state text, VARIADIC states text[]) RETURNS text LANGUAGE sql AS \$\$
		SELECT class FROM vsm.stages((
			SELECT vsm.propose_workflow(timeline)
			FROM (SELECT vsm.timeline('2026-01-05 00:00Z'::timestamptz + place * interval '1 hour', s) AS timeline
				FROM unnest(states) WITH ORDINALITY AS u (s, place)) AS t)) WHERE stage = state \$\$;
	CREATE FUNCTION class_between(state text) RETURNS text LANGUAGE sql AS \$\$ SELECT class_of(state, 'Alpha', 'Beta', state, 'Done') \$\$;
	CREATE FUNCTION class_first(state text) RETURNS text LANGUAGE sql AS \$\$ SELECT class_of(state, state, 'Beta', 'Done') \$\$"
createdb vsm_words
sql -d vsm_words -c "$functions"

# Every phrase of the list, without what a star stands for or with letters for it, has the class of its line.
awk '/^\t\{"[a-z][a-z]", SENSE_/ { split($0, part, "[\", ]+"); language = part[2]; sense = part[3]; next }
	/^\t\t"/ && language != "" { line = $0; gsub(/^\t\t"|"},?$|"$/, "", line); text = text line
		if ($0 ~ /"}/) {
			count = split(text, phrases, ", ")
			for (i = 1; i <= count; i++) print language "\t" sense "\t" phrases[i]
			text = language = ""
		} }' \
	"$VSM_TOP/src/workflow/state_words.c" >"$tmp/phrases"
ok 'the list was read' test "$(wc -l <"$tmp/phrases")" -gt 2000
sql -d vsm_words -c 'CREATE TABLE phrase (language text, sense text, phrase text)' -c "\\copy phrase FROM '$tmp/phrases'"
is "$(sql -d vsm_words -c "
	SELECT language, sense, phrase, p.middle, p.first
	FROM (SELECT *, class_between(state) AS middle, class_first(state) AS first FROM (
			SELECT *, regexp_replace(regexp_replace(replace(replace(phrase, '* ', ''), ' *', ''), '^\*', more), '\*\$', more) AS state
			FROM phrase, LATERAL (SELECT CASE WHEN phrase ~ '[a-z]' THEN 'xx' ELSE '仮' END AS more) AS m) AS s OFFSET 0) AS p
	WHERE CASE sense
		WHEN 'SENSE_DONE' THEN p.middle <> 'done'
		WHEN 'SENSE_CANCELLED' THEN p.middle <> 'cancelled' OR p.first <> 'new'
		WHEN 'SENSE_NEW' THEN p.middle <> 'new' WHEN 'SENSE_OPEN' THEN p.middle <> 'new'
		WHEN 'SENSE_ACTIVE' THEN p.first <> 'active' WHEN 'SENSE_LAST_STEP' THEN p.first <> 'active'
		WHEN 'SENSE_NEUTRAL' THEN p.middle <> 'active' OR p.first <> 'new'
		WHEN 'SENSE_VERB' THEN false
		ELSE p.middle <> 'waiting' END")" '' 'every phrase says what its line says'

# Turkish lower case makes a dotless i of I; no locale has a part in this.
check_names() { # DATABASE NAME ...
	database=$1
	shift
	for name; do
		printf '%s=%s ' "$name" "$(sql -d "$database" -c "SELECT class_between('$name')")"
	done
}
encoded() { # DATABASE WORDS OPTION ...: creates it; false where the server cannot
	database=$1
	shift
	createdb -T template0 "$@" "$database" >"$tmp/createdb" 2>&1 && sql -d "$database" -c "$functions"
}
if encoded vsm_turkish --locale-provider=icu --icu-locale=tr --locale=C --encoding=UTF8; then
	is "$(check_names vsm_turkish 'IN PROGRESS' 'CLOSING' 'SHIPPED' 'İPTAL' 'FINISHED' 'BILLING REJECTED')" \
		'IN PROGRESS=active CLOSING=active SHIPPED=done İPTAL=active FINISHED=done BILLING REJECTED=cancelled ' 'in Turkish'
fi
encoded vsm_latin1 --locale=C --encoding=LATIN1
is "$(check_names vsm_latin1 'TERMINÉ' 'Geschlossen' 'Gelöst' 'À faire' 'Concluído' 'Überprüfung')" \
	'TERMINÉ=done Geschlossen=done Gelöst=done À faire=new Concluído=done Überprüfung=waiting ' 'in Latin 1'
encoded vsm_euc_jp --locale=C --encoding=EUC_JP
is "$(check_names vsm_euc_jp '完了' 'レビュー待ち' '却下' '未着手')" '完了=done レビュー待ち=waiting 却下=cancelled 未着手=new ' 'in EUC_JP'
# Bytes that nobody says the meaning of are read as UTF-8 if they are that.
encoded vsm_bytes --locale=C --encoding=SQL_ASCII
is "$(check_names vsm_bytes '完了' 'Terminé' 'Closed')" '完了=done Terminé=done Closed=done ' 'of UTF-8 in SQL_ASCII'
is "$(sql -d vsm_bytes -c "SELECT class_between(E'Termin\\xe9'), class_between(E'\\xff\\xfe'), class_between(E'Done \\xc3')")" \
	'active|active|active' 'and of other bytes nothing'
done_testing

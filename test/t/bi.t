# The questions of doc/bi.md: each runs as a role that has the views only, with its filters of Metabase filled in and left out, in three
# time zones; each filter narrows it, so that none is written beside what it is to filter. And what JDBC needs, with the real driver.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error'
createdb vsm_bi
trap 'dropdb --force vsm_bi; psql -Xqd postgres -c "DROP ROLE IF EXISTS vsm_bi_reader"; rm -rf "$tmp"' EXIT
run() { sql -d vsm_bi "$@"; }
run -c 'CREATE EXTENSION vsm' >/dev/null
run -v items=600 -v schema=flow -f "$VSM_TOP/test/bi/model.sql" >"$tmp/output" 2>&1
result $? 'a model of 600 tickets is made'
comment <"$tmp/output"
run -c 'CREATE ROLE vsm_bi_reader LOGIN' -c "CALL vsm.grant_reader('flow', 'vsm_bi_reader')"

# A file a question, named by its number.
awk -v folder="$tmp" '/^```pgsql/ { file = sprintf("%s/question%02d", folder, ++number); next } /^```/ { file = "" } file { print >file }' \
	"$VSM_TOP/doc/bi.md"
is "$(ls "$tmp"/question?? | wc -l)" 10 'there are ten questions'

# ask FILE ZONE NAME=VALUE ...: with these filters, and without those that are not named.
ask() {
	file=$1 zone=$2
	shift 2
	PGTZ=$zone PGUSER=vsm_bi_reader perl -0777 -e '
		my ($file, %value) = (shift, map { split /=/, $_, 2 } @ARGV);
		open(my $in, "<", $file) or die; $_ = <$in>;
		s/\[\[(.*?)\]\]/my $part = $1; my ($name) = $part =~ m"\{\{(\w+)\}\}"; defined $value{$name} ? $part : ""/ges;
		s/\{\{(\w+)\}\}/defined $value{$1} ? qq{\x27$value{$1}\x27} : die "no value for $1\n"/ge;
		print' "$file" "$@" >"$tmp/filled"
	PGTZ=$zone PGUSER=vsm_bi_reader run -f "$tmp/filled"
}
since=$(run -c "SELECT current_date - 200") until=$(run -c "SELECT current_date - 10")
for file in "$tmp"/question??; do
	number=${file##*question}
	ask "$file" UTC >"$tmp/all" 2>&1
	ok "question $number has an answer" test -s "$tmp/all" -a "$(grep -c ERROR "$tmp/all")" = 0
	for zone in America/New_York Pacific/Kiritimati; do
		ask "$file" $zone >"$tmp/there" 2>&1
		# What is up to now goes on.
		is "$(sed 's/\.[0-9]*//g' "$tmp/there" | cut -c1-40)" "$(sed 's/\.[0-9]*//g' "$tmp/all" | cut -c1-40)" "the same in $zone"
	done
	for filter in $(grep -o '{{[a-z_]*}}' "$file" | tr -d '{}' | sort -u); do
		case $filter in
		since) few="since=9999-01-01" some="since=$since" ;;
		until) few="until=0001-01-01" some="until=$until" ;;
		value_stream) few="value_stream=none of them" some="value_stream=Shop" ;;
		team) few="team=none of them" some="team=Blue" ;;
		type) few="type=none of them" some="type=feature" ;;
		esac
		is "$(ask "$file" UTC "$few" 2>&1)" '' "nothing is left with $few"
		ok "something with $some" test -n "$(ask "$file" UTC "$some" | grep -v ERROR)"
	done
done

# The driver is Debian's, or the one that JDBC_DRIVER names.
driver=${JDBC_DRIVER:-/usr/share/java/postgresql.jar}
if ! command -v javac >/dev/null || ! [ -f "$driver" ]; then
	tests=$((tests + 1))
	printf 'ok %d - what JDBC reads # SKIP no driver: apt-get install openjdk-17-jdk-headless libpostgresql-jdbc-java\n' $tests
else
	ok 'the program for JDBC is compiled' javac -d "$tmp/java" "$VSM_TOP/test/bi/Contract.java"
	ok 'the driver of JDBC reads every view, its columns and comments, in three zones' \
		java -cp "$driver:$tmp/java" Contract "$PGHOST/.s.PGSQL.${PGPORT:-5432}" vsm_bi vsm_bi_reader flow
fi
done_testing

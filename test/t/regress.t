# pg_regress and the isolation tester through make installcheck, against the running cluster.
. "$(dirname "$0")/tap.sh"

# The server's account writes what COPY writes; here only pg_regress writes.
for kind in regress isolation; do
	mkdir -p "$tmp/$kind"
done
names=$(cd "$VSM_TOP/test" && ls sql/*.sql specs/*.spec 2>/dev/null | wc -l)
ok "make installcheck: $names files of test/sql and test/specs" \
	make -s -C "$VSM_TOP" installcheck PG_CONFIG="${PG_CONFIG:-pg_config}" \
	REGRESS_OPTS="--inputdir=test --load-extension=vsm --dbname=vsm_regress --outputdir=$tmp/regress" \
	ISOLATION_OPTS="--inputdir=test --load-extension=vsm --dbname=vsm_isolation --outputdir=$tmp/isolation"
cat "$tmp"/*/regression.diffs 2>/dev/null | head -200 | comment
done_testing

# vsm.compare against survdiff of R's package survival (Debian: r-cran-survival), on 200 random pairs.
. "$(dirname "$0")/tap.sh"

Rscript -e 'library(survival)' >"$tmp/output" 2>&1 || skip_all "there is no R with the package survival here"

createdb vsm_survdiff
export PGOPTIONS='-c client_min_messages=warning' PGDATABASE=vsm_survdiff
sql <<'END'
CREATE EXTENSION vsm;
SELECT setseed(0.24);
CREATE TABLE work AS
SELECT pair, cohort, 1 + floor(random() * (3 + pair % 60) * CASE WHEN cohort = 2 AND pair % 2 = 0 THEN 1.6 ELSE 1 END)::int AS days,
	random() < (pair % 5 + 1) / 5.0 AS finished
FROM generate_series(1, 200) AS pair, generate_series(1, 2) AS cohort,
	LATERAL generate_series(1, 2 + (random() * (pair % 80))::int) AS item;
END
sql -c "\copy (SELECT pair, cohort, days, finished::int FROM work) TO '$tmp/work.csv' (FORMAT csv, HEADER)"

# A pair in which nothing tells the two apart has no answer: survdiff then has one group, or a variance of 0.
cat >"$tmp/survdiff.R" <<'END'
library(survival)
options(digits = 17)
median_of <- function(d) { f <- survfit(Surv(days, finished) ~ 1, data = d); f$time[f$surv <= 0.5 + 1e-9][1] }
work <- read.csv(commandArgs(TRUE)[1])
for (d in split(work, work$pair)) {
	s <- tryCatch(survdiff(Surv(days, finished) ~ cohort, data = d), error = function(e) NULL)
	known <- !is.null(s) && all(s$exp > 0) && s$var[1, 1] > 0
	cat(d$pair[1], if (known) s$chisq else "", if (known) pchisq(s$chisq, 1, lower.tail = FALSE) else "",
		median_of(d[d$cohort == 1, ]), median_of(d[d$cohort == 2, ]),
		if (known && s$obs[1] > 0) (s$obs[2] / s$exp[2]) / (s$obs[1] / s$exp[1]) else "", sep = ",")
	cat("\n")
}
END
ok 'R answers' sh -c "Rscript '$tmp/survdiff.R' '$tmp/work.csv' | sed 's/NA//g' >'$tmp/answer.csv'"
sql -c 'CREATE TABLE answer (pair int, chi_square float8, p_value float8, median_a int, median_b int, hazard_ratio float8)' \
	-c "\copy answer FROM '$tmp/answer.csv' (FORMAT csv)"
sql <<'END'
CREATE VIEW ours AS
SELECT pair, c.* FROM (
	SELECT pair, vsm.survival(days * interval '1 day', finished) FILTER (WHERE cohort = 1) AS a,
		vsm.survival(days * interval '1 day', finished) FILTER (WHERE cohort = 2) AS b
	FROM work GROUP BY pair) AS s, vsm.compare(a, b) AS c;
END
is "$(sql -c 'SELECT count(*) FROM answer JOIN ours USING (pair)')" 200 'both answer all pairs'
differ() { sql -c "SELECT o, a FROM ours AS o JOIN answer AS a USING (pair) WHERE $1"; } # CONDITION
is "$(differ 'abs(o.chi_square - a.chi_square) > 1e-9 * a.chi_square + 1e-12 OR (o.chi_square IS NULL) <> (a.chi_square IS NULL)')" '' \
	'chi-square'
is "$(differ 'abs(o.p_value - a.p_value) > 1e-9 * a.p_value OR (o.p_value IS NULL) <> (a.p_value IS NULL)')" '' 'p'
is "$(differ '(extract(days FROM o.median_a), extract(days FROM o.median_b)) IS DISTINCT FROM (a.median_a, a.median_b)')" '' 'medians'
is "$(differ 'abs(o.hazard_ratio - a.hazard_ratio) > 1e-12 * a.hazard_ratio
	OR (o.hazard_ratio IS NULL) <> (a.hazard_ratio IS NULL)')" '' 'observed / expected of both'
is "$(sql -c 'SELECT count(*) >= 40 FROM answer WHERE p_value < 0.05')" t 'some of them differ'
dropdb vsm_survdiff
done_testing

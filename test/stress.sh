#!/bin/sh
# make stress: refresh beside writers, kills and whatever else is done to a model, for half an hour (test/t/stress.t says what), and
# then each minute by pg_cron beside writers (test/t/cron.t), for ten minutes.
#   DURATION=7200 CRON=3600 make stress       seconds; 0: not
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
VSM_STRESS_SECONDS=${DURATION:-1800} VSM_CRON_SECONDS=${CRON:-600} TESTS=
[ "$VSM_STRESS_SECONDS" = 0 ] || TESTS=test/t/stress.t
[ "$VSM_CRON_SECONDS" = 0 ] || TESTS="$TESTS test/t/cron.t"
export VSM_STRESS_SECONDS VSM_CRON_SECONDS TESTS
exec sh "$top/test/check.sh"

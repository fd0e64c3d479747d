#!/bin/sh
# make stress: refresh beside writers, kills and whatever else is done to a model, for half an hour; test/t/stress.t says what.
#   DURATION=7200 make stress       seconds
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
VSM_STRESS_SECONDS=${DURATION:-1800} TESTS=test/t/stress.t
export VSM_STRESS_SECONDS TESTS
exec sh "$top/test/check.sh"

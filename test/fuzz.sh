#!/bin/sh
# make fuzz: every parser under libFuzzer and the sanitizers, a minute each.
#   FUZZ_SECONDS=600 FUZZ='calendar|workflow' make fuzz       longer, and only these
#   FUZZ='timeline binary' FUZZ_INPUT=file make fuzz          one input again
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
[ -z "${FUZZ_INPUT:-}" ] || FUZZ_INPUT=$(realpath "$FUZZ_INPUT")
FUZZ_SECONDS=${FUZZ_SECONDS:-60} VSM_BUILD=sanitized TESTS=test/t/fuzz.t
export FUZZ_INPUT FUZZ_SECONDS VSM_BUILD TESTS
exec sh "$top/test/check.sh"

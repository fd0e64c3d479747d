#!/bin/sh
# make check-superset: the dashboards of bi/superset are what they should be; test/superset.sh says what it takes, test/bi/check.sh what
# is looked at. Ends with status 77 where something that it takes is missing or PyPI cannot be reached.
VSM_SUPERSET=check
export VSM_SUPERSET
exec sh "$(dirname -- "$0")/superset.sh"

#!/bin/sh
# make superset-picture: writes doc/superset.png, the dashboard of a value stream over the generated model.
VSM_SUPERSET=picture
export VSM_SUPERSET
exec sh "$(dirname -- "$0")/superset.sh"

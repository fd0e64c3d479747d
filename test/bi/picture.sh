# Run by test/superset.sh once Superset answers at VSM_URL: the picture of the documentation.
set -eu
python "$VSM_TOP/test/bi/browser.py" "$VSM_URL" "$VSM_WORK" 1600 vsm-value-stream
python "$VSM_TOP/test/bi/shrink.py" "$VSM_WORK/vsm-value-stream-1600.png" "$VSM_TOP/doc/superset.png"
ls -l "$VSM_TOP/doc/superset.png"

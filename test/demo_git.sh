#!/bin/sh
# The part of make demo that reads a git repository: its commits, its tags as releases and the keys in
# its subjects give what each release brought and how long that had waited. Run by test/demo.sh.
# REPO is the repository, by default the project's own. Where there is none, it says so.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
repo=${REPO:-$top}
fields='%x1f'

printf '\nWHAT EACH RELEASE OF A GIT REPOSITORY BROUGHT\n\n'
leave() { printf "%s\n" "$*"; exit 0; }
command -v git >/dev/null || leave 'git is not installed, so this part is left out.'
[ -e "$repo" ] || leave "There is no $repo, so this part is left out."
git -C "$repo" rev-parse --git-dir >/dev/null 2>&1 || {
	reason=$(git -C "$repo" rev-parse --git-dir 2>&1 | head -n 1) || :
	leave "$repo is no git repository that can be read, so this part is left out ($reason)."
}
git -C "$repo" rev-parse -q --verify HEAD >/dev/null || leave "$repo has no commits yet, so this part is left out."

run() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
# Bytes that are no UTF-8 and the character that quotes nothing are dropped from subjects.
clean() { if command -v iconv >/dev/null; then iconv -f UTF-8 -t UTF-8 -c || :; else cat; fi | tr -d '\000\001'; }
format="FORMAT csv, DELIMITER E'\\x1f', QUOTE E'\\x01'"

run -c "CREATE TABLE git_commit (sha text, parents text, authored_at bigint, subject text);
	CREATE TABLE git_tag (type text, sha text, of_type text, of_sha text, tagged_at bigint, name text)"
git -C "$repo" log --encoding=UTF-8 --format="%H$fields%P$fields%at$fields%s" HEAD --branches --tags --remotes |
	clean | run -c "COPY git_commit FROM STDIN ($format)"
git -C "$repo" for-each-ref refs/tags \
	--format='%(objecttype)%1f%(objectname)%1f%(*objecttype)%1f%(*objectname)%1f%(creatordate:unix)%1f%(refname:strip=2)' |
	clean | run -c "COPY git_tag FROM STDIN ($format)"
shallow=$(git -C "$repo" rev-parse --is-shallow-repository 2>/dev/null) || shallow=false
run -v repo="$(basename "$(CDPATH= cd -- "$repo" && pwd)")" -v shallow="$shallow" -f "$top/test/demo_git.sql"

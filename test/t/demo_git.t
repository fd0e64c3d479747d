# The part of make demo that reads a git repository, on one made here.
. "$(dirname "$0")/tap.sh"
command -v git >/dev/null || skip_all 'git is not installed'

# demo DATABASE FOLDER: its output is $output, its exit status $exited.
demo() {
	createdb "$1"
	sql -d "$1" -c 'CREATE EXTENSION vsm'
	output=$(env REPO="$2" PGDATABASE="$1" PGOPTIONS='-c timezone=UTC -c client_min_messages=warning' \
		sh "$VSM_TOP/test/demo_git.sh" 2>&1 </dev/null)
	exited=$?
	dropdb "$1"
}
export GIT_AUTHOR_NAME=author GIT_AUTHOR_EMAIL=author@example.com GIT_COMMITTER_NAME=committer GIT_COMMITTER_EMAIL=committer@example.com
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE || :
repo=$tmp/shop
at() { export GIT_AUTHOR_DATE="$1T12:00:00Z" GIT_COMMITTER_DATE="$1T12:00:00Z"; }
commit() { at "$1"; git -C "$repo" commit -q --allow-empty -m "$2"; }
tag() { at "$1"; git -C "$repo" tag -a "$2" -m "$2"; }
git init -q -b main "$repo"

demo vsm_demo_git "$repo"
is "$exited $(printf '%s\n' "$output" | tail -n 1)" "0 $repo has no commits yet, so this part is left out." 'a repository without commits'
demo vsm_demo_git "$tmp/nothing"
is "$exited $(printf '%s\n' "$output" | tail -n 1)" "0 There is no $tmp/nothing, so this part is left out." 'no folder'
mkdir "$tmp/plain"
output=$(GIT_CEILING_DIRECTORIES=$tmp; export GIT_CEILING_DIRECTORIES; demo vsm_demo_git "$tmp/plain"; printf '%s %s' "$exited" "$output")
like "$output" "$tmp/plain is no git repository that can be read, so this part is left out \(fatal: .*\)\.$" \
	'a folder that is no repository'
like "$output" '^0 ' 'is no error'

# main: PAY-1 to PAY-3, 1.0, PAY-4, PAY-5, 2.0, PAY-6; a branch off 1.0 with a fix is released as 1.1 after 2.0.
commit 2026-01-01 'PAY-1: "quoted", with a \ and é'
commit 2026-01-02 'PAY-2: UTF-8 in receipts'
commit 2026-01-03 'PAY-3: refunds'
tag 2026-01-11 1.0
git -C "$repo" checkout -q -b fixes
commit 2026-01-12 'PAY-7: a fix'
git -C "$repo" checkout -q main
commit 2026-01-13 'PAY-4: invoices'
commit 2026-01-14 'PAY-5: more invoices'
tag 2026-01-24 2.0
git -C "$repo" checkout -q fixes
tag 2026-02-01 1.1
git -C "$repo" tag -a 1.0-again -m again 1.0^{}
git -C "$repo" tag picture "$(printf picture | git -C "$repo" hash-object -w --stdin)"
git -C "$repo" checkout -q main
commit 2026-02-02 'PAY-6: still to come'
demo vsm_demo_git "$repo"
is $exited 0 'a repository with releases'
like "$output" '^shop: 7 commits from 2026-01-01 to 2026-02-02 and 4 tags, taken as releases in order of time\.$' 'what is read'
is "$(printf '%s\n' "$output" | sed -n '/^release/,/^2\.0\|^1\.1/p' | tr -s ' ')" \
	"$(printf '%s\n' 'release tagged new commits issues waited: median 85 % within' \
	'1.0 2026-01-11 3 3 9.0 days 9.7 days' '2.0 2026-01-24 2 2 10.5 days 10.8 days')" 'what releases brought, and how long it had waited'
like "$output" '^1\.1 +2026-02-01 +1 +1 +20\.0 days +20\.0 days$' 'a release branch that is tagged later brings only its own'
like "$output" '^1 tag brought nothing that an earlier release had not: 1\.0-again\.$' 'a tag of an old commit brings nothing'
like "$output" '^Not released yet: 1 commit, the oldest for [0-9.]+ days \(PAY-6: still to come\)\.$' 'what waits'
like "$output" '^ +20\.0 days until 1\.1: PAY-7: a fix$' 'the issue that waited longest'
like "$output" '^ +10\.0 days until 1\.0: PAY-1: "quoted", with a \\ and é$' 'a subject with quotes and backslashes'
is "$(printf '%s\n' "$output" | grep -c UTF-8)" 1 'UTF-8 is a word and no issue'
is "$(printf '%s\n' "$output" | grep -cE 'ERROR|NOTICE|CREATE|COPY')" 0 'nothing else is printed'

git clone -q --depth 1 "file://$repo" "$tmp/shallow"
demo vsm_demo_git "$tmp/shallow"
is $exited 0 'a shallow clone'
like "$output" '^shallow: one commit from 2026-02-02 to 2026-02-02 and no tag, so nothing is released yet\.$' 'has what it has'
like "$output" '^The clone is shallow: older commits, and what they brought, are missing\.$' 'and says so'
done_testing

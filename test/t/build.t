# The build from a clean copy of what is committed and changed: elsewhere, in parallel, without a
# warning, twice without doing anything, cleaned away without a trace, and made into an archive.
. "$(dirname "$0")/tap.sh"
export PG_CONFIG="${PG_CONFIG:-pg_config}"
unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES

version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$VSM_TOP/vsm.control")
is "$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' "$VSM_TOP/META.json" | sort -u | grep -vx 1.0.0)" "$version" \
	'META.json says the version of vsm.control everywhere'
like "$(cat "$VSM_TOP/CHANGELOG.md")" "^## $(printf '%s' "$version" | sed 's/\./\\./g')( |\$)" 'CHANGELOG.md has that version'

ok 'META.json is JSON' sql -c "SELECT \$meta\$$(cat "$VSM_TOP/META.json")\$meta\$::json"
is "$(sql -c "SELECT k FROM unnest('{name,version,abstract,maintainer,license,provides,meta-spec}'::text[]) AS k
	WHERE NOT \$meta\$$(cat "$VSM_TOP/META.json")\$meta\$::jsonb ? k
	UNION ALL SELECT e.key || ' ' || f.name
	FROM jsonb_each(\$meta\$$(cat "$VSM_TOP/META.json")\$meta\$::jsonb -> 'provides') AS e,
		unnest('{abstract,file,docfile,version}'::text[]) AS f (name) WHERE NOT e.value ? f.name")" '' 'with all that PGXN asks for'
is "$(cd "$VSM_TOP" && sed -n 's/^ *"\(doc\)\{0,1\}file": "\(.*\)",*$/\2/p' META.json | xargs ls | wc -l)" 2 \
	'and names files that are there'

git -C "$VSM_TOP" rev-parse --git-dir >/dev/null 2>&1 || { done_testing; }

copy=$tmp/vsm
git clone -q "$VSM_TOP" "$copy" 2>"$tmp/clone" || comment <"$tmp/clone"
# What is changed but not committed is tested too.
(cd "$VSM_TOP" && git ls-files -co --exclude-standard -z | xargs -0 tar -cf - 2>/dev/null) | tar -xf - -C "$copy"
before=$(git -C "$copy" status --porcelain)

mkdir "$tmp/elsewhere"
ok 'builds elsewhere with make -j2 -f, warnings being errors' \
	make -s -j2 -C "$tmp/elsewhere" -f ../vsm/Makefile COPT=-Werror
is "$(git -C "$copy" status --porcelain --ignored)" "$before" 'and leaves nothing in the source'
is "$(make -C "$tmp/elsewhere" -f ../vsm/Makefile | grep -v '^make')" '' 'a second make has nothing to do'
ok 'installs elsewhere' make -s -C "$tmp/elsewhere" -f ../vsm/Makefile install DESTDIR="$tmp/installed"
is "$(find "$tmp/installed" -name "vsm--$version.sql" -exec cmp {} "$tmp/elsewhere/vsm--$version.sql" \; -print | wc -l)" 1 \
	'the script is installed'
is "$(find "$tmp/installed" -name vsm.so -o -name vsm.control | wc -l)" 2 'so are library and control file'
is "$(sed -n '1p' "$tmp/elsewhere/vsm--$version.sql")" '\echo Use "CREATE EXTENSION vsm" to load this file. \quit' \
	'the script says what it is for when psql reads it'
ok 'uninstalls' make -s -C "$tmp/elsewhere" -f ../vsm/Makefile uninstall DESTDIR="$tmp/installed"
is "$(find "$tmp/installed" -type f ! -path '*/bitcode/*')" '' 'and nothing is left'

# In the source folder the objects of the first build are taken, to save the time.
cp -p "$tmp/elsewhere"/*.so "$copy/"
cp -Rp "$tmp/elsewhere/src" "$copy/"
ok 'builds in its own folder' make -s -j2 -C "$copy"
ok 'make clean' make -s -C "$copy" clean
is "$(git -C "$copy" status --porcelain --ignored)" "$before" 'leaves git status as it was'
ok 'make dist' make -s -C "$copy" dist
is "$(cd "$copy" && ls vsm-*.zip)" "vsm-$version.zip" 'makes the archive for PGXN'
done_testing

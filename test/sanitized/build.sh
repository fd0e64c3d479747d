#!/bin/sh
# test/sanitized/build.sh [FOLDER]
# Builds vsm in FOLDER, which has a copy of the sources, with PostgreSQL's assertions, clang's
# AddressSanitizer and UndefinedBehaviorSanitizer (any report ends the process), libFuzzer and its
# driver test/fuzz. A server that is to run it preloads what the file FOLDER/preload lists.
# Without FOLDER it builds nothing, and fails, saying why, where this machine cannot.
set -eu
command -v clang >/dev/null || { echo 'there is no clang'; exit 1; }
asan=$(clang -print-file-name="libclang_rt.asan-$(uname -m).so")
fuzzer=$(clang -print-file-name="libclang_rt.fuzzer_no_main-$(uname -m).a")
for file in "$asan" "$fuzzer"; do
	[ -f "$file" ] || { echo "clang's runtime lacks $file"; exit 1; }
done
LD_PRELOAD=$asan ASAN_OPTIONS=detect_leaks=0 sh -c : >/dev/null 2>&1 || { echo 'AddressSanitizer does not start here'; exit 1; }
[ $# -gt 0 ] || exit 0
cd "$1"

# The server's headers and flags are those of the compiler that built it, most often gcc. Asked for
# with -fwrapv, signed overflow would go unreported.
flags="-g -O1 -fno-omit-frame-pointer -fno-wrapv -DUSE_ASSERT_CHECKING \
	-fsanitize=address,undefined -fno-sanitize-recover=all -shared-libasan"
flags="$flags -Wno-ignored-optimization-argument -Wno-unknown-warning-option -Wno-ignored-attributes -Wno-unused-command-line-argument"
for name in fuzz guarded_memory; do
	clang -c -fPIC -Wall $flags -D_GNU_SOURCE -Isrc -I"$("${PG_CONFIG:-pg_config}" --includedir-server)" -o $name.o test/fuzz/$name.c
done
# The runtime of AddressSanitizer has empty functions with the names of libFuzzer's, hence -Bsymbolic.
make -s -j"$(getconf _NPROCESSORS_ONLN)" CC=clang with_llvm=no COPT="$flags -fsanitize=fuzzer-no-link" \
	SHLIB_LINK="fuzz.o guarded_memory.o -Wl,--whole-archive $fuzzer -Wl,--no-whole-archive -l:libstdc++.so.6 -lm -Wl,-Bsymbolic" >&2

clang -shared -fPIC -Wl,-z,initfirst -o asan_first.so test/sanitized/asan_first.c
echo "$asan $PWD/asan_first.so" >preload

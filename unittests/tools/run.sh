#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh DIR: golden runs of DIR/mkbundle and DIR/splitcon (make test-tools: with sanitizers).
# The last line counts; the status says whether all passed.
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
tools=$(cd "${1:?usage: run.sh DIR}" && pwd)
mkbundle=$tools/mkbundle
splitcon=$tools/splitcon
cross=${PPC_CROSS:-powerpc64le-linux-gnu-}
export ASAN_OPTIONS=detect_leaks=0:exitcode=99 UBSAN_OPTIONS=halt_on_error=1:exitcode=99

need dtc device-tree-compiler
need "${cross}gcc" gcc-powerpc64le-linux-gnu
need "${HOSTCC:-gcc}" gcc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

. "$here/test_images.sh"
. "$here/test_pc.sh"
. "$here/test_source.sh"
. "$here/test_bundle.sh"
. "$here/test_splitcon.sh"

echo "suite tools: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

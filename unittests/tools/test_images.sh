# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels and initial file systems, good and bad; sourced by run.sh.

# build_kernel NAME DATA_AT FLAGS...
build_kernel()
{
	local name=$1 data=$2
	shift 2
	"${cross}gcc" -nostdlib -static -mno-altivec -Wl,--build-id=none -Wl,--no-check-sections \
		-Wl,-T,"$here/kernel.lds" -Wl,--defsym,data_at="$data" "$@" \
		-o "$name" "$here/kernel.S" 2>cc.log || fail "build $name" "$(cat cc.log)"
}

build_kernel kernel 0x8000 -mlittle
build_kernel kernel.be 0x8000 -mbig
build_kernel kernel.overlap 0x5000 -mlittle

# What the linker script and the sources add up to.
layout='alpha: papr, vcpus 1, memory 0x1000000, share 0, entry 0x4004
  0x4000 + 0x2000 from data 0x0 + 0x2000
  0x8000 + 0x6000 from data 0x2000 + 0x1000'

for k in kernel kernel.be; do
	manifest "vcpus = <1>; memory = \"16M\"; kernel = \"$k\";"
	accepts "$k" m.dts -o bundle
	"$mkbundle" --check bundle >out 2>&1
	same "$k: segments" "$layout" "$(sed '$d' out)"
done
dd if=bundle bs=4096 skip=1 count=2 status=none >text
"${cross}objcopy" -O binary -j .text kernel.be text.wanted
same "text is in the bundle" "" "$(cmp text text.wanted 2>&1)"

# bad_kernel NAME FILE REASON: for one partition of 16 MiB
bad_kernel()
{
	manifest "vcpus = <1>; memory = \"${memory:-16M}\"; kernel = \"$2\";"
	refuses "$1" "partitions/alpha: kernel: $2: $3" m.dts -o bundle
}

bad_kernel "missing kernel" nothing "not found beside the manifest, in -I directories or here"
bad_kernel "overlap" kernel.overlap "segments 0x4000 + 0x2000 and 0x5000 + 0x6000 overlap"
memory=32K bad_kernel "memory too small" kernel \
	"segment 0x8000 + 0x6000 is outside memory (0x8000)"
cp /bin/true host
bad_kernel "kernel of the host" host \
	"is for another machine (ELF machine $(od -An -tu2 -j18 -N2 host | tr -d ' ')), not \
64-bit POWER (21)"
"${cross}gcc" -c -o object "$here/kernel.S"
bad_kernel "object file" object "ELF file is not executable (type 1)"
cp kernel k32 && poke k32 4 1
bad_kernel "32-bit" k32 "is a 32-bit ELF file, not 64-bit POWER"
cp kernel order && poke order 5 3
bad_kernel "byte order" order "ELF file of unknown byte order 3"
gzip -c kernel >kernel.gz
bad_kernel "compressed" kernel.gz "is no ELF file but compressed with gzip: unpack it"
echo text >script
bad_kernel "text" script "is no ELF file"
: >empty
bad_kernel "empty" empty "is no ELF file"
mkdir -p dir
bad_kernel "directory" dir "Is a directory"
cp kernel nothing-to-load && poke nothing-to-load 56 0 0
bad_kernel "no program header" nothing-to-load "ELF file has nothing to load"
cp kernel entry && poke entry 24 0 40 0
bad_kernel "entry behind the text" entry "entry 0xc000000000002000 is in no segment"
cp kernel headers && poke headers 54 71
bad_kernel "program header size" headers "program headers of 57 bytes, not 56"
cp kernel far && poke far 39 377
bad_kernel "program headers far away" far \
	"truncated: program headers are beyond its end ($(stat -c %s far) bytes)"
cp kernel fat && poke fat 96 0 377 # p_filesz of the first segment
bad_kernel "more file than memory" fat "segment 0x4000 has 0xff00 bytes for 0x2000 bytes of memory"

# A file cut anywhere is refused, and never by a crash.
size=$(stat -c %s kernel)
cuts=0
manifest 'vcpus = <1>; memory = "16M"; kernel = "cut";'
for ((n = 0; n < size; n += n < 200 ? 3 : 997)); do
	head -c "$n" kernel >cut
	status=0
	"$mkbundle" m.dts -o bundle 2>err || status=$?
	grep -q '^mkbundle: m.dts: partitions/alpha: kernel: cut: \(truncated\|is no ELF\)' err &&
		[ $status = 1 ] && cuts=$((cuts + 1)) ||
		fail "kernel cut at $n" "$status $(cat err)"
done
[ $cuts -gt 80 ] && pass || fail "kernels cut" "only $cuts"
head -c $((size - 1)) kernel >cut
bad_kernel "last byte missing" cut \
	"truncated: section headers are beyond its end ($((size - 1)) bytes)"

# Header bytes at random: refused or accepted, never a crash. Same sequence each time.
RANDOM=4711
for ((n = 0; n < 150; n++)); do
	cp kernel cut
	for ((i = 0; i < 3; i++)); do
		poke cut $((RANDOM % 176)) "$(printf '%o' $((RANDOM % 256)))"
	done
	status=0
	"$mkbundle" m.dts -o bundle >out 2>err || status=$?
	[ $status -le 1 ] || fail "random header $n" "status $status" "$(cat err)"
done
pass

# ---- initrd

head -c 100000 /dev/zero >initrd
manifest 'vcpus = <1>; memory = "16M"; kernel = "kernel"; initrd = "initrd";'
accepts "initrd" m.dts -o bundle
same "initrd: place" "  0x110000 + 0x186a0 from data 0x3000 + 0x186a0, initrd" \
	"$("$mkbundle" --check bundle | sed -n 4p)"
# Room for it ends 4 MiB below the end of memory.
truncate -s $((0x1000000 - 0x400000 - 0x110000)) initrd
accepts "initrd that just fits" m.dts -o bundle
truncate -s +1 initrd
refuses "initrd too large" "partitions/alpha: initrd: initrd: 11468801 bytes do not fit between \
0x110000 and 0xc00000" m.dts -o bundle
manifest 'vcpus = <1>; memory = "2G"; kernel = "kernel"; initrd = "initrd";'
truncate -s $((0x20000000 - 0x400000 - 0x110000 + 1)) initrd
refuses "initrd beyond what a kernel maps" "partitions/alpha: initrd: initrd: 531562497 bytes do \
not fit between 0x110000 and 0x1fc00000" m.dts -o bundle
rm initrd
manifest 'vcpus = <1>; memory = "1M"; kernel = "kernel"; initrd = "kernel";'
refuses "no room for any initrd" "partitions/alpha: initrd: kernel: $size bytes do not fit between \
0x110000 and 0x110000" m.dts -o bundle
manifest 'vcpus = <1>; memory = "16M"; kernel = "kernel"; initrd = "empty";'
refuses "empty initrd" "partitions/alpha: initrd: empty: is empty" m.dts -o bundle
manifest 'vcpus = <1>; memory = "16M"; kernel = "kernel"; initrd = "gone";'
refuses "missing initrd" "partitions/alpha: initrd: gone: not found beside the manifest, in -I \
directories or here" m.dts -o bundle

# ---- functions of the process port

manifest 'vcpus = <1>; memory = "1M"; kernel = "um:spin";'
accepts "function" m.dts -o bundle
same "function: bytes" "UMGUEST.spin." "$(tail -c 13 bundle | tr '\0' .)"
same "function: place" "  0x10000 + 0xd from data 0x0 + 0xd" \
	"$("$mkbundle" --check bundle | sed -n 2p)"
manifest 'vcpus = <1>; memory = "1M"; kernel = "um:";'
refuses "function without a name" "partitions/alpha: kernel: um:: names no function" m.dts -o bundle
manifest 'vcpus = <1>; memory = "64K"; kernel = "um:spin";'
refuses "function outside memory" "partitions/alpha: kernel: um:spin: segment 0x10000 + 0xd is \
outside memory (0x10000)" m.dts -o bundle

# SPDX-License-Identifier: GPL-2.0-or-later
# What a PC boots: PVH, Multiboot, bzImage, good and bad; sourced by run.sh.

x86=${X86_CROSS:-x86_64-linux-gnu-}
need "${x86}gcc" gcc-x86-64-linux-gnu
for p in "gzip gzip" "xz xz-utils" "lz4 lz4" "zstd zstd" "bzip2 bzip2"; do
	# shellcheck disable=SC2086 # command and package
	need $p
done

# build_pc NAME HIGH ENTRY FLAGS...
build_pc()
{
	local name=$1 high=$2 entry=$3
	shift 3
	"${x86}gcc" -nostdlib -static -s -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-w \
		-Wl,-T,"$here/kernel_pc.lds" -Wl,--defsym,high="$high" \
		-Wl,--defsym,entry_at="$entry" "$@" -o "$name" "$here/kernel_pc.S" \
		2>cc.log || fail "build $name" "$(cat cc.log)"
}

# pc NAME PROPERTIES: m.dts for that kernel
pc()
{
	manifest "machine = \"pc\"; vcpus = <1>; memory = \"16M\"; kernel = \"$1\"; $2"
}

bad_pc()
{
	pc "$2" "${4:-}"
	refuses "$1" "partitions/alpha: kernel: $2: $3" m.dts -o bundle
}

# loads NAME FILE START PROPERTIES: with the layout of kernel_pc.lds; START as fdtget says
loads()
{
	pc "$2" "$4"
	accepts "$1" m.dts -o bundle
	"$mkbundle" --check bundle >out 2>&1
	same "$1: segments" "$pc_layout" "$(sed '$d' out)"
	same "$1: start" "$3" "$(fdtget -d usual bundle /partitions/alpha start)"
}

pc_layout='alpha: pc, vcpus 1, memory 0x1000000, share 0, entry 0x100100
  0x100000 + 0x2000 from data 0x0 + 0x2000
  0x102000 + 0x6000 from data 0x2000 + 0x1000'
linked_high=0xffffffff80000000

# ---- ELF

build_pc pvh $linked_high 0x100100 -DNOTE=4
build_pc pvh8 $linked_high 0x100100 -DNOTE=8
build_pc pvh32 0 0x100100 -m32 -DNOTE=4
build_pc both 0 0x100100 -DNOTE=4 -DMULTIBOOT=3
build_pc mb32 0 0 -m32 -DMULTIBOOT=3
build_pc mb64 $linked_high 0 -DMULTIBOOT=1
build_pc plain 0 0
for k in pvh pvh8 pvh32 both; do
	loads "$k" $k usual ""
done
loads "PVH asked for" both usual 'start = "pvh";'
loads "Multiboot asked for" both multiboot 'start = "multiboot";'
for k in mb32 mb64; do
	loads "$k" $k multiboot ""
done
manifest 'vcpus = <1>; memory = "16M"; kernel = "pvh";'
accepts "machine by option" m.dts -o bundle -M pc
same "machine by option: name" pc "$(fdtget bundle /partitions/alpha machine)"
refuses "unknown machine by option" 'partitions/alpha: machine: unknown machine "vax"' m.dts \
	-o bundle -M vax
manifest 'machine = "papr"; vcpus = <1>; memory = "16M"; kernel = "kernel";'
accepts "a machine's name is before the option" m.dts -o bundle -M pc
manifest 'vcpus = <1>; memory = "16M"; kernel = "kernel"; start = "pvh";'
refuses "start on POWER" 'partitions/alpha: kernel: kernel: "papr" has no start "pvh"' m.dts \
	-o bundle

both="PVH entry (ELF note Xen 18) and no Multiboot header"
bad_pc "no entry" plain "has no $both"
bad_pc "text for a PC" script "has no $both"
bad_pc "empty for a PC" empty "has no $both"
bad_pc "no PVH" mb32 "has no PVH entry (ELF note Xen 18)" 'start = "pvh";'
bad_pc "no Multiboot" pvh "has no Multiboot header" 'start = "multiboot";'
bad_pc "unknown start" pvh '"pc" has no start "fast"' 'start = "fast";'
bad_pc "POWER kernel" kernel "is for another machine (ELF machine 21), not x86 (62)"
build_pc x32 0 0x100100 -mx32 -DNOTE=4
bad_pc "x32" x32 "is for another machine (ELF machine 62), not x86 (3)"
cp pvh class && poke class 4 3
bad_pc "unknown class" class "ELF file of unknown class 3"
build_pc outside $linked_high 0x100100 -DNOTE=2
bad_pc "short note" outside "PVH note has 2 bytes, not 4 or 8"
build_pc outside $linked_high 0x103000 -DNOTE=4
bad_pc "entry in the bss" outside "PVH entry 0x103000 is in no segment"
manifest 'machine = "pc"; vcpus = <1>; memory = "1M"; kernel = "pvh";'
refuses "PC memory too small" "partitions/alpha: kernel: pvh: segment 0x100000 + 0x2000 is outside \
memory (0x100000)" m.dts -o bundle
build_pc note $linked_high 0x100100 -DNOTE=4
poke note $((0x4000 + 4)) 0 0 1 # descsz of the first note
bad_pc "damaged note" note "note at 0x4000 is damaged"
cp pvh note && poke note $((64 + 2 * 56 + 34)) 1 # p_filesz of the notes
bad_pc "notes beyond the end" note \
	"truncated: notes need $((0x4000 + 44 + 65536)) bytes, file has $(stat -c %s note)"

# ---- Multiboot with addresses

build_pc flat 0 0 -m32 -DMULTIBOOT=0x10003
dd if=flat of=flat.bin bs=4096 skip=1 count=3 status=none
pc_elf=$pc_layout
pc_layout='alpha: pc, vcpus 1, memory 0x1000000, share 0, entry 0x100100
  0x100000 + 0x8000 from data 0x0 + 0x3000'
loads "addresses" flat.bin multiboot ""
loads "addresses in an ELF file" flat multiboot ""
pc_layout=$pc_elf
build_pc video 0 0 -m32 -DMULTIBOOT=7
bad_pc "video mode" video "Multiboot header asks for what there is not (flags 0x7)"
head -c 30 flat.bin >cut
bad_pc "cut header" cut "truncated: its Multiboot header is cut"
head -c 8192 flat.bin >cut
bad_pc "cut flat image" cut "truncated: loads 0x100000 to 0x103000, file has 8192 bytes"
cp flat.bin wild && poke wild 20 0 0 0 0 # load_addr
bad_pc "load address before the file" wild "Multiboot header: loads from before the file's start"
cp flat.bin wild && poke wild 32 0 60 # entry_addr
bad_pc "entry outside" wild "entry 0x103000 is in no segment"
cp flat.bin wild && poke wild 24 0 0 20 # load_end_addr = load_addr
bad_pc "empty load" wild "truncated: loads 0x100000 to 0x100000, file has 12288 bytes"

# ---- bzImage

# le32 NUMBER: its bytes in octal for poke
le32()
{
	printf '%o %o %o %o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24))
}

# bzimage NAME PAYLOAD: one of 4 setup sectors, the payload 16 bytes behind them
bzimage()
{
	truncate -s 0 "$1"
	truncate -s $((5 * 512 + 16)) "$1"
	cat "$2" >>"$1"
	poke "$1" $((0x202)) 110 144 162 123 15 2 # HdrS, 2.13
	# shellcheck disable=SC2046
	poke "$1" $((0x248)) $(le32 16) $(le32 "$(stat -c %s "$2")")
}

cat pvh pvh >relocations # behind the ELF file stands more
for p in "gzip -nc" "xz -c --check=crc32" "xz -c --format=lzma" "lz4 -lc" "zstd -qc" "bzip2 -c"; do
	$p <relocations >payload 2>/dev/null
	# shellcheck disable=SC2046,SC2059
	[ "$p" = "gzip -nc" ] ||
		printf "$(printf '\\%s' $(le32 "$(stat -c %s relocations)"))" >>payload
	bzimage bz payload
	loads "bzImage: $p" bz usual ""
	# One byte wrong, in the middle where there are check sums; then the size wrong; then cut.
	case $p in
	lz4*) at=$((2576 + 7)) ;; # size of the block
	*lzma) at=$((2576 + 13)) ;; # always 0
	*) at=$((2576 + $(stat -c %s payload) / 2)) ;;
	esac
	cp bz bad && poke bad $at 252
	pc bad ""
	refuses "bzImage: $p: damaged" "partitions/alpha: kernel: bad: ${p%% *} cannot unpack the \
kernel in it" m.dts -o bundle
	cp bz bad && poke bad $(($(stat -c %s bz) - 4)) 377
	size=$(stat -c %s relocations)
	why="damaged: unpacks to $size bytes, not $(((size & ~255) + 255))"
	[ "$p" != "gzip -nc" ] || why="gzip cannot unpack the kernel in it"
	bad_pc "bzImage: $p: size" bad "$why"
	truncate -s -1 bz
	bad_pc "bzImage: $p: cut" bz "truncated: the packed kernel needs $(($(stat -c %s bz) + 1)) \
bytes, file has $(stat -c %s bz)"
done
bzimage bz plain
bad_pc "unknown packing" bz "packed in an unknown way (7f 45 4c 46)"
printf abc >payload
bzimage bz payload
bad_pc "nothing packed" bz "the packed kernel has 3 bytes"
poke bz $((0x206)) 7
bad_pc "old protocol" bz "boot protocol 2.07, at least 2.08 is needed"
gzip -nc <plain >payload
bzimage bz payload
bad_pc "packed without an entry" bz "has no $both"
gzip -nc <kernel >payload
bzimage bz payload
bad_pc "packed for POWER" bz "is for another machine (ELF machine 21), not x86 (62)"
bzimage bz payload
mkdir -p nothing
ln -sf "$(command -v dtc)" nothing/dtc
pc bz ""
PATH=$work/nothing "$mkbundle" m.dts -o bundle 2>err
same "no gzip" "1 mkbundle: m.dts: partitions/alpha: kernel: gzip cannot run (No such file or \
directory): apt-get install gzip" "$? $(cat err)"
rm nothing/dtc

# Bytes of the headers at random, and cut files: refused or accepted, never a crash.
RANDOM=4712
gzip -nc <pvh >payload
bzimage bz payload
for ((n = 0; n < 200; n++)); do
	set -- pvh 176 flat.bin 48 both 4200 bz 600
	shift $((n % 4 * 2))
	cp "$1" cut
	for ((i = 0; i < 3; i++)); do
		poke cut $((RANDOM % $2)) "$(printf '%o' $((RANDOM % 256)))"
	done
	[ $((n % 3)) != 0 ] || truncate -s $((RANDOM % $(stat -c %s cut))) cut
	pc cut ""
	status=0
	"$mkbundle" m.dts -o bundle >out 2>err || status=$?
	[ $status -le 1 ] || fail "random PC image $n" "status $status" "$(cat err)"
done
pass

# ---- initrd

head -c 100000 /dev/zero >initrd
pc pvh 'initrd = "initrd";'
accepts "PC initrd" m.dts -o bundle
same "PC initrd: place" "  0x210000 + 0x186a0 from data 0x3000 + 0x186a0, initrd" \
	"$("$mkbundle" --check bundle | sed -n 4p)"
# Neither reaches the hole for devices at 3 GiB, however much memory there is.
memory8='machine = "pc"; vcpus = <1>; memory = "8G";'
cp pvh big && poke big 160 0 340 237 277 # p_memsz of the data
manifest "$memory8 kernel = \"big\"; initrd = \"initrd\";"
refuses "PC initrd in the hole" "partitions/alpha: initrd: initrd: 100000 bytes do not fit between \
0xbfc00000 and 0xbfc00000" m.dts -o bundle
poke big 160 0 0 0 300
manifest "$memory8 kernel = \"big\";"
refuses "PC kernel in the hole" "partitions/alpha: kernel: big: segment 0x102000 + 0xc0000000 is \
outside memory (0xc0000000)" m.dts -o bundle

# SPDX-License-Identifier: GPL-2.0-or-later
# The file that comes out: size, damage, options; sourced by run.sh behind test_source.sh.

two="vcpus = <1>; memory = \"16M\";"

# size_of_two KERNEL KERNEL: a bundle of two partitions with these kernels
size_of_two()
{
	tree "$compat partitions { a { $two kernel = \"$1\"; }; b { $two kernel = \"$2\"; }; };"
	accepts "two partitions" m.dts -o bundle
	size=$(stat -c %s bundle)
}

cp kernel kernel.copy
cp kernel kernel.other
poke kernel.other $((0x10000 + 100)) 252
"${cross}objcopy" -O binary -j .text kernel.other text
cmp -s text text.wanted && fail "another kernel" "poke did not change the text"
size_of_two kernel kernel.copy
same "same content is stored once" $((4096 + 0x3000)) "$size"
size_of_two kernel kernel.other
same "other content is stored too" $((4096 + 0x5000)) "$size"

cp bundle first
"$mkbundle" m.dts -o bundle
same "same input, same bundle" "" "$(cmp first bundle 2>&1)"
same "no other file is left" "" "$(ls bundle.* 2>/dev/null)"

accepts "--limit not reached" m.dts -o bundle --limit 24K
refuses "--limit" "bundle has 24576 bytes, the limit is 20480" m.dts -o bundle --limit 20K
head -c 140000000 /dev/urandom >initrd
tree "$compat partitions { a { vcpus = <1>; memory = \"1G\";
	kernel = \"kernel\"; initrd = \"initrd\"; }; };"
refuses "limit of the machine" "bundle has 140016384 bytes, the limit is 134217728" m.dts -o bundle
rm initrd
tree "$compat partitions { a { $two kernel = \"kernel\"; }; };"
accepts "--check of a source" --check m.dts
same "--check writes nothing" "" "$(ls bundle 2>/dev/null)"
same "--check counts" "partitions 1, bytes 16384" "$(tail -n 1 out)"
cp m.dts bad.dts && sed -i 's/"kernel"/"${X}"/' bad.dts
refuses "--check of a bad source" "partitions/a: kernel: \${X} is not defined: give -D X=VALUE" \
	--check bad.dts

accepts "bundle for damage" m.dts -o good
refuses "a bundle is no manifest" "/: compatible: must be \"rhype,manifest-v1\"" good -o bundle
cp good bad && poke bad 5000 252
refuses "damaged image" "/: data-sum: image data is damaged" --check bad
head -c 16383 good >bad
refuses "cut bundle" "/: data-size: bundle is truncated: 12288 bytes, has 12287" --check bad
cp good bad && poke bad "$(($(grep -abo papr good | cut -d: -f1) + 1))" 0
refuses "changed tree" "partitions/a: machine: must be one string that ends in NUL" --check bad

"$mkbundle" m.dts -o nothing/such/bundle 2>err
same "cannot write" "1 mkbundle: nothing/such/bundle: No such file or directory" "$? $(cat err)"
for args in "" "m.dts" "m.dts -o" "m.dts x.dts -o b" "m.dts --check -o b" "m.dts -o b --limit 5X" \
	"m.dts -o b -D novalue" "m.dts -o b --frob"; do
	# shellcheck disable=SC2086 # words on purpose
	"$mkbundle" $args >out 2>err
	same "usage: $args" "2 usage" "$? $(sed -n '2s/:.*//p' err)"
done
"$mkbundle" --help >out 2>err
same "--help" "0 usage" "$? $(sed -n '1s/:.*//p' out)"

# SPDX-License-Identifier: GPL-2.0-or-later
# Manifest sources: each property, each refusal; sourced by run.sh behind test_images.sh.

ok='vcpus = <1>; memory = "16M"; kernel = "kernel";'

# bad TEXT PROPERTIES: refused with node, property and reason
bad()
{
	manifest "$2"
	refuses "$2" "$1" m.dts -o bundle
}

# memory_is BYTES PROPERTY
memory_is()
{
	manifest "vcpus = <1>; kernel = \"um:x\"; $2"
	accepts "$2" m.dts -o bundle
	same "$2" "$1" "$("$mkbundle" --check bundle | sed -n '1s/.*memory \([^,]*\),.*/\1/p')"
}

memory_is 0x20000000 'memory = "512M";'
memory_is 0x80000000 'memory = "2G";'
memory_is 0x20000 'memory = "128K";'
memory_is 0x100000 'memory = "1048576";'
memory_is 0x100000 'memory = "0x100000";'
memory_is 0x40000000 'memory = "1048576K";'
memory_is 0x100001000 'memory = <1 0x1000>;'
bad "partitions/alpha: memory: missing" 'vcpus = <1>; kernel = "kernel";'
bad "partitions/alpha: memory: must not be 0" 'memory = "0M";'
bad "partitions/alpha: memory: must not be 0" 'memory = <0 0>;'
bad "partitions/alpha: memory: \"12Q\" is no number of bytes such as \"512M\"" 'memory = "12Q";'
bad "partitions/alpha: memory: \"-1M\" is no number of bytes such as \"512M\"" 'memory = "-1M";'
bad "partitions/alpha: memory: \"1 M\" is no number of bytes such as \"512M\"" 'memory = "1 M";'
bad "partitions/alpha: memory: \"99999999T\" is no number of bytes such as \"512M\"" \
	'memory = "99999999T";'
bad "partitions/alpha: memory: must be at most 281474976710656, is 1125899906842624" \
	'memory = "1024T";'
bad "partitions/alpha: memory: must be a string such as \"512M\", or 2 cells" 'memory = <4096>;'
bad "partitions/alpha: memory: must be a string such as \"512M\", or 2 cells" 'memory;'
bad "partitions/alpha: memory: must be a multiple of 4096, is 1048577" \
	'vcpus = <1>; memory = "1048577"; kernel = "um:x";'

bad "partitions/alpha: kernel: missing" 'vcpus = <1>; memory = "16M";'
bad "partitions/alpha: kernel: must be one string" 'kernel = "a", "b";'
bad "partitions/alpha: vcpus: missing" 'memory = "16M"; kernel = "kernel";'
bad "partitions/alpha: vcpus: must be 1 .. 16, is 0" \
	"memory = \"16M\"; kernel = \"kernel\"; vcpus = <0>;"
bad "partitions/alpha: vcpus: must be 1 .. 16, is 17" \
	"memory = \"16M\"; kernel = \"kernel\"; vcpus = <17>;"
bad "partitions/alpha: vcpus: must be 1 cell, has 2 bytes" \
	"memory = \"16M\"; kernel = \"kernel\"; vcpus = \"1\";"
bad "partitions/alpha: share: must be 0 .. 64, is 65" "$ok share = <65>;"
bad "partitions/alpha: cpus: must be 1 .. 4294967295, is 0" "$ok cpus = <0>;"
bad "partitions/alpha: hold: takes no value" "$ok hold = \"yes\";"
bad "partitions/alpha: machine: unknown machine \"vax\"" "$ok machine = \"vax\";"
bad "partitions/alpha: vcpu: unknown property" "$ok vcpu = <1>;"
bad "partitions/alpha: entry: unknown property" "$ok entry = <0 0>;"
bad "partitions/alpha: disk: unknown node" "$ok disk { };"
bad "partitions/alpha: bootargs: is longer than 511 characters" \
	"$ok bootargs = \"$(printf 'x%.0s' {1..512})\";"

# ---- the tree

# tree TEXT: m.dts with this root node
tree()
{
	printf '/dts-v1/; / { %s };\n' "$1" >m.dts
}
compat='compatible = "rhype,manifest-v1";'

# bad_tree TEXT ROOT
bad_tree()
{
	tree "$2"
	refuses "$2" "$1" m.dts -o bundle
}

bad_tree "/: compatible: missing" 'partitions { };'
bad_tree "/: compatible: must be \"rhype,manifest-v1\"" 'compatible = "linux"; partitions { };'
bad_tree "/: model: unknown property" "$compat model = \"x\"; partitions { };"
bad_tree "memory: unknown node" "$compat memory { };"
bad_tree "partitions: missing" "$compat"
bad_tree "partitions: names no partition" "$compat partitions { };"
bad_tree "partitions: share: unknown property" "$compat partitions { share = <1>; };"
bad_tree "hypervisor: quiet: unknown property" \
	"$compat hypervisor { quiet; }; partitions { a { $ok }; };"
bad_tree "hypervisor: console: must be \"lines\" or \"framed\"" \
	"$compat hypervisor { console = \"tty\"; }; partitions { a { $ok }; };"
bad_tree "hypervisor: slot-us: must be 100 .. 100000, is 5" \
	"$compat hypervisor { slot-us = <5>; }; partitions { a { $ok }; };"
bad_tree "hypervisor: x: unknown node" "$compat hypervisor { x { }; };"
bad_tree "partitions/a@1: name may have letters, digits, - _ . only" \
	"$compat partitions { a@1 { $ok }; };"
bad_tree "partitions/b: console: partition a has it already" \
	"$compat partitions { a { $ok console; }; b { $ok console; }; };"
long=p2345678901234567890123456789012
bad_tree "partitions/$long: name must have 1 .. 31 characters" \
	"$compat partitions { $long { $ok }; };"
tree "$compat partitions { $(for i in {1..33}; do printf 'p%s { %s };' "$i" "$ok"; done) };"
refuses "33 partitions" "partitions: has more than 32 nodes" m.dts -o bundle
tree "$compat hypervisor { console = \"framed\"; slot-us = <1000>; }; partitions {
	a { $ok share = <64>; cpus = <3>; machine = \"papr\"; bootargs = \"a b\"; console; hold; };
	b { $ok controller; }; };"
accepts "all properties" m.dts -o bundle
while read -r n q t want; do
	same "all properties: $n $q" "$want" "$(fdtget -t "$t" bundle "$n" "$q" | tr -d '\n')"
done <<-'END'
	/hypervisor console s framed
	/hypervisor slot-us u 1000
	/partitions/a share u 64
	/partitions/a cpus u 3
	/partitions/a machine s papr
	/partitions/a bootargs s a b
	/partitions/a console s
	/partitions/a hold s
	/partitions/b controller s
	/partitions/b machine s papr
END
same "controller is b alone" "$(printf 'bad\n')" \
	"$(fdtget -d bad -t s bundle /partitions/a controller)"

# ---- names twice: dtc refuses them in source; a compiled tree can have them
tree "$compat partitions { a { $ok }; a { $ok }; };"
refuses "one name twice, source" "dtc could not compile it" m.dts -o bundle
dtc -f -q -I dts -O dtb m.dts -o m.dtb 2>/dev/null
refuses "one name twice, compiled" "partitions/a: two partitions have this name" m.dtb -o bundle
for n in hypervisor partitions; do
	tree "$compat hypervisor { }; hypervisor { }; partitions { a { $ok }; }; partitions { };"
	[ $n = hypervisor ] && sed -i 's/ partitions { };//' m.dts ||
		sed -i 's/hypervisor { };//g' m.dts
	dtc -f -q -I dts -O dtb m.dts -o m.dtb 2>/dev/null
	refuses "$n twice" "$n: given twice" m.dtb -o bundle
done
manifest "$ok"
dtc -q -I dts -O dtb m.dts -o m.dtb
accepts "compiled tree" m.dtb -o bundle
head -c 100 m.dtb >cut.dtb
refuses "cut tree" "no valid device tree: FDT_ERR_TRUNCATED" cut.dtb -o bundle
RANDOM=815
for ((n = 0; n < 150; n++)); do
	cp m.dtb cut.dtb
	for ((i = 0; i < 2; i++)); do
		poke cut.dtb $((RANDOM % $(stat -c %s m.dtb))) "$(printf '%o' $((RANDOM % 256)))"
	done
	status=0
	"$mkbundle" cut.dtb -o bundle >out 2>err || status=$?
	[ $status -le 1 ] || fail "random tree $n" "status $status" "$(cat err)"
done
pass
echo 'no tree at all' >m.dts
refuses "no source" "dtc could not compile it" m.dts -o bundle
refuses "no such manifest" "No such file or directory" gone.dts -o bundle
mkdir -p nothing
manifest "$ok"
PATH=$work/nothing "$mkbundle" m.dts -o bundle 2>err
same "no dtc" "1 mkbundle: m.dts: dtc cannot run (No such file or directory): apt-get install \
device-tree-compiler" "$? $(cat err)"

# ---- variables and directories

manifest 'vcpus = <1>; memory = "${MEM}"; kernel = "${DIR}/${K}"; bootargs = "a=${K} $ {b}";'
mkdir -p images/deep
cp kernel images/deep/linux
refuses "variable not given" "partitions/alpha: memory: \${MEM} is not defined: give -D MEM=VALUE" \
	m.dts -o bundle
accepts "variables" m.dts -o bundle -D MEM=16M -D DIR=images/deep -D K=x -D K=linux
same "variables: bootargs" 'a=linux $ {b}' "$(fdtget bundle /partitions/alpha bootargs)"
accepts "-I" m.dts -o bundle -D MEM=16M -D DIR=deep -D K=linux -I nothing -I images
manifest 'vcpus = <1>; memory = "${MEM"; kernel = "kernel";'
refuses "open brace" "partitions/alpha: memory: \"\${MEM\" has no closing brace" m.dts -o bundle
manifest 'vcpus = <1>; memory = "16M"; kernel = "linux";'
cp m.dts images/deep
accepts "image beside the manifest" images/deep/m.dts -o bundle
cp m.dts images
(cd images/deep && "$mkbundle" ../m.dts -o ../../bundle) 2>err
same "image in the current directory" "" "$(cat err)"

# SPDX-License-Identifier: GPL-2.0-or-later
#
# The checks of lint.sh that need compilers: headers stand alone, the core uses what the contract
# offers and nothing else, each port offers all of it, the portable code compiles big-endian too.
# Sourced by lint.sh.

ports='um ppc64 x86_64'
# include/libc before the compiler's: a cross compiler alone has no libc headers
ppc_flags='-mcpu=power8 -msoft-float -mno-altivec -mno-vsx -isystem include/libc'
x86_flags='-mno-sse -mno-mmx -mno-80387 -mno-red-zone -fcf-protection=none -isystem include/libc'

# compile PORT ARGS...: the port's own compiler and the flags that decide what compiles
compile()
{
	p=$1
	shift
	case $p in
	um) cc=gcc ;;
	ppc64) cc="powerpc64le-linux-gnu-gcc $ppc_flags" ;;
	ppc64be) cc="powerpc64-linux-gnu-gcc $ppc_flags" ;;
	x86_64) cc="x86_64-linux-gnu-gcc $x86_flags" ;;
	esac
	$cc -std=gnu11 -ffreestanding -Wall -Wextra -Werror -O1 -fno-stack-protector -fno-pic \
		-fno-pie -DHV_DEBUG=1 -iquote include -iquote "arch/${p%be}" "$@"
}

compilers()
{
	need gcc gcc && need nm binutils &&
		need powerpc64le-linux-gnu-gcc gcc-powerpc64le-linux-gnu &&
		need x86_64-linux-gnu-gcc gcc-x86-64-linux-gnu
}

# First message of a compiler that belongs to a file, or the whole text
first_error()
{
	grep -m 1 -E '^[^ ]+:[0-9]+:.*(error|warning)' "$1" |
		sed 's/^\([^:]*:[0-9]*\):[0-9]*: /\1: /' | grep . || sed "s|^|$2:1: |;q" "$1"
}

check_headers()
{
	compilers || return
	list=$(files '^include/.*\.h$')
	some "$list" 'shared headers' || return
	for p in $ports; do
		own=$(files "^arch/$p/.*\.h\$")
		some "$own" "headers of arch/$p" || continue
		for h in $list $own; do
			echo "#include \"$h\"" |
				compile "$p" -I. -fsyntax-only -x c - 2>"$tmp/cc" ||
				first_error "$tmp/cc" "$h"
		done
	done
}

# declared HEADER...: names of functions that the headers declare, and of their extern objects
declared()
{
	ctags --quiet --language-force=C --kinds-C=p -x "$@" | awk '{ print $1 }'
	sed -n 's/^extern .*[ *]\([a-z_0-9]*\)\(\[[^]]*\]\)*;.*/\1/p' "$@"
}

# Names the port may call in the core (end of arch.h): the core defines them
upcalls='hv_main cpu_main hcall_light pc_light pc_look'

# The guest machines of a port: folders of the core, and headers include/arch_NAME.h
machines()
{
	case ${1:-um} in
	um) echo papr pc ;;
	ppc64*) echo papr ;;
	x86_64) echo pc ;;
	esac
}

# contract [PORT]: what that port must offer; without one, all there is
contract()
{
	declared include/arch.h $(for m in $(machines "$@"); do
		files "^include/arch_$m\.h\$"
	done) | sort -u
}

# core_files PORT: what of the core an image of it links
core_files()
{
	for f in $(files "$core_c"); do
		case $f in
		core/papr/* | core/pc/*)
			m=${f#core/}
			case " $(machines "$1") " in
			*" ${m%%/*} "*) ;;
			*) continue ;;
			esac
			;;
		esac
		echo "$f"
	done
}

# objects PORT: compile the core for it into $tmp/obj.PORT
objects()
{
	mkdir -p "$tmp/obj.$1"
	for f in $(core_files "$1"); do
		o=$tmp/obj.$1/$(echo "$f" | tr / _).o
		compile "$1" -c -o "$o" "$f" 2>"$tmp/cc" || first_error "$tmp/cc" "$f"
	done
}

check_core_uses()
{
	compilers && need ctags universal-ctags || return
	some "$(files "$core_c")" 'files of the core' || return
	some "$(contract)" 'functions of the contract' || return
	# what inline functions of the port's own types use; what freestanding code may use; libfdt
	{
		contract
		declared include/hvstring.h include/machine.h
	} >"$tmp/base"
	for p in $ports; do
		objects "$p"
		{
			cat "$tmp/base"
			declared arch/"$p"/arch_types.h 2>/dev/null
		} | sort -u >"$tmp/allowed"
		nm -A --defined-only "$tmp/obj.$p"/*.o | awk '{ print $NF }' | sort -u >"$tmp/have"
		nm -A --undefined-only "$tmp/obj.$p"/*.o |
			sed "s|^.*/core_\([^:]*\)\.o:.* \([^ ]*\)\$|\1 \2|" | while read -r f s; do
			case $s in
			fdt_* | .TOC.) continue ;;
			esac
			grep -qxF -e "$s" "$tmp/have" "$tmp/allowed" ||
				bad "core/$(echo "$f" | sed -E 's,^(papr|pc|vio)_,\1/,')" 1 \
					"uses $s ($p), which the contract does not offer"
		done
	done
}

check_port_defines()
{
	need ctags universal-ctags || return
	some "$(contract)" 'functions of the contract' || return
	ctags --quiet --language-force=C --kinds-C=f -x $(files "$core_c") |
		awk '{ print $1 }' >"$tmp/core"
	for u in $upcalls; do
		# a machine that the core does not have needs no upcall
		[ "${u#pc_}" != "$u" ] && [ -z "$(files '^core/pc/')" ] && continue
		grep -qx "$u" "$tmp/core" || bad include/arch.h 1 "the core does not define $u"
	done
	for p in $ports; do
		src=$(files "^arch/$p/.*\.[ch]\$")
		some "$src" "files of arch/$p" || continue
		{
			ctags --quiet --language-force=C --kinds-C=fv -x $src | awk '{ print $1 }'
			sed -n 's/^[[:blank:]]*\.globa*l[[:blank:]]*//p' \
				$(files "^arch/$p/.*\.S\$") /dev/null | tr -d ' \t' | tr , '\n'
		} | sort -u >"$tmp/have"
		for f in $(contract "$p"); do
			case " $upcalls " in
			*" $f "*)
				if grep -qx "$f" "$tmp/have"; then
					bad "arch/$p" 0 "defines $f, which is the core's"
				fi
				;;
			*)
				grep -qx "$f" "$tmp/have" || bad "arch/$p" 0 "does not define $f"
				;;
			esac
		done
	done
}

check_big_endian()
{
	need powerpc64-linux-gnu-gcc gcc-powerpc64-linux-gnu || return
	list=$(core_files ppc64 && files '^arch/ppc64/.*\.c$')
	some "$list" 'files of the core' || return
	for f in $list; do
		compile ppc64be -fsyntax-only "$f" 2>"$tmp/cc" || first_error "$tmp/cc" "$f"
	done
}

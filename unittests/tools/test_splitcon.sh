# SPDX-License-Identifier: GPL-2.0-or-later
# The console splitter; sourced by run.sh.

# is FILE FORMAT: FILE has exactly these bytes.
is()
{
	# shellcheck disable=SC2059 # the format is the text
	printf "$2" >wanted
	same "$1" "" "$(cmp wanted "$1" 2>&1)"
}

# Firmware, then frames, one text in two pieces; a head of length 0 is no frame; SOF after SOF.
printf 'SLOF\r\nstart' >frames
printf '\001\000\005hello\001\002\003ab\n\001\000\007 world\n' >>frames
printf '!\001\003\000?' >>frames
printf '\001\001\001\001\001\377\002\001\r\001\001\003z\r\n' >>frames

"$splitcon" -d split <frames >out 2>err
same "files: status" "0 " "$? $(cat out err)"
same "files" "0.log 1.log 2.log 255.log raw.log" "$(cd split && echo *)"
is split/raw.log 'SLOF\r\nstart!\001\003\000?'
is split/0.log 'hello world\n'
is split/1.log '\001z\r\n'
is split/2.log 'ab\n'
is split/255.log '\001\r'

"$splitcon" <frames >out
is out '[raw] SLOF\n[2] ab\n[0] hello world\n[1] \001z\n[255] \001\n[raw] start!\001\003??\n'
"$splitcon" -c 0 frames >out
is out 'hello world\n'
"$splitcon" -c raw <frames >out
is out 'SLOF\r\nstart!\001\003\000?'

# Each way to be cut inside a frame: what came is kept and the cut is told.
for n in 1 2 3 5; do
	printf '\001\002\004abcd' | head -c $n | "$splitcon" -c 2 >out 2>err
	same "cut after $n" "0 splitcon: input ended inside a frame" "$? $(cat err)"
	is out "$(printf 'abcd' | head -c $((n > 3 ? n - 3 : 0)))"
done

# Long lines and long texts.
head -c 600 /dev/zero | tr '\0' x >long
"$splitcon" -i 7 <long >frames
same "frames of a long text" "609 1 7 255 1 7 255 1 7 90" "$(stat -c %s frames) $(
	for at in 0 258 516; do od -An -tu1 -j$at -N3 frames; done | xargs)"
"$splitcon" -c 7 frames >out
same "long text comes back" "" "$(cmp long out 2>&1)"

printf '1 ls\n25  two words\n\nno channel\n300 x\n3' | "$splitcon" -i any >out 2>err
is out '\001\001\003ls\n\001\031\013 two words\n'
same "lines without a channel" "3 splitcon: input line has no channel" \
	"$(wc -l <err) $(sed -n '1s/: *$//p' err)"

# A socket, byte by byte in, frames back. It ends when the peer closes.
"${HOSTCC:-gcc}" -std=gnu11 -Wall -Wextra -Werror -o peer "$here/peer.c" || fail "peer" "no build"
printf 'fw\n\001\001\006login:\001\002\002b\n' >frames
./peer sock frames 8 >back &
peer=$!
for ((i = 0; i < 200; i++)); do
	[ -S sock ] && break
	sleep 0.05
done
printf 'root\n' | timeout 20 "$splitcon" -i 1 -d socket sock >out 2>err
same "socket: status" "0 " "$? $(cat out err)"
wait $peer
same "socket: peer" 0 $?
is back '\001\001\005root\n'
is socket/raw.log 'fw\n'
is socket/1.log 'login:'
is socket/2.log 'b\n'

for args in "-c" "-c 256" "-c 1x" "-i -1" "-i some" "-d a -c 1" "a b" "-z"; do
	# shellcheck disable=SC2086 # words on purpose
	"$splitcon" $args </dev/null >out 2>err
	same "splitcon usage: $args" "2 usage" "$? $(grep -o ^usage err)"
done
"$splitcon" gone >out 2>err
same "no device" "1 splitcon: gone: No such file or directory" "$? $(cat err)"

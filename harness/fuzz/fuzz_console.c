// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the console multiplexer in both directions. In framed mode each channel's bytes come out
 * as they went in; in line mode each line on the screen says whose it is, and escape sequences are
 * only for the focus. Input reaches who an independent reading of console.h says.
 *
 * Input: 'F' frames, else lines; then one letter and its operands, until the end:
 *   w CHAN N bytes   output of channel CHAN % 3      i N bytes   from the keyboard
 *   t N   time passes, quiet lines are shown         k N         the line takes N bytes at a time
 *   s     the focus moves                            r CHAN N    the guest reads N bytes
 *   d CHAN, c CHAN   the channel's partition goes, and comes        N % 64
 */
#include "console.h"
#include "../../core/console_priv.h"
#include "fuzz.h"
#include "parser.h"
#include "um.h"

#define NPARTS	  2
#define INPUT_MAX 4096

/* What must come out, and go in. */
static struct {
	bool frames, alive[NPARTS + 1];
	bool wrote_esc[NPARTS + 1], esc; /* esc: the screen may have escape sequences */
	unsigned focus, state, chan, left;
	u8 out[NPARTS + 1][INPUT_MAX * 4], in[NPARTS + 1][VTERM_IN];
	unsigned nout[NPARTS + 1], nin[NPARTS + 1], lost;
} want;

static struct fuzz machine;

static void keys_to(unsigned part, u8 c)
{
	if (part >= 1 && part <= NPARTS && want.nin[part] < VTERM_IN)
		want.in[part][want.nin[part]++] = c;
}

static void next_focus(void)
{
	for (unsigned i = 1; i <= NPARTS; i++) {
		unsigned id = (want.focus + i - 1) % NPARTS + 1;

		if (want.alive[id]) {
			want.focus = id;
			want.esc = want.esc || want.wrote_esc[id]; /* its line is shown again */
			return;
		}
	}
	want.focus = 0;
}

/* One byte from the keyboard. */
static void expect_key(u8 c)
{
	if (!want.frames) {
		if (c == CONSOLE_SWITCH)
			next_focus();
		else
			keys_to(want.focus, c);
		return;
	}
	switch (want.state) {
	case 0:
		want.state = c == CONSOLE_SOF;
		break;
	case 1:
		want.chan = c;
		want.state = 2;
		break;
	case 2:
		want.left = c;
		want.state = c ? 3 : 0;
		break;
	default:
		if (want.chan)
			keys_to(want.chan, c);
		else if (c == CONSOLE_SWITCH)
			next_focus();
		if (!--want.left)
			want.state = 0;
	}
}

static void input(struct bytes *b)
{
	unsigned n = byte(b) % 64;

	for (unsigned i = 0; i < n; i++) {
		char c = (char)byte(b);

		if (c == CONSOLE_END) /* ends the machine, rightly */
			c = 'e';
		expect_key((u8)c);
		um_input(&c, 1);
	}
	console_poll(arch_now());
}

/* The hypervisor's own lines are printable text behind its mark. */
static void write_log(struct bytes *b)
{
	char line[80] = "rhype: ";
	unsigned n = 7, len = byte(b) % 64;

	while (len--) {
		char c = (char)byte(b);

		line[n++] = (char)(c < ' ' || c > '~' ? '.' : c);
	}
	line[n++] = '\n';
	if (console_write(0, line, n) != n)
		want.lost++;
	memcpy(want.out[0] + want.nout[0], line, n);
	want.nout[0] += n;
}

static void write_chan(struct bytes *b)
{
	unsigned chan = byte(b) % (NPARTS + 1), n;
	bool esc = false;
	char buf[64];
	size_t done;

	if (!chan) {
		write_log(b);
		return;
	}
	n = byte(b) % 64;
	for (unsigned i = 0; i < n; i++) {
		buf[i] = (char)byte(b);
		esc = esc || buf[i] == '\033';
	}
	if (!want.alive[chan])
		return;
	want.wrote_esc[chan] = want.wrote_esc[chan] || esc;
	want.esc = want.esc || (esc && chan == want.focus);
	done = console_write((u8)chan, buf, n);
	promise(done == 0 || done == n, "a short write is taken as a whole, or not at all");
	memcpy(want.out[chan] + want.nout[chan], buf, done);
	want.nout[chan] += (unsigned)done;
}

static void guest_reads(struct bytes *b)
{
	unsigned chan = 1 + byte(b) % NPARTS, n = byte(b) % 64, got;
	u8 buf[64];

	got = vterm_read(&machine.slot[chan - 1]->term, buf, n);
	promise(got == MIN(n, want.nin[chan]), "a guest reads what waits for it");
	promise(!memcmp(buf, want.in[chan], got), "in the order in which it came");
	want.nin[chan] -= got;
	memmove(want.in[chan], want.in[chan] + got, want.nin[chan]);
}

static void come_or_go(struct bytes *b, bool comes)
{
	unsigned chan = 1 + byte(b) % NPARTS;

	if (want.alive[chan] == comes)
		return;
	console_partition((lpid_t){ (u16)chan }, comes);
	want.alive[chan] = comes;
	if (comes ? !want.focus : want.focus == chan)
		next_focus();
}

static void step(struct bytes *b)
{
	u8 n;

	switch (byte(b)) {
	case 'w':
		write_chan(b);
		break;
	case 'i':
		input(b);
		break;
	case 't':
		um_advance(byte(b) * arch_tick_hz() / 100);
		console_flush();
		break;
	case 'k':
		n = byte(b);
		um_line_takes(n == 255 ? SIZE_MAX : n);
		break;
	case 's':
		console_switch(&hv.console);
		next_focus();
		break;
	case 'r':
		guest_reads(b);
		break;
	case 'd':
		come_or_go(b, false);
		break;
	case 'c':
		come_or_go(b, true);
		break;
	default:
		break;
	}
	promise(hv.console.focus == want.focus, "the focus is where it should be");
}

static void check_frames(const u8 *s, size_t n)
{
	unsigned at[NPARTS + 1] = { 0 };

	while (n) {
		size_t len = n >= 3 ? s[2] : 0;

		promise(n >= 3 && s[0] == CONSOLE_SOF && s[1] <= NPARTS, "output is frames");
		promise(len && n >= 3 + len, "a frame has what it says");
		if (s[1] || !want.lost) {
			promise(at[s[1]] + len <= want.nout[s[1]], "nothing is made up");
			promise(!memcmp(s + 3, want.out[s[1]] + at[s[1]], len),
				"bytes come out as they went in");
		}
		at[s[1]] += (unsigned)len;
		s += 3 + len;
		n -= 3 + len;
	}
	for (unsigned i = want.lost ? 1 : 0; i <= NPARTS; i++)
		promise(at[i] == want.nout[i], "all of it comes out");
}

static void check_lines(const char *s, size_t n)
{
	static const char *const mark[] = { "rhype: ", "[part-0] ", "[part-0]+", "[part-1] ",
					    "[part-1]+" };
	const char *end = s + n;

	promise(want.esc || !memchr(s, '\033', n), "escape sequences are only for the focus");
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		unsigned i = 0;

		while (i < ARRAY_SIZE(mark) && strncmp(s, mark[i], strlen(mark[i])))
			i++;
		promise(i < ARRAY_SIZE(mark), "each line says whose it is");
		if (!nl)
			break;
		promise(nl > s && nl[-1] == '\r', "a line ends with CR and LF");
		s = nl + 1;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + MIN(size, INPUT_MAX) };
	const char *out;
	size_t n;

	memset(&machine, 0, sizeof(machine));
	memset(&want, 0, sizeof(want));
	fuzz_boot(&machine);
	want.frames = byte(&b) == 'F';
	console_init(&hv.console, want.frames ? CONSOLE_FRAMED : CONSOLE_LINES);
	for (unsigned i = 1; i <= NPARTS; i++) {
		console_partition((lpid_t){ (u16)i }, true);
		want.alive[i] = true;
	}
	want.focus = 1;
	console_finish();
	um_output_clear();
	while (b.at < b.end)
		step(&b);
	um_line_takes(SIZE_MAX);
	console_finish();
	for (unsigned i = 1; i <= NPARTS; i++) {
		const struct vterm *t = &machine.slot[i - 1]->term;

		promise(t->head - t->tail == want.nin[i], "no input is lost or made up");
		for (u32 k = 0; k < want.nin[i]; k++)
			promise(t->in[(t->tail + k) % VTERM_IN] == want.in[i][k],
				"input reaches who has the focus");
	}
	out = um_output(&n);
	if (want.frames)
		check_frames((const u8 *)out, n);
	else
		check_lines(out, n);
	fuzz_end(&machine);
	um_teardown();
	return 0;
}

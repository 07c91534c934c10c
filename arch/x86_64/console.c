// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's console, a 16550 UART, and its power switch. Next: acpi.c, which finds both. */
#include "fmt.h"
#include "port.h"

#define COM1	     0x3f8
#define LINE_WAIT_MS 500 /* a line that takes nothing for so long is dead */

/* Registers of a 16550 */
#define UART_DATA    0
#define UART_IER     1
#define UART_FCR     2
#define UART_LCR     3
#define UART_MCR     4
#define UART_LSR     5
#define UART_SCRATCH 7
#define LCR_DLAB     0x80
#define LCR_8N1	     0x03
#define LSR_DATA     0x01
#define LSR_THRE     0x20
#define FIFO_SIZE    16
#define BAUD_115200  1

/* Power (ACPI 6.4, 4.8.3.2; QEMU's and Bochs' own ports) */
#define PM1_SLP_EN     0x2000
#define PM1_SLP_TYP(n) ((n) << 10)
#define QEMU_EXIT      0xf4
#define BOCHS_SHUTDOWN 0x8900
#define RESET_CONTROL  0xcf9

static struct acpi_reg line;
static bool present;
static unsigned room; /* of the transmitter's FIFO, as far as we know */

static u64 reg_address(unsigned reg)
{
	return line.addr + (u64)reg * (line.space == ACPI_MEMORY && line.width == 32 ? 4 : 1);
}

static u8 uart_read(unsigned reg)
{
	if (line.space == ACPI_IO)
		return inb((u16)reg_address(reg));
	if (line.width == 32)
		return (u8)mmio_read(reg_address(reg));
	return *(volatile u8 *)reg_address(reg);
}

static void uart_write(unsigned reg, u8 v)
{
	if (line.space == ACPI_IO)
		outb((u16)reg_address(reg), v);
	else if (line.width == 32)
		mmio_write(reg_address(reg), v);
	else
		*(volatile u8 *)reg_address(reg) = v;
}

void console_find(struct acpi_reg reg)
{
	line = reg.addr ? reg : (struct acpi_reg){ ACPI_IO, 8, COM1 };
	uart_write(UART_SCRATCH, 0x5a);
	present = uart_read(UART_SCRATCH) == 0x5a;
	room = 0;
	if (!present)
		return;
	uart_write(UART_IER, 0);
	uart_write(UART_LCR, LCR_DLAB | LCR_8N1);
	uart_write(UART_DATA, BAUD_115200);
	uart_write(UART_IER, 0);
	uart_write(UART_LCR, LCR_8N1);
	uart_write(UART_FCR, 0x07); /* FIFOs on and empty */
	uart_write(UART_MCR, 0x03); /* DTR, RTS */
}

size_t arch_puts_some(const char *s, size_t n)
{
	size_t done = 0;

	if (!present)
		return n;
	while (done < n) {
		if (room == 0 && uart_read(UART_LSR) & LSR_THRE)
			room = FIFO_SIZE;
		if (room == 0)
			break;
		uart_write(UART_DATA, (u8)s[done++]);
		room--;
	}
	return done;
}

void arch_puts(const char *s, size_t n)
{
	u64 since = arch_now();

	while (n) {
		size_t done = arch_puts_some(s, n);

		s += done;
		n -= done;
		if (done)
			since = arch_now();
		else if (arch_now() - since > arch_tick_hz() / 1000 * LINE_WAIT_MS)
			return;
	}
}

void arch_putc(char c)
{
	arch_puts(&c, 1);
}

int arch_getc(void)
{
	if (!present || !(uart_read(UART_LSR) & LSR_DATA))
		return -1;
	return uart_read(UART_DATA);
}

void arch_poll(void)
{
}

static void line_drains(void)
{
	u64 since = arch_now();

	while (present && !(uart_read(UART_LSR) & 0x40) &&
	       arch_now() - since < arch_tick_hz() / 1000 * LINE_WAIT_MS)
		;
}

/* Sleep state 5 (ACPI 6.4, 4.8.3.2.1). What else is set in the registers stays. */
static void sleep_type(u16 port, u8 type)
{
	u32 others = ~(u32)(PM1_SLP_TYP(7) | PM1_SLP_EN);

	if (port)
		outw(port, (u16)((inw(port) & others) | PM1_SLP_TYP(type) | PM1_SLP_EN));
}

static void acpi_off(void)
{
	if (!platform.acpi.can_sleep)
		return;
	sleep_type(platform.acpi.pm1a, platform.acpi.s5a);
	sleep_type(platform.acpi.pm1b, platform.acpi.s5b);
}

void arch_poweroff(int code)
{
	char text[48];
	size_t n = fmt_print(text, sizeof(text), "\r\nrhype: machine off, code %d\r\n", code);

	arch_puts(text, MIN(n, sizeof(text) - 1));
	line_drains();
	/* a test runner sees an even status for a clean end, else 2 * code + 1 */
	if (code && platform.emulator[0])
		outl(QEMU_EXIT, (u32)code);
	acpi_off();
	wait_us(100000);
	if (platform.emulator[0])
		outl(QEMU_EXIT, (u32)code);
	for (const char *s = "Shutdown"; *s; s++)
		outb(BOCHS_SHUTDOWN, (u8)*s);
	arch_halt();
}

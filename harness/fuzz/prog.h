/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz input is a small program: one byte says what to do, the bytes behind it are its operands.
 * Every byte string is a legal program; missing operands are 0. seq.h turns it to text and back,
 * ops.c does it.
 *
 *   vcpu     1 byte: partition slot in the high, vcpu in the low four bits
 *   row      1 byte: row of the call table; a number behind the last row: 8 bytes of any number
 *   value    1 byte: index into the values of its kind (values.c); VALUE_RAW: 8 bytes follow
 *   n bytes  the least significant one first
 */
#ifndef FUZZ_PROG_H
#define FUZZ_PROG_H

enum op {
	OP_CALL,   /* vcpu row value... : one value per argument of the row */
	OP_LIGHT,  /* the same, first offered to hcall_light */
	OP_RTAS,   /* vcpu token:value nargs:1 nrets:1 value... : argument block, then the call */
	OP_WRITE,  /* slot:1 value len:1 bytes... : the guest writes its own memory */
	OP_EXIT,   /* vcpu kind:1 value value : an exit that is no call */
	OP_CLOCK,  /* log2:1 : time goes on by that many ticks */
	OP_INPUT,  /* len:1 bytes... : console input */
	OP_NOMEM,  /* n:1 : the n-th allocation from now fails */
	OP_PUT,	   /* cpu:1 : the CPU puts its vcpu, and does housekeeping */
	OP_CREATE, /* slot:1 flags:1 vcpus:1 kib/64:1 : build another partition in a free slot */
	OP_LIFE,   /* slot:1 verb:1 : start, stop, destroy from outside */
	OP_REAP,   /* n:1 : steps of destruction, or of a restart */
	OP_CPU,	   /* cpu:1 : the next life-cycle operations come from this CPU */
	OP_LINE,   /* n:1 : the line takes n bytes at a time; 0: stuck, 255: any number */
	OP_RTC,	   /* on:1 : the machine's clock can be read, or not */
	OP_GUEST,  /* vcpu bits:1 log2:1 : it changes its MSR, or RFLAGS, and sets its timer */
	OP_LINGER, /* n:1 : after that many calls the CPU does not yet let go of who stopped */
	OPS
};

#define VALUE_RAW	  255
#define SLOTS		  4   /* partitions at a time */
#define MAX_OPS		  200 /* of one program */
#define NCPUS		  2
#define CLOCK_MAX	  56 /* log2 of one step of time: two years */
#define RTAS_VALUES	  17 /* a block has room for fewer arguments than this */
#define CREATE_CONTROLLER 1
#define CREATE_HOLD	  2
#define CREATE_CONSOLE	  4
#define CREATE_RESTART	  8
#define CREATE_PC	  16 /* a PC, not a PAPR partition */

#endif

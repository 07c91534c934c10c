/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pieces of code for g_try_jump (code.S) that take what they work on from code_in and leave what
 * they saw in code_out. One vcpu at a time.
 */
#ifndef HOSTILE_CODE_H
#define HOSTILE_CODE_H

#define CODE_NONE 0xc0dec0dec0dec0de /* in code_out: it did not come so far */

#ifndef __ASSEMBLER__
#include "../lib/papr/hostile_papr.h"

extern u64 code_in[2], code_out;
extern char code_load[], code_fetch[], code_user[], code_mtmsrd[], code_rfid[], code_word[];
extern u32 code_slot;

/* Run one with that input: true when it did not fault. */
bool code_run(const char *code, u64 in);

/*
 * Execute the instruction with r3 = 0, r4 = `at`, XER = 0: true when it did not fault; code_out is
 * r3 then.
 */
bool code_do(u32 instruction, u64 at);
#endif

#endif

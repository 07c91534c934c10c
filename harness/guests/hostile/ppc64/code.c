/* SPDX-License-Identifier: BSD-2-Clause */
/* The C side of code.S. */
#include "code.h"

bool code_run(const char *code, u64 in)
{
	code_in[0] = in;
	code_out = CODE_NONE;
	return g_try_jump((u64)code);
}

bool code_do(u32 instruction, u64 at)
{
	code_slot = instruction;
	__asm__ volatile("dcbst 0, %0; sync; icbi 0, %0; sync; isync" ::"r"(&code_slot) : "memory");
	return code_run(code_word, at);
}

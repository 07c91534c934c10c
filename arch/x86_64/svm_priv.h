/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between svm.c (in and out) and svm_exit.c (what an exit means). */
#ifndef RHYPE_X86_64_SVM_PRIV_H
#define RHYPE_X86_64_SVM_PRIV_H

#include "svm.h"
#include "virt.h"

#define EXC_AC 17
#define EXC_MC 18

extern bool svm_next_rip; /* the exit tells where the next instruction is */

/*
 * From world.S, after an exit: RAX and RIP in *v, as every register but RSP and RFLAGS. OUT_AGAIN:
 * it was served and the guest goes on as the control block says; OUT_UNKNOWN: *x is not written.
 */
enum outcome svm_light(struct arch_vcpu *v, struct vmcb *b, struct vcpu_exit *x);

/* What an entry had set up for itself ends, what the exit interrupted is kept: true if nothing. */
bool svm_settle(struct arch_vcpu *v);

/* For the next entry, when one waits. */
void svm_give_event(struct arch_vcpu *v, struct arch_cpu *c);

/* The next entry has no window, whatever v->window says; the CPU looks again soon. */
void svm_close_once(struct arch_vcpu *v, struct arch_cpu *c);

/* The guest touches debug registers. */
void svm_own_debug(struct arch_vcpu *v);

/* Any exit, the registers complete. */
enum outcome svm_explain(struct arch_vcpu *v, struct vcpu_exit *x);

#endif

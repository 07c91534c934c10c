/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between svm.c (in and out) and svm_exit.c (what an exit means). */
#ifndef RHYPE_X86_64_SVM_PRIV_H
#define RHYPE_X86_64_SVM_PRIV_H

#include "svm.h"
#include "virt.h"

#define EXC_AC 17
#define EXC_MC 18

extern bool svm_next_rip; /* the exit tells where the next instruction is */

enum outcome svm_explain(struct arch_vcpu *v, struct vcpu_exit *x);

#endif

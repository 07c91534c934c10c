# SPDX-License-Identifier: GPL-2.0-or-later
#
# rhype. Two commands do everything on a fresh Debian machine:
#   make run      install what is missing, build, boot two Linux partitions
#   make check    all tests
# `make help` lists the rest. Each port, tool and test folder adds its rules through a .mk file.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

ARCH	  ?= ppc64
O	  := build
HOSTCC	  ?= gcc
CLANG	  ?= clang
PPC_CROSS ?= powerpc64le-linux-gnu-
X86_CROSS ?= x86_64-linux-gnu-
SHELL	  := /bin/bash

# Quiet unless V=1: what each step says of itself is enough.
ifeq ($(V),)
MAKEFLAGS += --silent
endif

WARN := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef

# All of the neutral core, by wildcard: there is no list of what a port leaves out.
CORE_SRC := $(sort $(wildcard core/*.c core/*/*.c))

.PHONY: all help run check unit valgrind contract fuzz boot bench lint format clean setup

all: um $(ARCH) tools

include $(sort $(wildcard arch/*/arch.mk tools/*.mk tools/*/*.mk unittests/*.mk \
	unittests/*/*.mk harness/*/*.mk))

help:
	@echo 'make run            boot two Debian Linux partitions (ARCH=x86_64, GUEST_KERNEL=,'
	@echo '                    GUEST_INITRD=, MANIFEST=, CPUS=, MEMORY=, CTRL_C=guest; with'
	@echo '                    ARCH=x86_64 also MACHINE=iso, uefi or bochs)'
	@echo 'make check          all tests (harness/check.sh SUITE... runs some)'
	@echo 'make unit           unit and handler tests in a process (seconds)'
	@echo 'make valgrind       the same under valgrind'
	@echo 'make asan           the same, oracle and test guests under ASan and UBSan'
	@echo 'make contract       contract tests on the process port'
	@echo 'make guests-um      the test guests as processes'
	@echo 'make be             tests, oracle and test guests as a big-endian process'
	@echo 'make oracle         random calls against their specification'
	@echo 'make sim            whole machines from seeds (SEEDS=number FROM=first)'
	@echo 'make tsan           parts of the core on real threads, under ThreadSanitizer'
	@echo 'make mutants        do the tests notice faults planted into core/? (minutes)'
	@echo 'make coverage       lines and branches of core/ that the tests reach'
	@echo 'make fuzz           replay seeds, then a bounded run (FUZZ_TIME=seconds)'
	@echo 'make fuzz-afl       the AFL++ builds: seeds, and a short search'
	@echo 'make fuzz-doc       the new call of docs/fuzzing.md, tried in a copy of the tree'
	@echo 'make fuzz-long      a campaign (TIME=, CORPUS=, INSTANCE=, TARGETS=)'
	@echo 'make inject         seeds again, each of their allocations fails once'
	@echo 'make boot           boot tests of ARCH in QEMU; also by name: make boot-ppc64,'
	@echo '                    boot-x86_64, boot-bochs (Intel), boot-control (TESTS=name...)'
	@echo 'make iso            a disc that BIOS and UEFI start, with the partitions of make run'
	@echo 'make bench          measured figures of ARCH, build/bench.json'
	@echo 'make static         gcc -fanalyzer, cppcheck and clang-tidy (ONLY="core/*")'
	@echo 'make lint format    check, or fix, the style'
	@echo 'make um ppc64 x86_64 tools   build one part'
	@echo 'make test-tools     tests of mkbundle and splitcon'
	@echo 'make clean'

check:
	harness/check.sh

format:
	clang-format -i $$(git ls-files '*.[ch]')

clean:
	rm -rf $(O)

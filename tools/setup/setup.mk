# SPDX-License-Identifier: GPL-2.0-or-later
# What comes from Debian: host packages (need.sh) and, in a cache outside the tree, for each
# port a kernel, busybox and libfdt (guests.sh). Included by the top Makefile.

PPC64_CACHE   := $(shell tools/setup/guests.sh ppc64 --print-cache)
PPC64_KERNEL  := $(PPC64_CACHE)/linux/vmlinux
PPC64_BUSYBOX := $(PPC64_CACHE)/busybox/busybox

X86_CACHE   := $(shell tools/setup/guests.sh x86_64 --print-cache)
X86_KERNEL  := $(X86_CACHE)/linux/vmlinuz
X86_FULL    := $(X86_CACHE)/full/vmlinuz
X86_BUSYBOX := $(X86_CACHE)/busybox/busybox

.PHONY: setup
setup:
	tools/setup/need.sh build ppc64 x86_64 iso bochs guests test bench
	tools/setup/guests.sh ppc64
	tools/setup/guests.sh x86_64 --full

$(PPC64_KERNEL) $(PPC64_BUSYBOX) $(PPC64_CACHE)/libfdt/usr/lib/powerpc64le-linux-gnu/libfdt.a &:
	tools/setup/need.sh ppc64 guests
	tools/setup/guests.sh ppc64

$(X86_KERNEL) $(X86_BUSYBOX) $(X86_CACHE)/libfdt/usr/lib/x86_64-linux-gnu/libfdt.a &:
	tools/setup/need.sh guests
	tools/setup/guests.sh x86_64

$(X86_FULL):
	tools/setup/need.sh guests
	tools/setup/guests.sh x86_64 --full

# SPDX-License-Identifier: GPL-2.0-or-later
# Static analysis with the flags of the build; the last line is "suite static: P passed, F failed".

STATIC_GUEST = $(filter-out -MMD -MP,$(GUEST_FLAGS)) $(GUEST_FLAGS_$(1)) $(GUEST_WARN) \
	-iquote harness/guests/lib/$(2) -iquote harness/guests/lib/$(1)

static: export STATIC_UM = $(UM_CFLAGS)
static: export STATIC_UM_PC = $(UM_PC_INC) $(UM_CFLAGS)
static: export STATIC_PPC64 = $(PPC_CFLAGS) -DHV_DEBUG=1
static: export STATIC_X86_64 = $(X86_CFLAGS) -DHV_DEBUG=1
static: export STATIC_GUEST_PPC64 = $(call STATIC_GUEST,ppc64,papr)
static: export STATIC_GUEST_X86_64 = $(call STATIC_GUEST,x86_64,pc)
static: export STATIC_TOOLS = $(TOOLS_CFLAGS) $(BOOT_CFLAGS)

.PHONY: static
static: $(PPC_LIBFDT)
	@tools/setup/need.sh static
	@tools/static/selftest.sh
	@tools/static/static.sh

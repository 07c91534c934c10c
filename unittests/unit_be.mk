# SPDX-License-Identifier: GPL-2.0-or-later
# The same core, tests and guests as a big-endian process: ppc64, run by QEMU's user emulation.
# `make be` builds and runs all of it (be.sh); Check and libfdt come from tools/setup/be-ppc64.sh.

BE_CROSS ?= powerpc64-linux-gnu-
BE_RUN	 ?= qemu-ppc64
BE_DIR	 := $(shell tools/setup/be-ppc64.sh --print-dir)
BE_READY := $(BE_DIR)/package
BE_OUT	 := $(O)/um-be
BE_SRC	 := $(UNIT_SRC) $(CONTRACT_SRC) $(ORACLE_SRC) $(FUZZ_SRC) harness/fuzz/replay.c \
	arch/um/main.c $(filter-out core/%,$(MKBUNDLE_SRC)) $(SPLITCON_SRC)
BE_OBJS	 := $(call um_objs,um-be) $(call unit_objs,um-be,$(BE_SRC)) \
	$(call unit_objs,um-be/large,$(ORACLE_SRC)) $(call unit_objs,um-be/mixed,$(ORACLE_SRC))
BE_PROGS := $(addprefix $(BE_OUT)/,unit oracle oracle-large oracle-pc rhype replay_hcall \
	mkbundle splitcon)
# targets of the PC, but for what Capstone and the host's processor judge
BE_FUZZ	 := pc pc_walk pc_uart pc_rtc pc_clock

# It wants Capstone, of which there is no big-endian library.
UNIT_LEAVE_um-be := unittests/core/pc/test_decode_second.c

UM_CC_um-be    := $(BE_CROSS)gcc
UM_FLAGS_um-be := -static -isystem $(BE_DIR)/include
$(BE_OUT)/%: UM_LIBS := -L$(BE_DIR)/lib -lfdt
$(BE_OUT)/%: UNIT_LIBS := -L$(BE_DIR)/lib $(CHECK_LIB) -lcompat -lm -lrt -lpthread -lfdt
$(BE_OUT)/tools/%.o: UM_FLAGS_um-be += -iquote tools

$(eval $(call um_variant,um-be))
$(eval $(call unit_variant,um-be))
$(eval $(call oracle_mixed,um-be))
$(eval $(call oracle_variant,um-be))

$(BE_OBJS): | $(BE_READY)

$(BE_READY):
	tools/setup/need.sh be
	BE_CROSS=$(BE_CROSS) tools/setup/be-ppc64.sh

$(BE_OUT)/replay_hcall: $(call um_objs,um-be) $(FUZZ_SRC:%.c=$(BE_OUT)/%.o) \
		$(BE_OUT)/harness/fuzz/replay.o
	$(UM_CC_um-be) -static -o $@ $^ $(UM_LIBS)

$(BE_OUT)/mkbundle: $(MKBUNDLE_SRC:%.c=$(BE_OUT)/%.o)
	$(UM_CC_um-be) -static -o $@ $^ $(UM_LIBS)

$(BE_OUT)/splitcon: $(SPLITCON_SRC:%.c=$(BE_OUT)/%.o)
	$(UM_CC_um-be) -static -o $@ $^

define fuzz_be
$(BE_OUT)/replay_$(1): $$(call fuzz_objs,um-be,$(1)) $(O)/um-be/harness/fuzz/replay.o
	$(UM_CC_um-be) -static $(FUZZ_LINK_$(1)) -o $$@ $$^ -L$(BE_DIR)/lib -lfdt
endef
$(foreach t,$(BE_FUZZ),$(eval $(call fuzz_be,$(t))))

# This file is read before fuzz.mk, which has the rule.
BE_SEEDS := $(patsubst harness/fuzz/seeds/%.seq,$(O)/fuzz/seeds/hcall/%,\
	$(wildcard harness/fuzz/seeds/*.seq))

.PHONY: be
be: $(BE_PROGS) $(BE_FUZZ:%=$(BE_OUT)/replay_%) $(O)/um/oracle $(BE_SEEDS) fuzz-seeds tools
	@tools/setup/need.sh be
	@unittests/be.sh $(O) $(BE_RUN) $(BE_FUZZ)

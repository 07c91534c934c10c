# SPDX-License-Identifier: GPL-2.0-or-later
# The executable specification of all calls. `make oracle` judges random calls in one process for
# each processor, ORACLE_CALLS of them on a small machine and ORACLE_LARGE on a large one (8
# partitions of 16 vcpus and 2048 pages, 4 CPUs); too few within ORACLE_TIME seconds is a failure.
# build/um/oracle --seed N --verbose replays one sequence.

ORACLE_CALLS ?= 10000000
ORACLE_LARGE ?= 100000
ORACLE_PC    ?= 1800000
ORACLE_TIME  ?= 600
ORACLE_SRC := $(wildcard unittests/model/*.c)

.PHONY: oracle oracle-asan
oracle oracle-asan: oracle%: $(O)/um%/oracle $(O)/um%/oracle-large $(O)/um%/oracle-pc
	$(word 1,$^) --name oracle$* --total $(ORACLE_CALLS) --seconds $(ORACLE_TIME)
	$(word 2,$^) --name oracle$*-large --total $(ORACLE_LARGE) --seconds $(ORACLE_TIME)
	$(word 3,$^) --name oracle$*-pc --total $(ORACLE_PC) --seconds $(ORACLE_TIME)

# Its own code is most of what runs.
$(O)/um/unittests/model/%.o $(O)/um/large/unittests/model/%.o \
$(O)/um/mixed/unittests/model/%.o: UM_FLAGS_um := -O2

# A machine with PCs, too.
define oracle_mixed
$(O)/$(1)/mixed/%.o: %.c unittests/model/model.mk
	@mkdir -p $$(@D)
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -DM_MIXED -MMD -MP -c -o $$@ $$<
endef
$(foreach v,um um-asan um-cov um-fuzz um-afl,$(eval $(call oracle_mixed,$(v))))

define oracle_variant
$(O)/$(1)/oracle: $$(call um_objs,$(1)) $$(ORACLE_SRC:%.c=$(O)/$(1)/%.o)
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -Wl,--wrap=um_point -o $$@ $$^ $$(UM_LIBS)

$(O)/$(1)/large/%.o: %.c unittests/model/model.mk
	@mkdir -p $$(@D)
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -DM_LARGE -MMD -MP -c -o $$@ $$<

$(O)/$(1)/oracle-large: $$(call um_objs,$(1)) $$(ORACLE_SRC:%.c=$(O)/$(1)/large/%.o)
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -Wl,--wrap=um_point -o $$@ $$^ $$(UM_LIBS)

$(O)/$(1)/oracle-pc: $$(call um_objs,$(1)) $$(ORACLE_SRC:%.c=$(O)/$(1)/mixed/%.o)
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -Wl,--wrap=um_point -o $$@ $$^ $$(UM_LIBS)
endef
$(foreach v,um um-asan um-cov,$(eval $(call oracle_variant,$(v))))

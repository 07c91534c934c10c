# SPDX-License-Identifier: GPL-2.0-or-later
# The executable specification of all calls. `make oracle` judges random sequences for
# ORACLE_TIME seconds; build/um/oracle --seed N --verbose replays one.

ORACLE_TIME ?= 20
ORACLE_SRC := $(wildcard unittests/model/*.c)

.PHONY: oracle oracle-asan
oracle: $(O)/um/oracle
	$< --seconds $(ORACLE_TIME)

oracle-asan: $(O)/um-asan/oracle
	$< --seconds $(ORACLE_TIME)

# Its own code is most of what runs.
$(O)/um/unittests/model/%.o: UM_FLAGS_um := -O2

define oracle_variant
$(O)/$(1)/oracle: $$(call um_objs,$(1)) $$(ORACLE_SRC:%.c=$(O)/$(1)/%.o)
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -Wl,--wrap=um_point -o $$@ $$^ $$(UM_LIBS)
endef
$(foreach v,um um-asan um-cov,$(eval $(call oracle_variant,$(v))))

# SPDX-License-Identifier: GPL-2.0-or-later
# Unit and contract tests in the process. Every test_*.c below unittests/{core,um,arch} is in; one
# that defines neither a suite_*() nor a KTEST fails the build. Each target ends with
# "suite NAME: P passed, F failed".
#   make unit      plain
#   make asan      under ASan and UBSan, with the oracle and the test guests
#   make valgrind  under memcheck with leak check
#   make contract  the contract tests on the process port; ppc64 runs the same in its boot image

UNIT_TESTS := $(sort $(wildcard unittests/core/test_*.c unittests/core/*/test_*.c \
	unittests/um/test_*.c unittests/arch/test_*.c))
UNIT_SRC := $(UNIT_TESTS) arch/x86_64/acpi.c unittests/main.c unittests/workers.c \
	unittests/digest.c unittests/hvtest.c \
	$(filter-out $(UNIT_TESTS),$(wildcard unittests/um/*.c unittests/arch/*.c))
CONTRACT_SRC := $(wildcard unittests/arch/*.c) unittests/main.c unittests/workers.c \
	unittests/um/contract_um.c
CHECK_LIB := -Wl,--wrap=_mark_point -lcheck
UNIT_LIBS := -lcapstone $(CHECK_LIB) -lsubunit -lm -lrt -lpthread $(UM_LIBS)

unit_objs = $(patsubst %.c,$(O)/$(1)/%.o,$(2))

# The list of suite_*() functions, and the proof that no test file is left out, but for those that
# UNIT_LEAVE_VARIANT names.
$(O)/%/suites.c: $(UNIT_TESTS) unittests/unit.mk unittests/unit_be.mk
	@mkdir -p $(@D)
	@for f in $(filter-out $(UNIT_LEAVE_$*),$(UNIT_TESTS)); do \
		grep -qE '^(Suite \*suite_[a-z0-9_]+\(void\);|KTEST\()' $$f || \
			{ echo "$$f: no suite_NAME(void) and no KTEST in it" >&2; exit 1; }; done
	@{ echo '#include <check.h>'; \
	sed -n 's/^\(Suite \*suite_[a-z0-9_]*(void);\)$$/\1/p' \
		$(filter-out $(UNIT_LEAVE_$*),$(UNIT_TESTS)); \
	echo 'extern Suite *(*const unit_suites[])(void);'; \
	echo 'Suite *(*const unit_suites[])(void) = {'; \
	sed -n 's/^Suite \*\(suite_[a-z0-9_]*\)(void);$$/\t\1,/p' \
		$(filter-out $(UNIT_LEAVE_$*),$(UNIT_TESTS)); \
	echo '	0 };'; } >$@

$(O)/%/no_suites.c: unittests/unit.mk
	@mkdir -p $(@D)
	@echo 'extern void *const unit_suites[]; void *const unit_suites[] = { 0 };' >$@

define unit_variant
$(O)/$(1)/unit: $$(call um_objs,$(1)) $$(call unit_objs,$(1),\
		$(filter-out $(UNIT_LEAVE_$(1)),$(UNIT_SRC))) $(O)/$(1)/suites.c
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -o $$@ $$^ $$(UNIT_LIBS)

$(O)/$(1)/contract: $$(call um_objs,$(1)) $$(call unit_objs,$(1),$(CONTRACT_SRC)) \
		$(O)/$(1)/no_suites.c
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -o $$@ $$^ $$(UNIT_LIBS)
endef
$(foreach v,um um-asan um-cov,$(eval $(call unit_variant,$(v))))

VALGRIND := valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=all \
	--errors-for-leak-kinds=all

.PHONY: unit asan valgrind contract
unit: $(O)/um/unit
	$< unit

asan: $(addprefix $(O)/um-asan/,unit oracle oracle-large oracle-pc) um-asan tools
	@unittests/asan.sh $(O) $(UM_CC_um-asan) $(UM_FLAGS_um-asan)

valgrind: $(O)/um/unit
	@tools/setup/need.sh test
	$(VALGRIND) $< valgrind

contract: $(O)/um/contract
	$< contract

# SPDX-License-Identifier: GPL-2.0-or-later
# make coverage: which lines and branches of core/ the tests in the process reach. The program of
# each suite is built once more, with counters, and run; coverage.sh judges.

COV_PROGS := $(addprefix $(O)/um-cov/,unit oracle play inject replay_manifest)
COV_CALLS ?= 400000

.SECONDEXPANSION:
.PHONY: coverage
coverage: $(COV_PROGS) $$(addprefix $(O)/um-cov/replay_,$$(FUZZ_PC)) $$(FUZZ_BUNDLES) fuzz-seeds
	@tools/setup/need.sh coverage
	@O=$(O) CALLS=$(COV_CALLS) tools/coverage/coverage.sh $(FUZZ_PC)

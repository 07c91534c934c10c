# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets (docs/fuzzing.md). Every target is one function, LLVMFuzzerTestOneInput, linked as
#   build/fuzz/replay_T   runs files, gcc with ASan and UBSan
#   build/fuzz/fuzz_T     libFuzzer, the same sanitizers
#   build/fuzz/afl_T      AFL++, without sanitizers
#   build/um-cov/replay_T runs files and counts what they reach

FUZZ_TIME ?= 120
FUZZ_SEED ?= 1
FUZZ_OUT  := $(O)/fuzz
FUZZ_PC   := pc pc_decode pc_walk pc_emulate pc_uart pc_rtc pc_clock
FUZZ_TARGETS := hcall model pcmodel rtas boot manifest gfdt console cmdline fmt ram \
	acpi loader hostdt image source $(FUZZ_PC)
FUZZ_MACHINE := $(addprefix harness/fuzz/,machine.c oracle.c digest.c values.c)
FUZZ_ORACLE  := $(filter-out %/main.c,$(wildcard unittests/model/*.c))

# Sources beside fuzz_T.c (or FUZZ_MAIN_T), another folder of objects, and options of the link.
FUZZ_SRC_hcall   := harness/fuzz/ops.c harness/fuzz/ops_call.c $(FUZZ_MACHINE)
FUZZ_SRC_model   := $(FUZZ_ORACLE)
FUZZ_LINK_model  := -Wl,--wrap=um_point
FUZZ_MAIN_pcmodel := harness/fuzz/fuzz_model.c
FUZZ_DIR_pcmodel  := mixed/
FUZZ_SRC_pcmodel  := $(FUZZ_ORACLE)
FUZZ_LINK_pcmodel := -Wl,--wrap=um_point
FUZZ_SRC_rtas    := harness/fuzz/fuzz_model.c $(FUZZ_ORACLE)
FUZZ_LINK_rtas   := -Wl,--wrap=um_point -Wl,--wrap=make_call
FUZZ_SRC_boot    := harness/fuzz/bundle.c $(FUZZ_MACHINE)
FUZZ_LINK_gfdt   := -Wl,--wrap=arch_papr_cpu
FUZZ_SRC_acpi    := arch/x86_64/acpi.c
FUZZ_SRC_loader  := arch/x86_64/loader.c arch/x86_64/acpi.c
FUZZ_LINK_loader := -Wl,--wrap=arch_va
FUZZ_SRC_hostdt  := arch/ppc64/devtree.c
FUZZ_SRC_image   := tools/image.c tools/image_pc.c tools/elf.c
FUZZ_SRC_source  := tools/source.c tools/bundle.c $(FUZZ_SRC_image)
FUZZ_LINK_source := -Wl,--wrap=free -Wl,--wrap=realloc
FUZZ_SRC_console := $(FUZZ_MACHINE)
FUZZ_SRC_pc	 := harness/fuzz/pcbench.c
FUZZ_SRC_pc_decode  := harness/fuzz/opinion.c
FUZZ_SRC_pc_walk    := harness/fuzz/pcbench.c
FUZZ_LINK_pc_walk   := -Wl,--wrap=gcopy_from
FUZZ_SRC_pc_uart    := harness/fuzz/pcbench.c
FUZZ_LINK_pc_uart   := -Wl,--wrap=vterm_read -Wl,--wrap=vterm_write
FUZZ_SRC_pc_rtc	    := harness/fuzz/pcbench.c
FUZZ_LINK_pc_rtc    := -Wl,--wrap=arch_rtc_read
FUZZ_SRC_pc_clock   := harness/fuzz/pcbench.c
FUZZ_SRC_pc_emulate := harness/fuzz/pcbench.c harness/fuzz/native.c harness/fuzz/opinion.c
FUZZ_LIBS_pc_decode := -lcapstone

# Here libFuzzer does not look at what memcmp compares (memcmp.c).
FUZZ_FAST := hcall model pcmodel rtas console gfdt pc
comma := ,

UM_CC_um-afl := AFL_QUIET=1 afl-clang-fast
$(eval $(call um_variant,um-afl))

# The search follows coverage of the hypervisor, not of the fuzzer's own checks.
$(O)/um-fuzz/harness/fuzz/%.o: UM_FLAGS_um-fuzz := $(UM_SANITIZE)
$(O)/um-fuzz/unittests/model/%.o $(O)/um-fuzz/mixed/unittests/model/%.o: \
	UM_FLAGS_um-fuzz := -O2
$(O)/um-fuzz/harness/fuzz/memcmp.o: UM_FLAGS_um-fuzz := -O2 -fno-builtin
$(O)/um-afl/harness/fuzz/%.o: UM_CC_um-afl := $(CLANG)
$(O)/um-afl/unittests/model/%.o $(O)/um-afl/mixed/%.o: UM_CC_um-afl := $(CLANG)

# fuzz_objs VARIANT,TARGET
fuzz_objs = $(call um_objs,$(1)) $(patsubst %.c,$(O)/$(1)/$(FUZZ_DIR_$(2))%.o,\
	$(or $(FUZZ_MAIN_$(2)),harness/fuzz/fuzz_$(2).c) $(FUZZ_SRC_$(2)))

define fuzz_target
$(FUZZ_OUT)/replay_$(1): $(call fuzz_objs,um-asan,$(1)) $(O)/um-asan/harness/fuzz/replay.o
	@mkdir -p $$(@D)
	$(HOSTCC) $(UM_SANITIZE) $(FUZZ_LINK_$(1)) -o $$@ $$^ $(FUZZ_LIBS_$(1)) $(UM_LIBS)

$(FUZZ_OUT)/fuzz_$(1): $(call fuzz_objs,um-fuzz,$(1)) \
		$(if $(filter $(1),$(FUZZ_FAST)),$(O)/um-fuzz/harness/fuzz/memcmp.o)
	@mkdir -p $$(@D)
	$(CLANG) $(UM_SANITIZE) -fsanitize=fuzzer $(FUZZ_LINK_$(1)) \
		$(if $(filter $(1),$(FUZZ_FAST)),-Wl$(comma)--wrap=memcmp) -o $$@ $$^ \
		$(FUZZ_LIBS_$(1)) -l:libfdt.a

$(FUZZ_OUT)/afl_$(1): $(call fuzz_objs,um-afl,$(1))
	@mkdir -p $$(@D)
	$(UM_CC_um-afl) -fsanitize=fuzzer $(FUZZ_LINK_$(1)) -o $$@ $$^ $(FUZZ_LIBS_$(1)) $(UM_LIBS)
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz_target,$(t))))

# Programs over seeds as text.
FUZZ_SRC := harness/fuzz/fuzz_hcall.c $(FUZZ_SRC_hcall)
SEQ_SRC  := harness/fuzz/seq_read.c harness/fuzz/seq_write.c

# fuzz_tools VARIANT,FOLDER
define fuzz_tools
$(2)/play $(2)/inject: $(2)/%: $$(call um_objs,$(1)) $$(FUZZ_SRC:%.c=$(O)/$(1)/%.o) \
		$$(SEQ_SRC:%.c=$(O)/$(1)/%.o) $(O)/$(1)/harness/fuzz/%.o
	@mkdir -p $$(@D)
	$$(UM_CC_$(1)) $$(UM_FLAGS_$(1)) -o $$@ $$^ $$(UM_LIBS)

$(2)/inject_boot: $$(call um_objs,$(1)) $$(FUZZ_MACHINE:%.c=$(O)/$(1)/%.o) \
		$(addprefix $(O)/$(1)/harness/fuzz/,inject_boot.o bundle.o)
	@mkdir -p $$(@D)
	$$(UM_CC_$(1)) $$(UM_FLAGS_$(1)) -o $$@ $$^ $$(UM_LIBS)
endef
$(eval $(call fuzz_tools,um-asan,$(FUZZ_OUT)))

# Without sanitizers: for `make coverage`, and against planted faults (tools/mutate).
# fuzz_plain VARIANT,TARGET
define fuzz_plain
$(O)/$(1)/replay_$(2): $(call fuzz_objs,$(1),$(2)) $(O)/$(1)/harness/fuzz/replay.o
	$$(UM_CC_$(1)) $$(UM_FLAGS_$(1)) $(FUZZ_LINK_$(2)) -o $$@ $$^ $(FUZZ_LIBS_$(2)) \
		$$(UM_LIBS)
endef
$(foreach v,um um-cov,$(eval $(call fuzz_tools,$(v),$(O)/$(v))) \
	$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz_plain,$(v),$(t)))))

$(FUZZ_OUT)/mkseed: $(call um_objs,um) $(SEQ_SRC:%.c=$(O)/um/%.o) \
		$(addprefix $(O)/um/harness/fuzz/,values.o mkseed.o)
	@mkdir -p $(@D)
	$(HOSTCC) -o $@ $^ $(UM_LIBS)

# Seeds: a folder for each target.
FUZZ_GUESTS  := hello sum smp
FUZZ_BUNDLES := $(FUZZ_GUESTS:%=$(FUZZ_OUT)/seeds/manifest/one-%) \
	$(addprefix $(FUZZ_OUT)/seeds/manifest/,two control mixed)
FUZZ_SEEDS   := $(patsubst harness/fuzz/seeds/%.seq,$(FUZZ_OUT)/seeds/hcall/%,\
	$(wildcard harness/fuzz/seeds/*.seq)) $(FUZZ_BUNDLES) \
	$(patsubst $(FUZZ_OUT)/seeds/manifest/%,$(FUZZ_OUT)/seeds/boot/%,$(FUZZ_BUNDLES))
FUZZ_LISTS   := $(patsubst harness/fuzz/seeds/%.list,$(FUZZ_OUT)/seeds/%.done,\
	$(wildcard harness/fuzz/seeds/*.list))

$(FUZZ_OUT)/seeds/hcall/%: harness/fuzz/seeds/%.seq $(FUZZ_OUT)/mkseed
	@mkdir -p $(@D)
	@$(FUZZ_OUT)/mkseed $< $@

FUZZ_BUNDLE = @mkdir -p $(@D) && $(O)/tools/mkbundle -o $@ -D PRE=um: -D POST= \
	-D GUEST2=sum -D ARGS=steps=3 -D ARGS2=seed=7

$(FUZZ_OUT)/seeds/manifest/one-%: harness/guests/manifests/one.dts $(O)/tools/mkbundle
	$(FUZZ_BUNDLE) -D GUEST=$* $<

$(FUZZ_OUT)/seeds/manifest/%: harness/guests/manifests/%.dts $(O)/tools/mkbundle
	$(FUZZ_BUNDLE) -D GUEST=hello $<

$(FUZZ_OUT)/seeds/boot/%: $(FUZZ_OUT)/seeds/manifest/%
	@mkdir -p $(@D)
	@cp $< $@

$(FUZZ_OUT)/seeds/%.done: harness/fuzz/seeds/%.list harness/fuzz/list.sh
	@harness/fuzz/list.sh $< $(FUZZ_OUT)/seeds/$*
	@touch $@

# Of targets whose input stands for random numbers: some of those, and found inputs as .hex.
FUZZ_RANDOM  := $(foreach t,model pcmodel rtas gfdt $(FUZZ_PC),$(foreach n,1 2 3 4 5 6 7 8,\
	$(FUZZ_OUT)/seeds/$(t)/random-$(n)))
FUZZ_HEX     := $(patsubst harness/fuzz/seeds/%.hex,$(FUZZ_OUT)/seeds/%,\
	$(wildcard harness/fuzz/seeds/*/*.hex))

$(FUZZ_RANDOM): $(FUZZ_OUT)/mkseed
	@mkdir -p $(@D)
	@$< -r $(lastword $(subst -, ,$@)) $(if $(findstring gfdt,$@),2000,8000) $@

# Trees as text.
FUZZ_TREES   := $(patsubst harness/fuzz/seeds/%.dts,$(FUZZ_OUT)/seeds/%,\
	$(wildcard harness/fuzz/seeds/*/*.dts))

$(FUZZ_TREES): $(FUZZ_OUT)/seeds/%: harness/fuzz/seeds/%.dts
	@mkdir -p $(@D)
	@dtc -q -I dts -O dtb -o $@ $<

$(FUZZ_HEX): $(FUZZ_OUT)/seeds/%: harness/fuzz/seeds/%.hex $(FUZZ_OUT)/mkseed
	@mkdir -p $(@D)
	@$(FUZZ_OUT)/mkseed -x $< $@

.PHONY: fuzz fuzz-progs fuzz-seeds fuzz-afl fuzz-long inject
fuzz-seeds: $(FUZZ_SEEDS) $(FUZZ_LISTS) $(FUZZ_RANDOM) $(FUZZ_HEX) $(FUZZ_TREES)

fuzz-progs: $(foreach t,$(FUZZ_TARGETS),$(FUZZ_OUT)/replay_$(t) $(FUZZ_OUT)/fuzz_$(t)) \
	$(FUZZ_OUT)/play $(FUZZ_OUT)/mkseed fuzz-seeds

fuzz: fuzz-progs
	@harness/fuzz/run.sh $(FUZZ_OUT) $(FUZZ_TIME) $(FUZZ_SEED) $(FUZZ_TARGETS)

# Edges that the seeds reach at least.
FUZZ_AFL := hcall:1400 model:1000 pcmodel:1600 console:800 pc:1000 pc_decode:250:seeds \
	pc_walk:90:seeds pc_emulate:200:seeds pc_uart:400:seeds pc_rtc:350:seeds pc_clock:350:seeds
fuzz-afl: $(foreach t,$(FUZZ_AFL),$(FUZZ_OUT)/afl_$(word 1,$(subst :, ,$(t)))) fuzz-seeds
	@harness/fuzz/afl.sh $(FUZZ_OUT) $(FUZZ_AFL)

# A campaign; see long.sh.
TIME	 ?= 600
CORPUS	 ?= $(FUZZ_OUT)/campaign
INSTANCE ?= main
TARGETS	 ?= $(FUZZ_TARGETS)
fuzz-long: fuzz-progs $(foreach t,$(TARGETS),$(FUZZ_OUT)/afl_$(t) $(O)/um-cov/replay_$(t))
	@tools/setup/need.sh fuzz coverage
	@harness/fuzz/long.sh $(FUZZ_OUT) $(TIME) $(CORPUS) $(INSTANCE) $(TARGETS)

# Each allocation that a program, or the boot of a bundle, makes fails in turn.
inject: $(FUZZ_OUT)/inject $(FUZZ_OUT)/inject_boot $(FUZZ_BUNDLES)
	$(FUZZ_OUT)/inject harness/fuzz/seeds/*.seq
	$(FUZZ_OUT)/inject_boot $(FUZZ_BUNDLES)

# What docs/fuzzing.md says about a new call, done in a copy of the tree.
.PHONY: fuzz-doc
fuzz-doc:
	@harness/fuzz/doctest.sh $(FUZZ_OUT)/doc

# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets. `make fuzz` replays all seeds under ASan and UBSan, then lets libFuzzer search for
# FUZZ_TIME seconds; crashing inputs stay in build/fuzz.

FUZZ_TIME ?= 60
FUZZ_SEED ?= 1
FUZZ_OUT  := $(O)/fuzz
FUZZ_SRC  := $(addprefix harness/fuzz/,fuzz_hcall.c ops.c values.c oracle.c digest.c machine.c)
SEQ_SRC   := $(addprefix harness/fuzz/,seq_read.c seq_write.c)
FUZZ_SEEDS := $(patsubst harness/fuzz/seeds/%.seq,$(FUZZ_OUT)/seeds/%,\
	$(wildcard harness/fuzz/seeds/*.seq))
FUZZ_GUESTS := hello sum smp
FUZZ_BUNDLES := $(FUZZ_GUESTS:%=$(FUZZ_OUT)/bundles/one-%) $(FUZZ_OUT)/bundles/two \
	$(FUZZ_OUT)/bundles/control
FUZZ_PROGS := $(addprefix $(FUZZ_OUT)/,replay_hcall replay_manifest fuzz_hcall fuzz_manifest \
	play inject)

.PHONY: fuzz fuzz-progs
fuzz: fuzz-progs
	@harness/fuzz/run.sh $(FUZZ_OUT) $(FUZZ_TIME) $(FUZZ_SEED)

fuzz-progs: $(FUZZ_PROGS) $(FUZZ_SEEDS) $(FUZZ_BUNDLES)

# The search follows coverage of the hypervisor, not of the fuzzer's own checks.
$(O)/um-fuzz/harness/fuzz/%.o: UM_FLAGS_um-fuzz := $(UM_SANITIZE)

$(FUZZ_OUT)/replay_hcall: $(call um_objs,um-asan) \
		$(FUZZ_SRC:%.c=$(O)/um-asan/%.o) $(O)/um-asan/harness/fuzz/replay.o
	@mkdir -p $(@D)
	$(HOSTCC) $(UM_SANITIZE) -o $@ $^ $(UM_LIBS)

$(FUZZ_OUT)/replay_manifest: $(addprefix $(O)/um-asan/,core/manifest.o core/manifest_check.o \
		core/fmt.o harness/fuzz/fuzz_manifest.o harness/fuzz/replay.o)
	@mkdir -p $(@D)
	$(HOSTCC) $(UM_SANITIZE) -o $@ $^ $(UM_LIBS)

# Without sanitizers: for `make coverage`, and against planted faults (tools/mutate).
define fuzz_plain
$(O)/$(1)/play $(O)/$(1)/inject: $(O)/$(1)/%: $$(call um_objs,$(1)) \
		$$(FUZZ_SRC:%.c=$(O)/$(1)/%.o) $$(SEQ_SRC:%.c=$(O)/$(1)/%.o) \
		$(O)/$(1)/harness/fuzz/%.o
	$$(UM_CC_$(1)) $$(UM_FLAGS_$(1)) -o $$@ $$^ $$(UM_LIBS)

$(O)/$(1)/replay_manifest: $$(addprefix $(O)/$(1)/,core/manifest.o core/manifest_check.o \
		core/fmt.o harness/fuzz/fuzz_manifest.o harness/fuzz/replay.o)
	$$(UM_CC_$(1)) $$(UM_FLAGS_$(1)) -o $$@ $$^ $$(UM_LIBS)
endef
$(foreach v,um um-cov,$(eval $(call fuzz_plain,$(v))))

$(FUZZ_OUT)/fuzz_hcall: $(call um_objs,um-fuzz) $(FUZZ_SRC:%.c=$(O)/um-fuzz/%.o)
	@mkdir -p $(@D)
	$(CLANG) $(UM_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(UM_LIBS)

$(FUZZ_OUT)/fuzz_manifest: $(addprefix $(O)/um-fuzz/,core/manifest.o core/manifest_check.o \
		core/fmt.o harness/fuzz/fuzz_manifest.o)
	@mkdir -p $(@D)
	$(CLANG) $(UM_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(UM_LIBS)

$(FUZZ_OUT)/play $(FUZZ_OUT)/inject: $(FUZZ_OUT)/%: $(call um_objs,um-asan) \
		$(FUZZ_SRC:%.c=$(O)/um-asan/%.o) $(SEQ_SRC:%.c=$(O)/um-asan/%.o) \
		$(O)/um-asan/harness/fuzz/%.o
	@mkdir -p $(@D)
	$(HOSTCC) $(UM_SANITIZE) -o $@ $^ $(UM_LIBS)

$(FUZZ_OUT)/mkseed: $(call um_objs,um) $(SEQ_SRC:%.c=$(O)/um/%.o) \
		$(addprefix $(O)/um/harness/fuzz/,values.o mkseed.o)
	@mkdir -p $(@D)
	$(HOSTCC) -o $@ $^ $(UM_LIBS)

$(FUZZ_OUT)/seeds/%: harness/fuzz/seeds/%.seq $(FUZZ_OUT)/mkseed
	@mkdir -p $(@D)
	@$(FUZZ_OUT)/mkseed $< $@

FUZZ_BUNDLE = @mkdir -p $(@D) && $(O)/tools/mkbundle -o $@ -D PRE=um: -D POST= \
	-D GUEST2=sum -D ARGS=steps=3 -D ARGS2=seed=7

$(FUZZ_OUT)/bundles/one-%: harness/guests/manifests/one.dts $(O)/tools/mkbundle
	$(FUZZ_BUNDLE) -D GUEST=$* $<

$(FUZZ_OUT)/bundles/%: harness/guests/manifests/%.dts $(O)/tools/mkbundle
	$(FUZZ_BUNDLE) -D GUEST=hello $<

# Each allocation that a program makes fails in turn.
.PHONY: inject
inject: $(FUZZ_OUT)/inject
	$< harness/fuzz/seeds/*.seq

# SPDX-License-Identifier: GPL-2.0-or-later
# make tsan: parts of the core on threads of the host, under ThreadSanitizer. Last line:
# "suite tsan: P passed, F failed".
THREADS_SRC := unittests/threads/threads.c $(addprefix core/,lock.c log.c trace.c palloc.c \
	sched.c fmt.c vio/vterm.c)

.PHONY: tsan
tsan: $(O)/tsan/threads
	@p=0; f=0; \
	for i in 1 2 3; do \
		if $<; then p=$$((p + 1)); else f=$$((f + 1)); echo "FAIL run $$i"; fi; \
	done; \
	if $< race 2>&1 | grep -q 'WARNING: ThreadSanitizer: data race'; then p=$$((p + 1)); \
	else f=$$((f + 1)); echo 'FAIL a lock that is left out is not reported'; fi; \
	echo "suite tsan: $$p passed, $$f failed"; [ $$f = 0 ]

$(O)/tsan/threads: $(THREADS_SRC) $(wildcard include/*.h unittests/threads/*.h) \
		unittests/threads/threads.mk
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -g -O1 $(WARN) -Wno-tsan -fsanitize=thread -iquote unittests/threads \
		-iquote include -DHV_DEBUG=1 -o $@ $(THREADS_SRC) -lpthread

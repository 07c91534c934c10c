# SPDX-License-Identifier: GPL-2.0-or-later
# Style and structure checks; the last line is "suite lint: P passed, F failed".

lint:
	@tools/static/thread-safety.sh
	@tools/lint/selftest.sh
	@tools/lint/lint.sh

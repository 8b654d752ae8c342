# brazier: how it is built, tested and checked. `make help` lists the targets.
#
# A folder is a static archive; a test links the archives of its own folder and
# of those below, so a folder can be built and tested while others are broken.
# BUILD=DIR keeps a build apart from others (sanitizers, another compiler).

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD   ?= build
PREFIX  ?= /usr/local
OPT     ?= -O2 -g
SAN     ?=
# Only for a compiler that nobody has tried: WERROR= lets its new warnings pass.
WERROR  ?= -Werror
# A build from a tarball or an image says what it is: make COMMIT=0123456789ab
VERSION := $(shell cat VERSION 2>/dev/null || echo 0)
COMMIT  ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

WARN := -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef \
        -Wno-missing-field-initializers
# Fortified libc calls and sanitizers do not mix.
HARDEN := $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
# RE2 is C++ and so is the one file around it.
ifeq ($(origin CXX),default)
CXX := $(if $(findstring clang,$(CC)),clang++,g++)
endif
# clang's check of function types in C++ wants its C++ runtime, which C programs are not linked with.
NO_FUNCTION := $(if $(SAN),$(if $(findstring clang,$(CXX)),-fno-sanitize=function))
CXXFLAGS += -std=gnu++17 $(OPT) $(filter-out -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers,$(WARN)) \
            $(HARDEN) $(SAN) $(NO_FUNCTION) -fno-exceptions -fno-rtti -fstack-protector-strong -fPIE -pthread
CPPFLAGS += -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
CFLAGS   += -std=gnu17 $(OPT) $(WARN) $(HARDEN) $(SAN) -fno-common -fstack-protector-strong -fPIE -pthread
LDFLAGS  += $(SAN) -pie -pthread -Wl,--as-needed -Wl,-z,relro,-z,now

PKGS   := libmicrohttpd libcurl libxml-2.0 libdeflate zlib sqlite3 jansson libcrypto libxxhash re2 yaml-0.1
PKG_C  := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_L  := $(shell pkg-config --libs $(filter-out libxxhash,$(PKGS)) 2>/dev/null) -lresolv -lstdc++

# They stand in for malloc() and the like: in nobody's program but by libbrazier-full.
AGENT_FULL_SRC := agent/interpose_malloc.c agent/interpose_new.c agent/interpose_wait.c

# The layers: a folder may include itself and what stands behind it (tests/lint/layers reads this too).
DEPS_base      := base
DEPS_model     := model base
DEPS_pprof     := pprof base
DEPS_view      := view pprof base
DEPS_http      := http base
DEPS_ui        := ui base
DEPS_client    := client base
DEPS_agent     := agent pprof base
DEPS_store     := store base
DEPS_s3        := s3 store base
DEPS_index     := index model base
DEPS_scrape    := scrape client view model pprof base
DEPS_collector := collector scrape client index s3 store http ui view agent pprof model base
DEPS_cli       := cli $(DEPS_collector)
FOLDERS := base model pprof view http ui client agent scrape store s3 index collector cli

.DEFAULT_GOAL := all
.SECONDEXPANSION:
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: FORCE

all: $(BUILD)/brazier $(foreach l,libbrazier libbrazier-full,$(BUILD)/$(l).so $(BUILD)/$(l).a) ## build the program and the agent (default)

# --- compiling -------------------------------------------------------------
# V=1 shows whole commands; -s shows nothing.
V ?=
silent := $(findstring s,$(firstword -$(MAKEFLAGS)))
say = @$(if $(V)$(silent),,echo '  $(1)';)$(if $(V),set -x;)
$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC   $@)$(CC) $(CPPFLAGS) $(DEFINE) $(PKG_C) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/obj/%.o: %.cc $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CXX  $@)$(CXX) $(CPPFLAGS) $(PKG_C) $(CXXFLAGS) -MMD -MP -c $< -o $@

# Written only when the text differs, so that what depends on it is rebuilt then and not otherwise.
define if_changed
@mkdir -p $(@D)
@printf '%s\n' '$(strip $(1))' | cmp -s - $@ || printf '%s\n' '$(strip $(1))' >$@
endef

$(BUILD)/flags: FORCE
	$(call if_changed,$(CC) $(CPPFLAGS) $(PKG_C) $(CFLAGS) $(LDFLAGS) $(PKG_L))
	@pkg-config --exists $(PKGS) || { echo "libraries are missing: $$(pkg-config --print-errors --exists $(PKGS) 2>&1 | \
	    sed -n "s/^No package '\(.*\)' found/\1/p; s/.*pkg-config: .*not found/pkg-config/p" | tr '\n' ' ')"; \
	    echo "./run.sh installs what is needed"; rm -f $@; exit 1; }

# The version stands in one object, so that a commit compiles one file and not all.
$(BUILD)/version: FORCE
	$(call if_changed,$(VERSION) $(COMMIT))
$(BUILD)/obj/base/version.o: $(BUILD)/version
$(BUILD)/obj/base/version.o: private DEFINE = -DBRAZIER_VERSION='"$(VERSION)"' -DBRAZIER_COMMIT='"$(COMMIT)"'

# Files that the binary carries: index/schema.sql becomes `extern const char index_schema_sql[];`, ended by a NUL,
# and `extern const unsigned long index_schema_sql_bytes;`, which does not count it.
EMBED := sql html css js svg
define embed
@mkdir -p $(@D)
@symbol=$$(printf '%s' '$*' | tr -c 'A-Za-z0-9' _) && { \
    printf '/* made from %s */\nextern const char %s[];\nextern const unsigned long %s_bytes;\n' '$*' $$symbol $$symbol; \
    printf 'const char %s[] = {\n' $$symbol; \
    $(if $(filter ui/%.js ui/%.css,$<),awk -f ui/pack.awk,cat) '$<' | od -An -v -tx1 | sed "s/ *\([0-9a-f][0-9a-f]\)/'\\\\x\1',/g"; \
    printf "'\\\\0'};\nconst unsigned long %s_bytes = sizeof(%s) - 1;\n" $$symbol $$symbol; } >$@
endef
$(BUILD)/gen/%.c: % Makefile ui/pack.awk
	$(embed)
$(BUILD)/gen/%.c: $(BUILD)/taken/% Makefile
	$(embed)

# The page's time chart is a library that comes as a package (libjs-dygraphs), here under its licence. DYGRAPHS=DIR is
# where it lies; without it the page shows tables of numbers in the chart's place.
DYGRAPHS ?= /usr/share/javascript/dygraphs
TAKEN_ui := ui/dygraph.js
$(BUILD)/taken/dygraphs: FORCE
	$(call if_changed,$(wildcard $(DYGRAPHS)/dygraph.min.js))
	@[ -n "$(wildcard $(DYGRAPHS)/dygraph.min.js)" ] || echo 'no $(DYGRAPHS)/dygraph.min.js: the page will have no time chart'
$(BUILD)/taken/ui/dygraph.js: $(BUILD)/taken/dygraphs ui/dygraph-licence.txt
	@mkdir -p $(@D)
	@if [ -s $< ] && [ -n "$$(cat $<)" ]; then \
	    { echo '/*'; cat ui/dygraph-licence.txt; echo '*/'; sed '/[#] sourceMappingURL=/d' '$(DYGRAPHS)/dygraph.min.js'; } >$@; \
	else echo '/* built without libjs-dygraphs */' >$@; fi
$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC   $@)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# An archive is made anew when a member changes, comes or goes.
$(BUILD)/%.members: FORCE
	$(call if_changed,$(MEMBERS))
define archive
@rm -f $@
$(call say,AR   $@)ar rcs $@ $(filter %.o,$^)
endef

define folder
SRC_$(1) := $$(filter-out cli/main.c $(AGENT_FULL_SRC),$$(wildcard $(1)/*.c $(1)/*.cc))
OBJ_$(1) := $$(patsubst %,$$(BUILD)/obj/%.o,$$(basename $$(SRC_$(1)))) \
            $$(patsubst %,$$(BUILD)/obj/gen/%.o,$$(foreach e,$$(EMBED),$$(wildcard $(1)/*.$$(e))) $$(TAKEN_$(1)))
$$(BUILD)/lib$(1).members: private MEMBERS = $$(OBJ_$(1))
$$(BUILD)/lib$(1).a: $$(OBJ_$(1)) $$(BUILD)/lib$(1).members
	$$(archive)
endef
$(foreach f,$(FOLDERS),$(eval $(call folder,$(f))))
libs_of = $(foreach d,$(DEPS_$(1)),$(if $(SRC_$(d)),$(BUILD)/lib$(d).a))

# The collector profiles itself with the agent as it is installed, whose inner names are its own.
$(BUILD)/brazier: $(BUILD)/obj/cli/main.o $(filter-out $(BUILD)/libagent.a,$(call libs_of,cli)) $(BUILD)/libbrazier.a
	$(call say,LINK $@)$(CC) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) -lm $(PKG_L)

# --- the agent -------------------------------------------------------------
# Its own objects: position independent, and everything hidden but what is made visible on purpose. It is linked with
# nothing but the C library. The archive is one object in which inner names are local, so that they cannot clash with the
# program's. libbrazier-full is the same with the functions of AGENT_FULL_SRC, which programs pay for that use them.
AGENT_SRC := $(filter-out $(AGENT_FULL_SRC),$(wildcard agent/*.c)) \
    $(addprefix pprof/,builder.c column.c intern.c quota.c symbols.c table.c wire_out.c) \
    $(addprefix base/,alloc.c buf.c budget.c clock.c distance.c encode.c error.c file.c hash.c option.c printable.c \
    random.c secret.c slice.c version.c)
AGENT_OBJ := $(patsubst %.c,$(BUILD)/agent-obj/%.o,$(AGENT_SRC))
AGENT_FULL_OBJ := $(patsubst %.c,$(BUILD)/agent-obj/%.o,$(AGENT_FULL_SRC))
$(BUILD)/agent-obj/base/version.o: $(BUILD)/version
$(BUILD)/agent-obj/base/version.o: private DEFINE = -DBRAZIER_VERSION='"$(VERSION)"' -DBRAZIER_COMMIT='"$(COMMIT)"'
$(BUILD)/agent-obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC   $@)$(CC) $(CPPFLAGS) $(DEFINE) $(filter-out -fPIE,$(CFLAGS)) -fPIC -fvisibility=hidden -MMD -MP -c $< -o $@
$(BUILD)/libbrazier.so $(BUILD)/libbrazier.a: $(AGENT_OBJ)
$(BUILD)/libbrazier-full.so $(BUILD)/libbrazier-full.a: $(AGENT_OBJ) $(AGENT_FULL_OBJ)
$(BUILD)/libbrazier.so $(BUILD)/libbrazier-full.so:
	$(call say,LINK $@)$(CC) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,-soname,$(@F).0 -Wl,-z,nodelete \
	    $(if $(SAN),,-Wl,--no-undefined) -o $@ $^
$(BUILD)/libbrazier.a $(BUILD)/libbrazier-full.a:
	@rm -f $@
	$(call say,AR   $@)$(CC) -r -nostdlib -o $(BUILD)/agent-obj/$(basename $(@F)).o $^ && \
	    objcopy --localize-hidden $(BUILD)/agent-obj/$(basename $(@F)).o && \
	    ar rcs $@ $(BUILD)/agent-obj/$(basename $(@F)).o

# --- tests -----------------------------------------------------------------
# tests/<folder>/test_<file>.c is one program, linked with what it uses of tests/support/ (libc only) and
# tests/contract/, with the other sources of its test folder, and with the archives of its product folder.
# `make test-model` builds and runs those of one folder.
TEST_TIMEOUT ?= 300
TEST_L := -lcmocka -lm
# Hundreds of programs are linked: lld takes a fifth of the time, if it is there.
TEST_LD := $(if $(shell command -v ld.lld),-fuse-ld=lld)
SUPPORT_OBJ  := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/support/*.c))
CONTRACT_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/contract/*.c))
$(BUILD)/libsupport.members: private MEMBERS = $(SUPPORT_OBJ)
$(BUILD)/libcontract.members: private MEMBERS = $(CONTRACT_OBJ)
$(BUILD)/libsupport.a: $(SUPPORT_OBJ) $(BUILD)/libsupport.members
	$(archive)
$(BUILD)/libcontract.a: $(CONTRACT_OBJ) $(BUILD)/libcontract.members
	$(archive)
test_libs = $(if $(MORE_$(1)),$(BUILD)/libtests-$(1).a) \
            $(if $(filter store,$(DEPS_$(1))),$(if $(CONTRACT_OBJ),$(BUILD)/libcontract.a)) \
            $(if $(SUPPORT_OBJ),$(BUILD)/libsupport.a)

define tests
MORE_$(1) := $$(patsubst %.c,$$(BUILD)/obj/%.o,$$(filter-out tests/$(1)/test_%,$$(wildcard tests/$(1)/*.c)))
$$(BUILD)/libtests-$(1).members: private MEMBERS = $$(MORE_$(1))
$$(BUILD)/libtests-$(1).a: $$(MORE_$(1)) $$(BUILD)/libtests-$(1).members
	$$(archive)
TESTS_$(1) := $$(patsubst tests/%.c,$$(BUILD)/tests/%,$$(wildcard tests/$(1)/test_*.c))
$$(TESTS_$(1)): $$(BUILD)/tests/%: $$(BUILD)/obj/tests/%.o $$(call test_libs,$(1)) $$(call libs_of,$(1))
	@mkdir -p $$(@D)
	$$(call say,LINK $$@)$$(CC) $$(LDFLAGS) $$(TEST_LD) -o $$@ $$(filter %.o %.a,$$^) $$(TEST_L) $$(PKG_L)
.PHONY: test-$(1)
test-$(1): $$(TESTS_$(1))
	@tests/run-unit $$(TEST_TIMEOUT) $$^
endef
TEST_FOLDERS := $(FOLDERS)
SKIP ?=
$(foreach f,$(TEST_FOLDERS),$(eval $(call tests,$(f))))
TESTS := $(filter-out $(SKIP),$(foreach f,$(TEST_FOLDERS),$(TESTS_$(f))))

# It looks for lines of its own functions, whatever the others are built with.
$(BUILD)/obj/tests/agent/test_names.o: private CFLAGS += -g

.PHONY: all test test-programs
test-programs: $(TESTS)
test: $(TESTS) ## build and run all unit tests; `make test-model` those of one folder
	@tests/run-unit $(TEST_TIMEOUT) $^

# Programs of the tests that are no tests (a load maker, a fault proxy, a benchmark, a fuzz target): each links the
# folders that it names in its includes, and what those need.
includes_of = $(sort $(shell sed -n 's,^\#include "\([a-z0-9]*\)/.*,\1,p' $(1)))
needs_of = $(foreach i,$(call includes_of,$(1)),$(DEPS_$(i)))
DOWNWARDS := $(DEPS_cli)
libs_for = $(if $(filter store,$(call needs_of,$(1))),$(if $(CONTRACT_OBJ),$(BUILD)/libcontract.a)) \
           $(if $(SUPPORT_OBJ),$(BUILD)/libsupport.a) \
           $(foreach d,$(DOWNWARDS),$(if $(SRC_$(d)),$(if $(filter $(d),$(call needs_of,$(1))),$(BUILD)/lib$(d).a)))

PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/e2e/*.c tests/bench/*.c))
$(PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $$(call libs_for,tests/$$*.c)
	@mkdir -p $(@D)
	$(call say,LINK $@)$(CC) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) -lm $(PKG_L)

.PHONY: e2e s3 bench programs
programs: $(PROGRAMS)
e2e: all $(filter $(BUILD)/tests/e2e/%,$(PROGRAMS)) ## real processes, real S3 servers, real faults
	BUILD=$(abspath $(BUILD)) tests/e2e/run $(E2E)
s3: $(BUILD)/tests/s3/test_bucket ## the store contract on real S3 servers
	BUILD=$(abspath $(BUILD)) tests/s3/run-real
bench: all $(PROGRAMS) ## the numbers of docs/PERFORMANCE.md
	BUILD=$(abspath $(BUILD)) tests/bench/run $(BENCH)

# --- other builds ----------------------------------------------------------
# GOAL=test-s3 runs a part only. The kernel's address randomisation may be more than TSan of an older gcc can take, and
# it would learn nothing where there are no threads. The two longest oracles, which mostly wait for another program, are
# not asked under ASan: tests beside them, and fuzzers, go the same ways.
GOAL ?= test
NO_ASLR = $(shell setarch -R true 2>/dev/null && echo setarch -R)
SLOW_TIMEOUT ?= 900
THREADLESS := model pprof view ui
.PHONY: asan tsan cover fuzz fuzz-programs
asan: ## all unit tests but two under AddressSanitizer, LeakSanitizer and UBSan
	UBSAN_OPTIONS=print_stacktrace=1 $(MAKE) BUILD=$(BUILD)/asan TEST_TIMEOUT=$(SLOW_TIMEOUT) \
	    OPT="-O1 -g1 -fno-omit-frame-pointer" SAN="-fsanitize=address,undefined -fno-sanitize-recover=all" \
	    SKIP='%/view/test_graph_oracle %/view/test_filter_oracle' $(GOAL)
tsan: ## the unit tests of what has threads under ThreadSanitizer
	TSAN_OPTIONS="second_deadlock_stack=1 $$TSAN_OPTIONS" $(NO_ASLR) $(MAKE) BUILD=$(BUILD)/tsan \
	    TEST_TIMEOUT=$(SLOW_TIMEOUT) OPT="-O1 -g1" SAN="-fsanitize=thread" \
	    SKIP='$(foreach f,$(THREADLESS),$(BUILD)/tsan/tests/$(f)/%)' $(GOAL)
cover: ## all unit tests; lines that they ran, by file
	@find $(BUILD)/cover -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) BUILD=$(BUILD)/cover OPT="-O0 -g" SAN="--coverage" test; code=$$?; \
	    tests/cover $(BUILD)/cover $(FOLDERS) && exit $$code

# tests/fuzz/fuzz_NAME.c, first on tests/fuzz/regression/NAME/ (inputs that once broke it), then FUZZ_SECONDS from
# the seeds in tests/fuzz/corpus/NAME/. FUZZ=NAME runs one only. What it finds is kept in BUILD/fuzz/found/.
FUZZ_SECONDS ?= 10
FUZZ ?= *
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_$(FUZZ).c))
$(FUZZERS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $$(call libs_for,tests/$$*.c)
	@mkdir -p $(@D)
	$(call say,LINK $@)$(CXX) $(LDFLAGS) $(TEST_LD) -fsanitize=fuzzer -o $@ $(filter %.o %.a,$^) -lm $(PKG_L)
# fuzz_protobuf has a second reader: protobuf-c's, made from the list of fields in tests/fuzz/profile.proto.
PROFILE_PB := $(BUILD)/gen/tests/fuzz/profile.pb-c
$(PROFILE_PB).c: tests/fuzz/profile.proto
	@mkdir -p $(@D)
	$(call say,GEN  $@)protoc-c --c_out=$(BUILD)/gen $<
PROFILE_PB_USERS := $(BUILD)/obj/gen/tests/fuzz/profile.pb-c.o $(BUILD)/obj/tests/fuzz/fuzz_protobuf.o \
    $(BUILD)/tidy/tests/fuzz/fuzz_protobuf.ok
$(PROFILE_PB_USERS): $(PROFILE_PB).c
$(PROFILE_PB_USERS): private CPPFLAGS += -I$(BUILD)/gen
$(BUILD)/tests/fuzz/fuzz_protobuf: $(BUILD)/obj/gen/tests/fuzz/profile.pb-c.o
$(BUILD)/tests/fuzz/fuzz_protobuf: private PKG_L += -lprotobuf-c
fuzz-programs: $(FUZZERS)
fuzz: ## every fuzz target for FUZZ_SECONDS (10); FUZZ=NAME for one
	$(MAKE) CC=clang BUILD=$(BUILD)/fuzz OPT="-O1 -g1 -fno-omit-frame-pointer" \
	    SAN="-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all" fuzz-programs
	@tests/fuzz/run $(FUZZ_SECONDS) $(BUILD)/fuzz $(patsubst $(BUILD)/%,$(BUILD)/fuzz/%,$(FUZZERS))

# --- checks ----------------------------------------------------------------
# lint-quick needs awk and clang-format only. clang-tidy and cppcheck run again only on what changed.
LINT_SRC := $(foreach f,$(FOLDERS),$(wildcard $(f)/*.c))
LINT_TESTS := $(wildcard tests/*/*.c)
LINT_ALL := $(LINT_SRC) $(LINT_TESTS) $(foreach f,$(FOLDERS),$(wildcard $(f)/*.h $(f)/*.cc)) $(wildcard tests/*/*.h)
# Formatting and findings differ between versions of LLVM: Debian 12's decides, others are not asked.
LLVM := 14
CLANG_FORMAT ?= $(firstword $(shell command -v clang-format-$(LLVM)) clang-format)
CLANG_TIDY   ?= $(firstword $(shell command -v clang-tidy-$(LLVM)) clang-tidy)
decides = $(findstring version $(LLVM).,$(shell $(1) --version 2>&1))
TIDY := $(patsubst %.c,$(BUILD)/tidy/%.ok,$(LINT_SRC) $(LINT_TESTS))
$(TIDY): $(BUILD)/tidy/%.ok: $(BUILD)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	@$(if $(silent),,echo '  TIDY $*.c')
	@$(CLANG_TIDY) --quiet --warnings-as-errors='*' $*.c -- -x c -std=gnu17 $(CPPFLAGS) -DBRAZIER_VERSION='"0"' -DBRAZIER_COMMIT='"0"' \
	    $(PKG_C) $(WARN) >$@.out 2>$@.err || \
	    { grep -v 'warnings generated' $@.err; cat $@.out; exit 1; }
	@touch $@

.PHONY: lint lint-quick lint-tidy lint-cppcheck lint-format format
lint: lint-quick lint-cppcheck lint-tidy ## every check; lint-quick for those that take a second
lint-quick: lint-format
	@tests/lint/selftest
	@tests/lint/run
	@tests/deploy-check
lint-format:
	@$(if $(call decides,$(CLANG_FORMAT)),badly=$$($(CLANG_FORMAT) --dry-run $(LINT_ALL) 2>&1 | sed -n 's/^\([^: ]*\):.*/\1/p' | \
	    sort -u); [ -z "$$badly" ] || { printf '%s: not formatted\n' $$badly; echo 'make format does it'; exit 1; }, \
	    echo 'skip  clang-format: not $(LLVM)')
ifneq ($(filter lint lint-tidy,$(MAKECMDGOALS)),)
lint-tidy: $(if $(call decides,$(CLANG_TIDY)),$(TIDY))
	@$(if $(call decides,$(CLANG_TIDY)),,echo 'skip  clang-tidy: not $(LLVM)')
endif
lint-cppcheck:
	@mkdir -p $(BUILD)/cppcheck
	@$(if $(strip $(LINT_SRC)),tests/lint/cppcheck $(BUILD)/cppcheck $(LINT_SRC))
format: ## clang-format on every source
	@$(CLANG_FORMAT) -i $(LINT_ALL)

# --- the rest --------------------------------------------------------------
.PHONY: install clean help
INSTALL ?= install
UNITDIR ?= $(PREFIX)/lib/systemd/system
install: all ## into PREFIX (/usr/local), under DESTDIR
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/brazier $(DESTDIR)$(UNITDIR)
	$(INSTALL) -m 755 $(BUILD)/brazier $(DESTDIR)$(PREFIX)/bin/brazier
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include
	for library in brazier brazier-full; do \
	    $(INSTALL) -m 755 $(BUILD)/lib$$library.so $(DESTDIR)$(PREFIX)/lib/lib$$library.so.0 && \
	    ln -sf lib$$library.so.0 $(DESTDIR)$(PREFIX)/lib/lib$$library.so && \
	    $(INSTALL) -m 644 $(BUILD)/lib$$library.a $(DESTDIR)$(PREFIX)/lib/lib$$library.a && \
	    sed "s,@PREFIX@,$(PREFIX),; s,@VERSION@,$(VERSION),; s,@LIBRARY@,$$library," agent/brazier.pc.in \
	        >$(DESTDIR)$(PREFIX)/lib/pkgconfig/$$library.pc || exit 1; \
	done
	$(INSTALL) -m 644 agent/brazier.h $(DESTDIR)$(PREFIX)/include/brazier.h
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/share/man/man3
	$(INSTALL) -m 644 docs/libbrazier.3 $(DESTDIR)$(PREFIX)/share/man/man3/libbrazier.3
	$(INSTALL) -m 644 $(wildcard README.md CHANGES.md docs/*.md docs/example.c deploy/nginx.conf deploy/haproxy.cfg \
	    deploy/prometheus-rules.yaml deploy/brazier.env) $(DESTDIR)$(PREFIX)/share/doc/brazier
	sed 's,^ExecStart=/usr/local/bin/,ExecStart=$(PREFIX)/bin/,' deploy/brazier.service >$(DESTDIR)$(UNITDIR)/brazier.service
	chmod 644 $(DESTDIR)$(UNITDIR)/brazier.service

clean: ## remove BUILD
	rm -rf -- '$(BUILD)'

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

-include $(shell find $(BUILD)/obj $(BUILD)/agent-obj -name '*.d' 2>/dev/null)

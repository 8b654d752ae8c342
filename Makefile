# brazier: how it is built, tested and checked. `make help` lists the targets.
#
# A folder is a static archive; a test links the archives of its own folder and
# of those below, so a folder can be built and tested while others are broken.
# BUILD=DIR keeps a build apart from others (sanitizers, another compiler).

CC      ?= gcc
BUILD   ?= build
PREFIX  ?= /usr/local
OPT     ?= -O2 -g
SAN     ?=
VERSION := $(shell cat VERSION 2>/dev/null || echo 0)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef \
        -Wno-missing-field-initializers
CPPFLAGS += -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
CFLAGS   += -std=gnu17 $(OPT) $(WARN) $(SAN) -fno-common -fstack-protector-strong -pthread
LDFLAGS  += $(SAN) -pthread -Wl,--as-needed

PKGS   := libmicrohttpd libcurl libxml-2.0 libdeflate zlib sqlite3 jansson libcrypto
PKG_C  := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_L  := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# The layers: a folder may include itself and what stands behind it (tests/lint/layers reads this too).
DEPS_base      := base
DEPS_model     := model base
DEPS_pprof     := pprof base
DEPS_http      := http base
DEPS_store     := store base
DEPS_s3        := s3 store base
DEPS_index     := index model base
DEPS_collector := collector index s3 store http pprof model base
DEPS_cli       := cli $(DEPS_collector)
FOLDERS := base model pprof http store s3 index collector cli

.DEFAULT_GOAL := all
.SECONDEXPANSION:
.SUFFIXES:
.DELETE_ON_ERROR:

all: $(BUILD)/brazier

# --- compiling -------------------------------------------------------------
$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_C) $(CFLAGS) -MMD -MP -c $< -o $@

# A change of compiler or flags rebuilds; an unchanged one does not touch the file.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(PKG_C) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(PKG_C) $(CFLAGS)' > $@
FORCE:

define folder
SRC_$(1) := $$(filter-out cli/main.c,$$(wildcard $(1)/*.c))
$$(BUILD)/lib$(1).a: $$(patsubst %.c,$$(BUILD)/obj/%.o,$$(SRC_$(1)))
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call folder,$(f))))
libs_of = $(foreach d,$(DEPS_$(1)),$(if $(SRC_$(d)),$(BUILD)/lib$(d).a))

$(BUILD)/brazier: $(BUILD)/obj/cli/main.o $(call libs_of,cli)
	$(CC) $(LDFLAGS) -o $@ $^ $(PKG_L)

# --- tests -----------------------------------------------------------------
# tests/<folder>/test_<file>.c is one program, linked with tests/support/*.c and the archives of its folder.
# `make test` runs them all, `make test-model` those of one folder.
TEST_TIMEOUT ?= 300
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/support/*.c))
TEST_L := -lcmocka -lm

define tests
TESTS_$(1) := $$(patsubst tests/%.c,$$(BUILD)/tests/%,$$(wildcard tests/$(1)/test_*.c))
$$(TESTS_$(1)): $$(BUILD)/tests/%: $$(BUILD)/obj/tests/%.o $$(SUPPORT_OBJ) $$(call libs_of,$(1))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(TEST_L) $$(PKG_L)
.PHONY: test-$(1)
test-$(1): $$(TESTS_$(1))
	@tests/run-unit $$(TEST_TIMEOUT) $$^
endef
TEST_FOLDERS := $(filter-out cli,$(FOLDERS))
$(foreach f,$(TEST_FOLDERS),$(eval $(call tests,$(f))))

.PHONY: all test FORCE
test: $(foreach f,$(TEST_FOLDERS),$(TESTS_$(f)))
	@tests/run-unit $(TEST_TIMEOUT) $^

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

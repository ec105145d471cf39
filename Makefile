# mailvet.  One make file; all output goes to build/.
#
#   make            the programs
#   make check      all tests          make demo      real mail, end to end
#   make lint       the house rules    make install   DESTDIR, PREFIX, ...

VERSION = 0.1.0

# ---- for packagers ---------------------------------------------------------
CC ?= cc
CFLAGS ?= -O2 -g
LDFLAGS ?=
DESTDIR ?=
PREFIX ?= /usr
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/mailvet
SYSCONFDIR ?= /etc
RUNDIR ?= /run/mailvet

# ---- the build -------------------------------------------------------------
BUILD = build
SANITIZE =
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
	-fstack-clash-protection
HARDEN_LD = -pie -Wl,-z,relro,-z,now
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
PACKAGES = libcrypto libidn2 ldns libselinux libsystemd libunbound
LIBRARIES = -lmilter -lspf2 -lopendkim -lopendmarc -linih \
	$(shell pkg-config --libs $(PACKAGES)) -lpthread

ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Isrc $(WARN) -MMD -MP \
	-DMAILVET_VERSION='"$(VERSION)"' -DMAILVET_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-DMAILVET_RUNDIR='"$(RUNDIR)"' $(CFLAGS) \
	$(if $(SANITIZE),$(SANITIZE),$(HARDEN)) \
	$(shell pkg-config --cflags $(PACKAGES))
ALL_LDFLAGS = $(LDFLAGS) $(if $(SANITIZE),$(SANITIZE),$(HARDEN_LD))

ROOMS = base mail dns os filter trust pipeline milter spf dkim sign dmarc admin
SOURCES = $(filter-out %/main.c,$(foreach r,$(ROOMS),$(wildcard src/$r/*.c)))
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY = $(BUILD)/libmailvet.a

DAEMONS = spf dkim dmarc inbound sign
PROGRAMS = $(DAEMONS:%=$(BUILD)/bin/mailvet-%) $(BUILD)/bin/mailvet

UNIT_SOURCES = $(foreach r,$(ROOMS),$(wildcard tests/unit/$r/test_*.c))
UNIT_TESTS = $(UNIT_SOURCES:%.c=$(BUILD)/%)

.PHONY: all unit clean
.SECONDARY:
.DELETE_ON_ERROR:

all: $(PROGRAMS)

$(BUILD)/bin/mailvet-%: $(BUILD)/src/%/main.o $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/bin/mailvet: $(BUILD)/src/admin/main.o $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBRARIES)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/unit/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) \
		-lcmocka $(LIBRARIES)

unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done

clean:
	rm -rf $(BUILD)

-include $(wildcard $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d \
	$(BUILD)/tests/unit/*/*.d)

# mailvet.  One make file; all output goes to build/.
#
#   make            the programs       make install   DESTDIR, PREFIX, ...
#   make check      all tests          make demo      real mail, end to end
#   make lint       the house rules    make dist      a tarball of HEAD
#   make analyze    cppcheck, gcc -fanalyzer
#   make rpm        packages (srpm)    make fuzz      parsers, TIME=60 seconds
#   make selinux    policy module      make check-vm  on an enforcing host
#   make soak       hours of abuse     make bench     ours and the peers

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
LICENSEDIR ?= $(DATADIR)/licenses/mailvet
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
RUNDIR ?= /run/mailvet
SELINUXDIR ?= $(DATADIR)/selinux
SELINUXTYPE ?= targeted
# The headers of the policy that the module is for.
SELINUX_DEVEL ?= /usr/share/selinux/devel
STATEDIR ?= /var/lib/mailvet
SPOOLDIR ?= /var/spool/mailvet
POSTGRES ?= yes

# ---- the build -------------------------------------------------------------
BUILD = build
SANITIZE =
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
	-fstack-clash-protection
HARDEN_LD = -pie -Wl,-z,relro,-z,now
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
LIBRARIES = -lmilter -lspf2 -lopendkim -lopendmarc -linih -lcrypto -lidn2 \
	-lldns -lselinux -lsystemd -lunbound -ljansson -lpsl -lpthread
REPORT_LIBRARIES = -lsqlite3 -lxml2 -lz -lcurl $(if $(USE_POSTGRES),-lpq)
REPORT_CFLAGS = -I/usr/include/libxml2 \
	$(if $(USE_POSTGRES),-DWITH_POSTGRES -I/usr/include/postgresql)
USE_POSTGRES = $(filter yes,$(POSTGRES))

ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Isrc $(WARN) -MMD -MP \
	-DMAILVET_VERSION='"$(VERSION)"' -DMAILVET_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-DMAILVET_RUNDIR='"$(RUNDIR)"' -DMAILVET_DATADIR='"$(DATADIR)/mailvet"' \
	-DMAILVET_STATEDIR='"$(STATEDIR)"' -DMAILVET_SPOOLDIR='"$(SPOOLDIR)"' \
	-DMAILVET_LIBEXECDIR='"$(LIBEXECDIR)"' $(CFLAGS) \
	$(if $(SANITIZE),$(SANITIZE),$(HARDEN))
ALL_LDFLAGS = $(LDFLAGS) $(if $(SANITIZE),$(SANITIZE),$(HARDEN_LD))

ROOMS = base mail dns os filter trust pipeline milter spf dkim sign dmarc \
	report host keys doctor setup admin
SOURCES = $(filter-out %/main.c,$(foreach r,$(filter-out report,$(ROOMS)), \
	$(wildcard src/$r/*.c)))
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY = $(BUILD)/libmailvet.a

# Apart, so that no milter is linked with a database or an XML library.
REPORT_SOURCES = $(filter-out %/main.c $(if $(USE_POSTGRES),, \
	%/store_postgres.c),$(wildcard src/report/*.c))
REPORT_LIBRARY = $(BUILD)/libreport.a

DAEMONS = spf dkim dmarc inbound sign
HELPERS = seal-key
REPORTERS = $(BUILD)/bin/mailvet $(BUILD)/bin/mailvet-report
PROGRAMS = $(DAEMONS:%=$(BUILD)/bin/mailvet-%) \
	$(HELPERS:%=$(BUILD)/bin/mailvet-%) $(REPORTERS)

# ---- test programs ---------------------------------------------------------
UNIT_SOURCES = $(foreach r,$(ROOMS),$(wildcard tests/unit/$r/test_*.c))
UNIT_TESTS = $(UNIT_SOURCES:%.c=$(BUILD)/%)
# What the tests of a room share: *.c beside them that is no test.
UNIT_SHARED = $(filter-out $(UNIT_SOURCES),$(wildcard tests/unit/*/*.c))
UNIT_LIBRARY = $(BUILD)/libunit.a
TEST_LIBRARY = $(BUILD)/libtest.a
TEST_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/lib/*.c))
TEST_PROGRAMS = $(BUILD)/tests/scenario $(BUILD)/tests/concurrent \
	$(BUILD)/tests/side-by-side $(BUILD)/tests/crash \
	$(BUILD)/tests/spfcheck $(BUILD)/tests/authors

.PHONY: all tests unit check soak bench check-vm demo lint analyze fuzz \
	fuzz-replay fuzzers install install-systemd selinux install-selinux rpm srpm dist clean
.SECONDARY:
.DELETE_ON_ERROR:

all: $(PROGRAMS)

$(BUILD)/bin/mailvet-%: $(BUILD)/src/%/main.o $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBRARIES)

# Needs the C library only.
$(BUILD)/bin/mailvet-seal-key: $(BUILD)/src/seal-key/main.o
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

$(BUILD)/bin/mailvet: $(BUILD)/src/admin/main.o
$(BUILD)/bin/mailvet-report: $(BUILD)/src/report/main.o
$(REPORTERS): $(REPORT_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LIBRARY) \
		$(REPORT_LIBRARY) $(LIBRARY) $(LIBRARIES) $(REPORT_LIBRARIES)

$(REPORT_LIBRARY): $(REPORT_SOURCES:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/src/report/%.o: ALL_CFLAGS += $(REPORT_CFLAGS)
$(BUILD)/tests/unit/report/%: ALL_CFLAGS += $(REPORT_CFLAGS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Not $^: that has the headers, too, once the dependencies are known.
$(BUILD)/tests/unit/%: tests/unit/%.c $(UNIT_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests $(ALL_LDFLAGS) -o $@ $< $(UNIT_LIBRARY) \
		$(LIBRARY) -lcmocka $(LIBRARIES)

$(UNIT_SHARED:%.c=$(BUILD)/%.o): ALL_CFLAGS += -Itests

$(UNIT_LIBRARY): $(UNIT_SHARED:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/tests/unit/report/%: tests/unit/report/%.c $(UNIT_LIBRARY) \
		$(REPORT_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests $(ALL_LDFLAGS) -o $@ $^ -lcmocka \
		$(LIBRARIES) $(REPORT_LIBRARIES)

# The fake MTA knows nothing of src/: an independent view of the protocol.
$(TEST_OBJECTS): ALL_CFLAGS += -Itests/lib

$(TEST_LIBRARY): $(TEST_OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/tests/scenario: tests/scenarios/run.c $(TEST_LIBRARY)
	$(CC) $(ALL_CFLAGS) -Itests/lib $(ALL_LDFLAGS) -o $@ $< \
		$(TEST_LIBRARY) -lpthread

$(BUILD)/tests/concurrent: tests/scenarios/concurrent.c $(TEST_LIBRARY)
	$(CC) $(ALL_CFLAGS) -Itests/lib $(ALL_LDFLAGS) -o $@ $< \
		$(TEST_LIBRARY) -lpthread

$(BUILD)/tests/side-by-side: tests/scenarios/side-by-side.c $(TEST_LIBRARY)
	$(CC) $(ALL_CFLAGS) -Itests/lib $(ALL_LDFLAGS) -o $@ $< \
		$(TEST_LIBRARY) -lpthread

$(BUILD)/tests/crash: tests/scenarios/crash.c $(TEST_LIBRARY)
	$(CC) $(ALL_CFLAGS) -Itests/lib $(ALL_LDFLAGS) -o $@ $< \
		$(TEST_LIBRARY) -lpthread

$(BUILD)/tests/spfcheck: tests/conformance/spfcheck.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) $(LIBRARIES)

$(BUILD)/tests/authors: tests/conformance/authors.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) $(LIBRARIES)

# ---- faults: out of memory, of files, of threads; crowds ------------------
FAULTS = $(BUILD)/tests/faults
FAULT_PROGRAMS = $(FAULTS)/nomem $(FAULTS)/exhaust $(FAULTS)/crowd \
	$(BUILD)/tests/soak/endure
FAULT_OBJECTS = $(FAULTS)/victim.o $(FAULTS)/zone.o

$(FAULTS)/%.o $(BUILD)/tests/soak/%.o: ALL_CFLAGS += -Itests/lib -Itests

$(FAULTS)/inject.so: tests/faults/inject.c tests/faults/inject.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIC -fno-builtin -shared -o $@ $< -ldl -lpthread

$(FAULT_PROGRAMS): %: %.o $(FAULT_OBJECTS) $(TEST_LIBRARY) $(UNIT_LIBRARY)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lpthread

tests: all $(UNIT_TESTS) $(TEST_PROGRAMS) \
	$(FAULT_PROGRAMS) $(FAULTS)/inject.so

# ---- benchmarks: the load and the bound ------------------------------------
$(BUILD)/tests/bench/%.o: ALL_CFLAGS += -Itests/lib

$(BUILD)/tests/load: $(BUILD)/tests/bench/load.o $(BUILD)/tests/bench/corpus.o \
		$(TEST_LIBRARY)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lpthread

$(BUILD)/tests/empty: $(BUILD)/tests/bench/empty.o
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lmilter -lpthread

bench:
	@tests/env/install check
	@tests/env/unpack
	@tests/env/unpack bench
	@$(MAKE) -s all $(BUILD)/tests/load $(BUILD)/tests/empty
	@tests/bench/bench --json $(BUILD)/bench.json --svg $(BUILD)/bench.svg

# ---- fuzzing: clang's libFuzzer, a build of its own ------------------------
FUZZERS = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BUILD = build/fuzz
FUZZ_MAKE = $(MAKE) -s BUILD=$(FUZZ_BUILD) CC=clang \
	SANITIZE="-fsanitize=fuzzer-no-link,address,undefined" \
	CFLAGS="-O1 -g -fno-omit-frame-pointer"

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/answers.c \
		$(REPORT_LIBRARY) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests -fsanitize=fuzzer,address,undefined -o $@ \
		$< tests/fuzz/answers.c $(REPORT_LIBRARY) $(LIBRARY) \
		$(LIBRARIES) $(REPORT_LIBRARIES)

fuzzers: $(FUZZERS:%=$(BUILD)/tests/fuzz/%)

# Each target for TIME seconds, new inputs in build/fuzz/corpus.
TIME = 60
fuzz:
	@tests/env/install check
	@$(FUZZ_MAKE) fuzzers
	@tests/fuzz/run $(FUZZ_BUILD) $(TIME)

# The inputs that we keep, once each; a part of make check.
fuzz-replay:
	@$(FUZZ_MAKE) fuzzers
	@tests/fuzz/run $(FUZZ_BUILD) replay

# ---- what people type ------------------------------------------------------
check:
	@tests/check

# MTA=postfix: with that in place of sendmail.
# The long forms of tests/faults and tests/soak.
soak:
	@tests/env/install check
	@tests/env/unpack
	@$(MAKE) -s -j2 tests $(BUILD)/tests/load
	@tests/soak/soak

demo:
	@tests/env/install demo
	@tests/env/unpack
	@$(MAKE) -s -j2 all
	@tests/e2e/demo $(if $(filter postfix,$(MTA)),postfix-chain \
		postfix-inbound)

# On a host with SELinux enforcing, in a virtual machine.
MTA = sendmail
check-vm:
	@tests/vm/run $(MTA) || [ $$? -eq 77 ]

lint:
	@tests/lint/lint

# cppcheck and gcc -fanalyzer.
analyze:
	@tests/env/install check
	@tests/lint/analyze

# As in tests/env/clean.sh.
unit: $(UNIT_TESTS)
	@umask 022; for t in $(UNIT_TESTS); do $$t || exit 1; done

MAN5 = $(wildcard docs/man/*.5)
MAN8 = $(wildcard docs/man/*.8)

install: all install-systemd \
	$(if $(wildcard $(BUILD)/selinux/mailvet.pp),install-selinux)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR)/mailvet \
		$(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man8 \
		$(DESTDIR)$(DATADIR)/mailvet/sendmail $(DESTDIR)$(DOCDIR) \
		$(DESTDIR)$(LICENSEDIR) \
		$(DESTDIR)$(SYSCONFDIR)/mailvet/mailvet.conf.d
	install -d -m 750 $(DESTDIR)$(SYSCONFDIR)/mailvet/keys
	install -m 755 $(BUILD)/bin/mailvet $(DESTDIR)$(BINDIR)/
	install -m 755 $(DAEMONS:%=$(BUILD)/bin/mailvet-%) \
		$(HELPERS:%=$(BUILD)/bin/mailvet-%) \
		$(BUILD)/bin/mailvet-report \
		$(DESTDIR)$(LIBEXECDIR)/mailvet/
	install -m 644 $(MAN5) $(DESTDIR)$(MANDIR)/man5/
	install -m 644 $(MAN8) $(DESTDIR)$(MANDIR)/man8/
	install -m 644 sendmail-m4/mailvet.m4 \
		$(DESTDIR)$(DATADIR)/mailvet/sendmail/
	install -m 644 src/report/aggregate-report.rng \
		$(DESTDIR)$(DATADIR)/mailvet/
	install -m 644 LICENSE $(DESTDIR)$(LICENSEDIR)/
	install -m 644 README.md CHANGES.md SECURITY.md \
		$(wildcard docs/*.md) $(DESTDIR)$(DOCDIR)/
	@# An administrator's file stays.
	test -e $(DESTDIR)$(SYSCONFDIR)/mailvet/mailvet.conf || \
	install -m 644 docs/examples/mailvet.conf \
		$(DESTDIR)$(SYSCONFDIR)/mailvet/

# The units name the programs by path; all else in them is the same everywhere.
install-systemd:
	install -d $(DESTDIR)$(UNITDIR)/mailvet-.service.d \
		$(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(TMPFILESDIR)
	install -m 644 $(wildcard systemd/*.socket systemd/*.service \
		systemd/*.timer systemd/*.target) $(DESTDIR)$(UNITDIR)/
	install -m 644 systemd/mailvet-.service.d/sandbox.conf \
		$(DESTDIR)$(UNITDIR)/mailvet-.service.d/
	sed -i 's|/usr/libexec/mailvet|$(LIBEXECDIR)/mailvet|g' \
		$(DESTDIR)$(UNITDIR)/mailvet-*.service \
		$(DESTDIR)$(UNITDIR)/mailvet-.service.d/sandbox.conf
	install -m 644 systemd/mailvet.sysusers \
		$(DESTDIR)$(SYSUSERSDIR)/mailvet.conf
	install -m 644 systemd/mailvet-postfix.sysusers \
		$(DESTDIR)$(SYSUSERSDIR)/mailvet-postfix.conf
	install -m 644 systemd/mailvet.tmpfiles \
		$(DESTDIR)$(TMPFILESDIR)/mailvet.conf

# ---- the policy module -----------------------------------------------------
selinux: $(BUILD)/selinux/mailvet.pp

$(BUILD)/selinux/mailvet.pp: $(wildcard selinux/mailvet.*)
	@mkdir -p $(@D)
	cp $^ $(@D)/
	$(MAKE) -C $(@D) -f $(SELINUX_DEVEL)/Makefile mailvet.pp

install-selinux: selinux
	install -d $(DESTDIR)$(SELINUXDIR)/packages/$(SELINUXTYPE) \
		$(DESTDIR)$(SELINUXDIR)/devel/include/distributed
	bzip2 -9 < $(BUILD)/selinux/mailvet.pp > \
		$(DESTDIR)$(SELINUXDIR)/packages/$(SELINUXTYPE)/mailvet.pp.bz2
	install -m 644 selinux/mailvet.if \
		$(DESTDIR)$(SELINUXDIR)/devel/include/distributed/

# ---- packages --------------------------------------------------------------
# Packages out of HEAD, in build/rpm.
rpm srpm: dist
	@rpm/build $@ $(RPMFLAGS)

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=mailvet-$(VERSION)/ \
		-o $(BUILD)/mailvet-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)

-include $(wildcard $(BUILD)/src/*/*.d $(BUILD)/tests/*.d \
	$(BUILD)/tests/*/*.d $(BUILD)/tests/unit/*/*.d)

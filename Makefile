# vsm: value stream management for PostgreSQL.
#   make, make install, make installcheck   as with any extension (PGXS; PG_CONFIG= chooses the server)
#   make demo, check, fuzz, bench           everything on a throwaway cluster that is gone afterwards
#   make dist                               the archive for PGXN
EXTENSION  = vsm
MODULE_big = vsm

# The project's folder, empty when it is the current one (make -f ../vsm/Makefile builds elsewhere).
top := $(dir $(firstword $(MAKEFILE_LIST)))
top := $(if $(filter ./,$(top)),,$(top))

# vsm.control is where the version stands. (PGXS overwrites a variable named VERSION.)
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(top)vsm.control)

# The rooms of src/, sql/ and test/tap/, each of which knows only those before it.
ROOMS = base timeline timeline_set workflow calendar item stream correlation future model

# The SQL of the extension: room by room, in a room what defines a type (NAME_io.sql) first.
sql_of    = $(sort $(wildcard $(top)sql/$(1)/*_io.sql)) $(filter-out %_io.sql,$(sort $(wildcard $(top)sql/$(1)/*.sql)))
SQL_PARTS = $(top)sql/begin.sql $(foreach room,$(ROOMS),$(call sql_of,$(room))) $(top)sql/end.sql

OBJS       = $(patsubst $(top)src/%.c,src/%.o,$(sort $(wildcard $(top)src/*/*.c)))
# The step to this version is written by hand, sql/vsm--A--VERSION.sql; a line "-- include ROOM/FILE.sql"
# in it stands for that part, until the release puts the part in its place.
STEPS      = $(notdir $(wildcard $(top)sql/vsm--*--$(EXTVERSION).sql))
DATA_built = vsm--$(EXTVERSION).sql $(STEPS)
# Released scripts and the steps between them: sql/vsm--A.sql and sql/vsm--A--B.sql.
DATA       = $(patsubst $(top)%,%,$(filter-out $(STEPS:%=$(top)sql/%),$(sort $(wildcard $(top)sql/vsm--*.sql))))
EXTRA_CLEAN = src/*/*.gcno src/*/*.gcda vsm--*.sql.tmp vsm-$(EXTVERSION).zip
PG_CPPFLAGS = -I$(top)src -DVSM_VERSION='"$(EXTVERSION)"'
PG_CFLAGS   = -Wall -Wextra -Werror=implicit-function-declaration -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers

REGRESS        = $(sort $(patsubst $(top)test/sql/%.sql,%,$(wildcard $(top)test/sql/*.sql)))
REGRESS_OPTS   = --inputdir=$(top)test --load-extension=vsm
ISOLATION      = $(sort $(patsubst $(top)test/specs/%.spec,%,$(wildcard $(top)test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(top)test --load-extension=vsm

PG_CONFIG ?= pg_config

# PGXS has a rule for check that refuses, so our targets come instead of it; others beside them
# (make clean check) get a make of their own.
ours   = demo check fuzz bench
others = $(filter-out $(ours),$(MAKECMDGOALS))
ifneq ($(filter $(ours),$(MAKECMDGOALS)),)
.PHONY: $(ours) $(others)
.NOTPARALLEL:
$(ours):
	@sh $(top)test/$@.sh
$(others):
	@$(MAKE) -f $(firstword $(MAKEFILE_LIST)) $@
else

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(wildcard $(PGXS)),)
$(error PostgreSQL's development files are not there: install postgresql-server-dev-NN (NN is the server's major version), or name a server with PG_CONFIG=/path/to/pg_config)
endif
include $(PGXS)

# printf, never echo: dash's echo would turn the \echo of psql into an escape.
vsm--$(EXTVERSION).sql: $(SQL_PARTS) $(top)Makefile $(top)vsm.control
	@{ for part in $(SQL_PARTS); do cat "$$part" || exit 1; printf '\n'; done; } > $@.tmp && mv $@.tmp $@

$(STEPS): vsm--%.sql: $(top)sql/vsm--%.sql $(SQL_PARTS) $(top)Makefile
	@awk '/^-- include / { file = "$(top)sql/" $$3; if ((getline line < file) < 0) { print "no part " file > "/dev/stderr"; exit 1 } \
		do print line; while ((getline line < file) > 0); close(file); next } { print }' $< > $@.tmp && mv $@.tmp $@

# Elsewhere the folders for objects are not there yet; by their full names make does not find the source's.
ifneq ($(top),)
$(ROOMS:%=$(CURDIR)/src/%): ; @mkdir -p $@
$(OBJS) $(OBJS:.o=.bc): | $(ROOMS:%=$(CURDIR)/src/%)
endif
$(OBJS) $(OBJS:.o=.bc): $(wildcard $(top)src/*/*.h)
src/base/vsm.o src/base/vsm.bc: $(top)vsm.control

# Forecasts are loops over arrays of doubles: the flags that PostgreSQL has for its own such loops.
src/future/forecast.o: CFLAGS += $(CFLAGS_VECTORIZE)

.PHONY: dist
dist:
	git -C $(or $(top),.) archive --format=zip --prefix=vsm-$(EXTVERSION)/ HEAD > vsm-$(EXTVERSION).zip
endif

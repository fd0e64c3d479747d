# vsm: value stream management for PostgreSQL.
#   make, make install, make installcheck   as with any extension (PGXS; PG_CONFIG= chooses the server)
#   make demo, check, fuzz, stress, bench   everything on a throwaway cluster that is gone afterwards
#   make check-versions                     the tests on every version of PostgreSQL that is there or can be had
#   make superset                           dashboards in a browser, over a generated model, until Ctrl-C
#   make check-superset, check-dbt          the dashboards and bi/dbt, proved with the real tools; make superset-picture
#   make check-citus                        a model on the nodes of Citus, beside the same in one place (CITUS=folder)
#   make reference                          writes doc/reference.md and doc/views.md from the catalog, there too
#   make dist                               the archive for PGXN
#   make deb, check-deb                     Debian packages; the same installed, updated and removed in a bare system
EXTENSION  = vsm
MODULE_big = vsm

# The project's folder, empty when it is the current one (make -f ../vsm/Makefile builds elsewhere).
top := $(dir $(firstword $(MAKEFILE_LIST)))
top := $(if $(filter ./,$(top)),,$(top))
# PGXS knows by itself only of servers that were themselves built elsewhere.
ifneq ($(top),)
VPATH = $(top)
endif

# vsm.control is where the version stands. (PGXS overwrites a variable named VERSION.)
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(top)vsm.control)

# The rooms of src/, sql/ and test/tap/, each of which knows only those before it.
ROOMS = base timeline timeline_set workflow calendar item stream correlation future model

# The SQL of the extension: room by room, in a room what defines a type (NAME_io.sql) first.
sql_of    = $(sort $(wildcard $(top)sql/$(1)/*_io.sql)) $(filter-out %_io.sql,$(sort $(wildcard $(top)sql/$(1)/*.sql)))
SQL_PARTS = $(foreach room,$(ROOMS),$(call sql_of,$(room)))
# What create_model makes: a file each, held by the part that says "-- include model_files".
SQL_MODEL = $(foreach kind,tables functions views triggers,$(sort $(wildcard $(top)sql/model/$(kind)/*.sql)))
ASSEMBLE  = LC_ALL=C awk -v top='$(top)' -v parts='$(SQL_PARTS)' -v model='$(SQL_MODEL)' -f $(top)sql/assemble.awk

OBJS       = $(patsubst $(top)src/%.c,src/%.o,$(sort $(wildcard $(top)src/*/*.c)))
# The step to this version is written by hand, sql/vsm--A--VERSION.sql; a line "-- include ROOM/FILE.sql" in it stands for
# that part, "-- include functions" for the functions of all (see sql/assemble.awk), until the release puts them in its place.
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
ours   = demo check check-versions fuzz stress bench reference superset check-superset superset-picture check-dbt check-citus deb check-deb
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
missing := install postgresql-server-dev-NN (NN is the server's major version), or name a server with PG_CONFIG=/path/to/pg_config
$(error PostgreSQL's development files are not there: $(missing))
endif
include $(PGXS)

# The server's flags are those of the compiler that built it: what ours does not know is left out.
known = $(shell $(CC) -Wall -Werror $(1) -fsyntax-only -x c - </dev/null >/dev/null 2>&1 && echo yes)
ifeq ($(call known,$(CFLAGS)),)
override CFLAGS := $(foreach flag,$(CFLAGS),$(if $(filter -W% -f%,$(flag)),$(if $(call known,$(flag)),$(flag)),$(flag)))
endif

$(DATA_built): $(wildcard $(top)sql/*.sql) $(SQL_PARTS) $(SQL_MODEL) $(top)sql/assemble.awk $(top)Makefile $(top)vsm.control
vsm--$(EXTVERSION).sql:
	@$(ASSEMBLE) $(top)sql/begin.sql $(SQL_PARTS) $(top)sql/end.sql > $@.tmp && mv $@.tmp $@
$(STEPS): %: $(top)sql/%
	@$(ASSEMBLE) $< > $@.tmp && mv $@.tmp $@

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

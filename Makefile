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

# The SQL of the extension, in the order in which its parts depend on each other.
SQL_PARTS = \
	begin \
	calendar \
	timeline_io \
	timeline_functions \
	timeline_aggregate \
	timeline_set \
	workflow_functions \
	flow_metrics \
	visits \
	flow_periods \
	duration_functions \
	what_if \
	propose_workflow \
	rollup \
	cumulative_flow \
	process_map \
	survival \
	forecast \
	issue_keys \
	graph \
	releases \
	correlation \
	cost_of_delay \
	payload \
	reader_jira \
	reader_gitlab \
	reader_github \
	reader_jenkins \
	reader_servicenow \
	ingest \
	model \
	link_deployments \
	grants

# Those that 0.1.0 had already: sql/vsm--0.1.0.sql is its script as it was released, and does not
# change; the script that leads from there to this version is made of the other parts.
SQL_PARTS_0_1_0 = begin calendar timeline_io timeline_functions timeline_aggregate \
	workflow_functions flow_metrics visits flow_periods grants
SQL_PARTS_SINCE_0_1_0 = begin_update $(filter-out $(SQL_PARTS_0_1_0),$(SQL_PARTS))

OBJS       = $(patsubst $(top)src/%.c,src/%.o,$(sort $(wildcard $(top)src/*.c)))
DATA_built = vsm--$(EXTVERSION).sql vsm--0.1.0--$(EXTVERSION).sql
# Released scripts and the steps between them: sql/vsm--A.sql and sql/vsm--A--B.sql.
DATA       = $(filter-out sql/vsm--$(EXTVERSION).sql,$(patsubst $(top)%,%,$(sort $(wildcard $(top)sql/vsm--*.sql))))
EXTRA_CLEAN = src/*.gcno src/*.gcda vsm--*.sql.tmp vsm-$(EXTVERSION).zip
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
assemble = @{ for part in $(1); do cat "$(top)sql/$$part.sql" || exit 1; printf '\n'; done; } > $@.tmp && mv $@.tmp $@
vsm--$(EXTVERSION).sql: $(SQL_PARTS:%=$(top)sql/%.sql) $(top)Makefile $(top)vsm.control
	$(call assemble,$(SQL_PARTS))
vsm--0.1.0--$(EXTVERSION).sql: $(SQL_PARTS_SINCE_0_1_0:%=$(top)sql/%.sql) $(top)Makefile $(top)vsm.control
	$(call assemble,$(SQL_PARTS_SINCE_0_1_0))

# Elsewhere the folder for objects is not there yet; by its full name make does not find the source's.
$(CURDIR)/src: ; @mkdir -p $@
$(OBJS) $(OBJS:.o=.bc): $(wildcard $(top)src/*.h) | $(CURDIR)/src
src/vsm.o src/vsm.bc: $(top)vsm.control

# Forecasts are loops over arrays of doubles: the flags that PostgreSQL has for its own such loops.
src/forecast.o: CFLAGS += $(CFLAGS_VECTORIZE)

.PHONY: dist
dist:
	git -C $(or $(top),.) archive --format=zip --prefix=vsm-$(EXTVERSION)/ HEAD > vsm-$(EXTVERSION).zip
endif

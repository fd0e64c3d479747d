# vsm: value stream management for PostgreSQL.
#   make, make install, make installcheck   as with any extension (PGXS; PG_CONFIG= chooses the server)
#   make demo, make check, make bench       everything on a throwaway cluster that is gone afterwards
EXTENSION  = vsm
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(top)vsm.control)
MODULE_big = vsm

top := $(dir $(firstword $(MAKEFILE_LIST)))
top := $(if $(filter ./,$(top)),,$(top))

# The SQL of the extension, in the order in which its parts depend on each other.
SQL_PARTS = \
	begin \
	calendar \
	timeline \
	workflow \
	item \
	grants

OBJS       = $(patsubst $(top)src/%.c,src/%.o,$(sort $(wildcard $(top)src/*.c)))
DATA_built = vsm--$(EXTVERSION).sql
EXTRA_CLEAN = src/*.gcno src/*.gcda
PG_CPPFLAGS = -I$(top)src
PG_CFLAGS   = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers

REGRESS = $(sort $(patsubst $(top)test/sql/%.sql,%,$(wildcard $(top)test/sql/*.sql)))
REGRESS_OPTS = --inputdir=$(top)test --load-extension=vsm

PG_CONFIG ?= pg_config

ifneq ($(filter demo check bench,$(MAKECMDGOALS)),)
.PHONY: demo check bench
demo check bench:
	@sh $(top)test/$@.sh
else
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# printf, never echo: dash's echo would turn the \echo of psql into an escape.
vsm--$(EXTVERSION).sql: $(SQL_PARTS:%=$(top)sql/%.sql) $(top)Makefile
	@printf '%s\n' '$@'
	@{ for part in $(SQL_PARTS); do cat "$(top)sql/$$part.sql" || exit 1; printf '\n'; done; } > $@.tmp && mv $@.tmp $@

src: ; mkdir -p src
$(OBJS): | src
$(OBJS): $(wildcard $(top)src/*.h)
endif

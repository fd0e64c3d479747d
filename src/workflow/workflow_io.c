/*
 * workflow_io.c
 *		vsm.workflow as a type: text, binary, json and jsonb, comparison, hash; and workflows as
 *		arguments.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value_io.h"
#include "workflow/workflow_io.h"
#include "workflow/workflow_text.h"

static const char *const type_name = "vsm.workflow";

static inline void
check_format(const Workflow *workflow)
{
	value_check_version(type_name, workflow->version, WORKFLOW_VERSION);
}

const Workflow *
workflow_from_datum(Datum datum)
{
	Workflow   *workflow = (Workflow *) PG_DETOAST_DATUM(datum);

	check_format(workflow);
	return workflow;
}

const Workflow *
workflow_argument(WorkflowCache *cache, Datum datum, MemoryContext context)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	MemoryContext old;

	if (likely(VARATT_IS_4B_U(stored)))
	{
		check_format((Workflow *) stored);
		return (Workflow *) stored;
	}
	if (cache->stored != NULL && VARSIZE_ANY(cache->stored) == VARSIZE_ANY(stored) &&
		memcmp(cache->stored, stored, VARSIZE_ANY(stored)) == 0)
		return cache->plain;

	if (cache->stored != NULL)
	{
		pfree(cache->stored);
		pfree(cache->plain);
		cache->stored = NULL;
	}
	old = MemoryContextSwitchTo(context);
	cache->plain = (Workflow *) PG_DETOAST_DATUM_COPY(datum);
	check_format(cache->plain);
	cache->stored = palloc(VARSIZE_ANY(stored));
	memcpy(cache->stored, stored, VARSIZE_ANY(stored));
	MemoryContextSwitchTo(old);
	return cache->plain;
}

void
workflow_invalid(const InputError *error)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid workflow"),
			 errdetail("%s", error->detail)));
	pg_unreachable();
}

VALUE_TEXT_FUNCTIONS(workflow, type_name, workflow_from_datum, workflow_from_text, workflow_to_text)
VALUE_COMPARISON_FUNCTIONS(workflow, workflow_from_datum, workflow_compare)

/* Sent as text, so it is compiled, and checked, again here. */
VALUE_BINARY_TEXT_FUNCTIONS(workflow, type_name, WORKFLOW_VERSION, workflow_from_datum, workflow_from_text, workflow_to_text)

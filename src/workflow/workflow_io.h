/*
 * workflow_io.h
 *		Workflows as arguments and results of SQL functions.
 */
#ifndef VSM_WORKFLOW_IO_H
#define VSM_WORKFLOW_IO_H

#include "base/compat.h"
#include "fmgr.h"
#include "workflow/workflow.h"

/*
 * The last workflow that had to be detoasted at a call site, kept by its stored bytes. A
 * plain one, as a constant, a parameter or a small column is, is used where it lies.
 */
typedef struct WorkflowCache
{
	struct varlena *stored;
	Workflow   *plain;
} WorkflowCache;

/* The workflow of a datum; what is kept lives in the given context. */
extern const Workflow *workflow_argument(WorkflowCache *cache, Datum datum, MemoryContext context);

/* The same without a cache, for functions that are not called a million times. */
extern const Workflow *workflow_from_datum(Datum datum);

#define PG_GETARG_WORKFLOW(n)	workflow_from_datum(PG_GETARG_DATUM(n))

/* Raises (22023) what is wrong with a workflow that was not given as text. */
pg_noreturn extern void workflow_invalid(const InputError *error);

#endif							/* VSM_WORKFLOW_IO_H */
